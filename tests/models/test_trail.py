"""A trail that somebody tampered with says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.trail import BEGINNING, Chained, Entry, broken, chained

AT = datetime(2026, 3, 1, tzinfo=UTC)


def trail(length: int) -> list[Chained]:
    found, before = list[Chained](), BEGINNING
    for number in range(1, length + 1):
        at = AT + timedelta(seconds=number)
        entry = Entry(number, at, UUID(int=number), "score.approved", f"call {number}", {"points": number})
        found.append(chained(entry, before))
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
            entries[at] = chained(replace(entries[at].entry, action="score.rejected"), entries[at].before)
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
