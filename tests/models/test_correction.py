"""What people put right, as a value: kept, loaded, compared, built upon."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from models.correction import (
    NOTHING,
    PUT_RIGHT,
    Merge,
    PutRight,
    Reassign,
    Reword,
    Told,
    difference,
)
from models.transcript import UNKNOWN_SPEAKER, Role

EDITS = (
    Merge("S3", "S1"),
    Reassign(UNKNOWN_SPEAKER, 1.5, 2.0, "S4"),
    Reword("S2", 3.0, 4.0, "hello", 1, "hallo"),
)
FULL = PutRight({"S1": Role.REP}, {"S2": "Ana"}, EDITS, restores=2)


def test_it_is_kept_whole() -> None:
    assert PUT_RIGHT.validate_python(PUT_RIGHT.dump_python(FULL, mode="json", exclude_none=True)) == FULL
    assert PUT_RIGHT.validate_json(PUT_RIGHT.dump_json(FULL)) == FULL


def test_what_was_kept_before_there_were_edits_still_loads() -> None:
    old = {"roles": {"S1": "customer"}, "names": {"S1": "Ana"}}
    assert PUT_RIGHT.validate_python(old) == PutRight({"S1": Role.CUSTOMER}, {"S1": "Ana"})
    assert PUT_RIGHT.validate_python({}) == NOTHING


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": {}},
        {"edits": [{"kind": "split", "speaker": "S1"}]},
        {"edits": [{"kind": "merge", "speaker": "S1", "into": "S2", "to": "S3"}]},
    ],
)
def test_what_is_misspelt_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PUT_RIGHT.validate_python(wrong)


def test_labels_are_all_that_are_named() -> None:
    assert FULL.labels == {"S1", "S2", "S3", "S4"}


def test_what_is_told_adds_to_what_was_told() -> None:
    after = FULL.telling({"S2": Role.CUSTOMER}, {"S2": None, "S1": "Bo"})
    assert (dict(after.roles), dict(after.names)) == ({"S1": "rep", "S2": "customer"}, {"S1": "Bo"})
    assert (after.edits, after.restores) == (EDITS, None)


def test_a_side_and_a_name_go_with_the_voice_they_were_given_to() -> None:
    told = NOTHING.telling({"S2": Role.CUSTOMER, "S3": Role.OTHER}, {"S2": "Milan"})
    after = told.editing((Merge("S2", "S4"), Merge("S3", "S2")))
    assert dict(after.roles) == {"S2": "customer", "S3": "other", "S4": "customer"}
    assert dict(after.names) == {"S2": "Milan", "S4": "Milan"}


def test_names_do_not_change_what_is_heard() -> None:
    named = FULL.telling({}, {"S1": "Bo"})
    assert named.heard_like(FULL)
    assert not named.same_as(FULL)
    assert FULL.same_as(FULL.restored(7))
    assert not FULL.heard_like(NOTHING)


def test_a_difference_is_what_came_and_what_went() -> None:
    before = PutRight({"S1": Role.REP}, {"S2": "Ana"}, EDITS[:2])
    after = PutRight({"S1": Role.CUSTOMER, "S2": Role.REP}, {}, (EDITS[0], EDITS[2]))
    found = difference(before, after)
    assert found.roles == (Told("S1", "rep", "customer"), Told("S2", None, "rep"))
    assert found.names == (Told("S2", "Ana", None),)
    assert (found.removed, found.added) == (EDITS[1:2], EDITS[2:])
    assert found.counts == {"roles": 2, "names": 1, "taken_back": 1, "text": 1}
    assert difference(after, after).counts == {}
