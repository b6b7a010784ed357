"""What people put right, in words."""

from __future__ import annotations

from models.correction import NOTHING, Merge, PutRight, Reassign, Reword, difference
from models.transcript import UNKNOWN_SPEAKER, Role
from report.corrections import lines

AFTER = PutRight(
    {"S1": Role.REP, "S2": Role.OTHER, "S3": Role.UNKNOWN},
    {"S1": "Ana"},
    (
        Merge("S3", "S1"),
        Reassign(UNKNOWN_SPEAKER, 61.5, 62.0, "S4"),
        Reword("S2", 3.0, 4.0, "hello", before="hallo"),
        Reword("S2", 5.0, 6.0, "", before="um"),
    ),
)


def test_each_change_is_a_sentence() -> None:
    assert lines(difference(NOTHING, AFTER)) == (
        "S1 is the rep.",
        "S2 is on neither side.",
        "S3 is on a side that nobody knows.",
        "S1 is called Ana.",
        "All that S3 says is S1's.",
        "What nobody known says from 1:01 to 1:02 is S4's.",
        "S2 at 0:03: “hallo” is “hello”.",
        "S2 at 0:05: “um” is not said.",
    )


def test_what_is_taken_back_is_told_from_the_last_on() -> None:
    assert lines(difference(AFTER, PutRight({"S1": Role.CUSTOMER}, {}, AFTER.edits[:2])), 4) == (
        "As in version 4.",
        "S1 is the customer, and not the rep.",
        "Which side S2 is on is left to the machine.",
        "Which side S3 is on is left to the machine.",
        "S1 is no longer called Ana.",
        "Taken back: S2 at 0:05: “um” is not said.",
        "Taken back: S2 at 0:03: “hallo” is “hello”.",
    )
    assert lines(difference(AFTER, AFTER), 0) == ("As the machine had it.",)


def test_another_name_names_both() -> None:
    found = difference(PutRight(names={"S1": "Ana"}), PutRight(names={"S1": "Bo"}))
    assert lines(found) == ("S1 is called Bo, and not Ana.",)
