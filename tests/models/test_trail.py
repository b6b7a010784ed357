"""A trail that somebody tampered with says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.trail import BEGINNING, Action, Chained, Note, broken, entered

AT = datetime(2026, 3, 1, tzinfo=UTC)
REASONS = (None, "The customer agreed.")


def trail(length: int) -> list[Chained]:
    found, before = list[Chained](), BEGINNING
    for number in range(1, length + 1):
        at = AT + timedelta(seconds=number)
        note = Note(
            UUID(int=number), Action.SCORE_MOVED, f"call:{number}", {"points": number}, REASONS[number % 2]
        )
        found.append(entered(note, number, at, before))
        before = found[-1].hash
    return found


@given(st.integers(0, 20))
def test_an_untouched_trail_is_whole(length: int) -> None:
    assert broken(trail(length)) is None


@given(st.integers(2, 12), st.data())
def test_whatever_is_changed_left_out_or_swapped_is_found(length: int, data: st.DataObject) -> None:
    entries = trail(length)
    at = data.draw(st.integers(0, length - 2))
    match data.draw(st.sampled_from(("change", "remove", "swap", "forge"))):
        case "change":
            entries[at] = replace(entries[at], entry=replace(entries[at].entry, details={"points": 99_999}))
        case "remove":
            del entries[at]
        case "swap":
            entries[at], entries[at + 1] = entries[at + 1], entries[at]
        case _:
            note = Note(None, Action.SEEN, "call:0")
            entries[at] = entered(note, entries[at].entry.number, AT, entries[at].before)
    assert broken(entries) is not None


def test_a_trail_can_be_looked_at_from_where_it_was_last() -> None:
    entries = trail(6)
    assert broken(entries[3:], entries[2].hash, 3) is None
    assert broken(entries[3:], BEGINNING, 3) == "Entry 4 does not follow the one before it."


@pytest.mark.parametrize("field", ["at", "principal_id", "action", "subject"])
def test_every_field_is_covered(field: str) -> None:
    entries = trail(2)
    changed = {"at": AT, "principal_id": None, "action": "other", "subject": "other"}[field]
    entry = replace(entries[0].entry, **{field: changed})  # type: ignore[arg-type]
    entries[0] = replace(entries[0], entry=entry)
    assert broken(entries) == "Entry 1 was changed."


def test_a_reason_can_be_erased_but_not_changed() -> None:
    entries = trail(2)
    assert entries[0].reason == REASONS[1]
    assert broken([replace(entries[0], reason=None, salt=None), entries[1]]) is None
    assert (
        broken([replace(entries[0], reason="Another."), entries[1]]) == "The reason in entry 1 was changed."
    )
