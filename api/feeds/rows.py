"""Rows of every stream, as feeds and exports show them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from analysis.conversation import conversation
from analysis.records.formula import index
from analysis.records.periods import end_of
from api.indexes import Weighing, in_force, weighings
from api.schemas.shape import of_hundred
from api.spans import Calendar, calendar
from models import feeds
from models.access import Viewer
from models.db import ReadSession
from models.feeds import ALL_TYPES, Stream, View
from models.queries import formulas
from models.queries.feeds import calls, deals, records, scores
from models.queries.feeds.reading import Entry
from models.record import Cell

Row = dict[str, Any]
Load = Callable[
    [ReadSession, Viewer, Collection[str], View, Collection[str]], Awaitable[Mapping[str, Mapping[str, Any]]]
]
"""Returns of things by their keys what is wanted, those that the viewer sees now."""


async def rows(
    session: ReadSession,
    viewer: Viewer,
    stream: Stream,
    entries: Sequence[Entry],
    view: View,
    wanted: Collection[str],
) -> list[Row]:
    """Return entries of a stream as rows with the wanted fields, in order.

    A thing is shown as it is now, which may be later than where it stands. One that is not to be seen any
    more is left out: that is told of at its new place.
    """
    there = [entry.key for entry in entries if entry.deleted_at is None]
    found = await LOADS[stream.name](session, viewer, there, view, wanted) if there else {}
    names = [field.name for field in stream.fields if field.name in wanted]
    return [
        tombstone(entry) if entry.deleted_at is not None else _row(entry, found[entry.key], names)
        for entry in entries
        if entry.deleted_at is not None or entry.key in found
    ]


def tombstone(entry: Entry) -> Row:
    """Return something that is gone as a row."""
    return {**_head(entry), "deleted": True, "deleted_at": entry.deleted_at}


def gone(entry: Entry) -> Row:
    """Return something that is gone as a row of the stream of deletions."""
    stream = feeds.stream_of(entry.feed).name
    return {**tombstone(entry), "stream": stream, "external_id": entry.external_id}


def stamp(at: datetime) -> str:
    """Return a time in UTC always as long, so that its order as text is that in time."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _head(entry: Entry) -> Row:
    return {"id": entry.key, "updated_at": stamp(entry.updated_at), "deleted": False}


def _row(entry: Entry, found: Mapping[str, Any], names: Sequence[str]) -> Row:
    row = _head(entry)
    for name in names:
        row[name] = found[name]
    return row


async def _records(
    session: ReadSession, viewer: Viewer, keys: Collection[str], _view: View, wanted: Collection[str]
) -> Mapping[str, Row]:
    found = await records.found(session, viewer, keys)
    known, days = weighings(await formulas.used(session)), await calendar(session)
    return {key: _record(cell, known, days, wanted) for key, cell in found.items()}


def _record(cell: Cell, known: Sequence[Weighing], days: Calendar, wanted: Collection[str]) -> Row:
    period = cell.period
    row: Row = {
        "rep_id": cell.rep_id,
        "period": period.kind,
        "start": period.start,
        "end": end_of(period),
        "call_type": cell.call_type or ALL_TYPES,
        "calls": cell.calls,
    }
    if "figures" in wanted:
        row["figures"] = {name: figure._asdict() for name, figure in cell.figures.items()}
    if "indexes" in wanted:
        row["indexes"] = [_index(cell, one) for one in in_force(known, days.settled(period))]
    return row


def _index(cell: Cell, one: Weighing) -> Row:
    found = index(one.formula, cell)
    return {
        "formula_id": one.version.id,
        "number": one.version.number,
        "name": one.formula.name,
        "points": of_hundred(found.points),
        "coverage": found.coverage,
        "reason": found.reason,
    }


async def _deals(
    session: ReadSession, viewer: Viewer, keys: Collection[str], view: View, wanted: Collection[str]
) -> Mapping[str, Row]:
    found = await deals.rows(session, viewer, keys, wanted)
    if not CONVERSATION & set(wanted):
        return found
    held = await deals.held(session, found, view)
    return {key: {**row, **asdict(conversation(held.get(key, [])))} for key, row in found.items()}


CONVERSATION = frozenset(
    {"calls", "last_call_at", "calls_measured", "talk_share", "depth"}
    | {"customer_sentiment", "customer_sentiment_change"}
)
"""Fields of a deal that its calls come to."""
LOADS: Mapping[str, Load] = {
    feeds.CALLS.name: calls.rows,
    feeds.SCORES.name: scores.rows,
    feeds.RECORDS.name: _records,
    feeds.DEALS.name: _deals,
}
