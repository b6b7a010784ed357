"""New edits: done where they can be, refused with a reason where they cannot."""

from __future__ import annotations

import pytest

from core.errors import Rejected
from models.correction import Edit, Merge, Reassign, Reword
from models.transcript import UNKNOWN_SPEAKER, Role, Turn, Word
from transcription.attribution.correct import Spoken
from transcription.attribution.editing import edited, next_label, swapped

CALL = Spoken(
    (
        Word(1.0, 1.5, "Hello", 0.9, speaker="S1"),
        Word(1.5, 2.0, "there.", 0.9, speaker="S1"),
        Word(3.0, 3.5, "Hi.", 0.9, speaker="S2"),
        Word(9.0, 9.5, "Hm?", 0.9, speaker=UNKNOWN_SPEAKER),
    ),
    (Turn(0.9, 2.1, "S1"), Turn(2.9, 3.6, "S2"), Turn(5.0, 5.4, "S3")),
)


def code_of(edit: Edit, *labels: str) -> str:
    with pytest.raises(Rejected) as refused:
        edited(CALL, edit, frozenset(labels), 10.0)
    assert refused.value.reason
    assert refused.value.remedy
    return refused.value.code


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Merge("S7", "S1"), "no_such_speaker"),
        (Merge("S1", "S7"), "no_such_speaker"),
        (Merge("S1", UNKNOWN_SPEAKER), "no_such_speaker"),
        (Merge("S1", "S1"), "same_speaker"),
        (Reassign("S1", 1.0, 2.0, "S1"), "same_speaker"),
        (Reassign("S1", 1.0, 2.0, "S5"), "no_such_speaker"),
        (Reassign("S1", 1.0, 2.0, UNKNOWN_SPEAKER), "no_such_speaker"),
        (Reassign("S1", 2.0, 1.0, "S2"), "empty_range"),
        (Reassign("S1", 1.0, 1.0, "S2"), "empty_range"),
        (Reassign("S1", 1.0, 10.5, "S2"), "outside_call"),
        (Reword("S1", -1.0, 2.0, "Hi"), "outside_call"),
        (Reassign("S1", 6.0, 8.0, "S2"), "nothing_said"),
        (Reword("S1", 2.5, 4.0, "Hi"), "nothing_said"),
        (Reword("S1", 1.0, 2.0, "Hi", channel=1), "nothing_said"),
        (Reword("S1", 1.0, 2.0, " Hello  there. "), "unchanged"),
        (Reword("S1", 1.0, 2.0, "?!"), "no_words"),
        (Reword("S1", 1.0, 2.0, "la" * 100), "text_too_long"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(edit: Edit, code: str) -> None:
    assert code_of(edit) == code


def test_the_text_that_was_there_is_kept_with_the_edit() -> None:
    edit, after = edited(CALL, Reword("S1", 1.0, 2.0, " Hello   you."), frozenset(), 10.0)
    assert edit == Reword("S1", 1.0, 2.0, "Hello you.", before="Hello there.")
    assert [word.text for word in after.words[:2]] == ["Hello", "you."]


def test_a_stretch_without_words_may_be_anothers() -> None:
    _, after = edited(CALL, Reassign("S3", 4.9, 5.5, "S2"), frozenset(), 10.0)
    assert after.turns[-1] == Turn(5.0, 5.4, "S2")


def test_a_new_speaker_gets_the_next_label() -> None:
    assert next_label({"S1", "S3", UNKNOWN_SPEAKER}) == "S4"
    assert next_label(()) == "S1"
    _, after = edited(CALL, Reassign("S1", 1.5, 2.0, "S4"), frozenset({"S4"}), 10.0)
    assert "S4" in after.speakers


@pytest.mark.parametrize(
    ("one", "other", "after"),
    [
        (Role.REP, Role.CUSTOMER, (Role.CUSTOMER, Role.REP)),
        (Role.CUSTOMER, Role.REP, (Role.REP, Role.CUSTOMER)),
        (Role.REP, Role.UNKNOWN, (Role.CUSTOMER, Role.REP)),
        (Role.OTHER, Role.REP, (Role.REP, Role.CUSTOMER)),
    ],
)
def test_the_two_who_speak_most_exchange_their_sides(
    one: Role, other: Role, after: tuple[Role, Role]
) -> None:
    assert swapped(CALL, {"S1": one, "S2": other, "S3": Role.OTHER}) == {"S1": after[0], "S2": after[1]}


@pytest.mark.parametrize("roles", [{}, {"S1": Role.REP, "S2": Role.REP}])
def test_sides_that_nobody_knows_are_not_exchanged(roles: dict[str, Role]) -> None:
    with pytest.raises(Rejected) as refused:
        swapped(CALL, roles)
    assert refused.value.code == "no_sides"
    with pytest.raises(Rejected) as refused:
        swapped(Spoken(CALL.words[:2], CALL.turns[:1]), {"S1": Role.REP})
    assert refused.value.code == "no_pair"
