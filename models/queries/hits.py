"""Where trackers found what they look for: in one call, in many, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    and_,
    case,
    distinct,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlmodel import col

from models.access import Viewer
from models.db import ReadSession, Session
from models.queries import access
from models.review import Side
from models.tables import Call, TrackerHit, TrackerRow, User, UtteranceRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which hits; None lets all through. Times are of the call, halfopen: from, not to."""

    started_from: datetime | None = None
    started_to: datetime | None = None
    rep_id: UUID | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of hits ends: when the call began, its key, and the number of the hit in it."""

    at: datetime
    call_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with its call and the name of the rep, if there is one."""

    hit: TrackerHit
    call: Call
    rep: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said in one go."""

    start: float
    end: float
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls that were looked through, those with a hit, and those with one of each side."""

    looked_through: int
    with_hits: int
    by_side: Mapping[Side, int]


Condition = Callable[[Any], ColumnElement[bool]]
Texts = Mapping[tuple[UUID, int], Said]
"""Utterances by call and index."""


async def of_call(session: ReadSession, call_id: UUID) -> Sequence[tuple[TrackerHit, TrackerRow]]:
    """Return the hits of all trackers in a call, in order of time."""
    query = (
        select(TrackerHit, TrackerRow)
        .join(TrackerRow, col(TrackerRow.id) == col(TrackerHit.tracker_id))
        .where(col(TrackerHit.call_id) == call_id)
        .order_by(col(TrackerHit.start), col(TrackerRow.key), col(TrackerHit.number))
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def tracker(session: ReadSession, tracker_id: UUID) -> TrackerRow | None:
    """Return a tracker, one that is looked for no longer too."""
    return (await session.execute(select(TrackerRow).where(col(TrackerRow.id) == tracker_id))).scalar()


async def page(
    session: ReadSession, viewer: Viewer, tracker_id: UUID, wanted: Wanted, after: Place | None, limit: int
) -> Sequence[Found]:
    """Return at most `limit` hits of a tracker in calls that a viewer sees, the newest call first."""
    query = (
        select(TrackerHit, Call, col(User.name))
        .join(Call, col(Call.id) == col(TrackerHit.call_id))
        .join(User, col(User.id) == col(Call.rep_id), isouter=True)
        .where(*_visible(viewer, tracker_id), *_conditions(wanted))
        .order_by(col(TrackerHit.at).desc(), col(TrackerHit.call_id).desc(), col(TrackerHit.number).desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(_beyond(after))
    return [Found(row[0], row[1], row[2]) for row in await session.execute(query)]


def place(found: Found) -> Place:
    """Return the place of a hit in the order of pages."""
    return Place(found.hit.at, found.hit.call_id, found.hit.number)


async def around(session: ReadSession, hits: Sequence[TrackerHit]) -> Texts:
    """Return the utterances of hits and those just before and after."""
    wanted = {(hit.call_id, hit.utterance + step) for hit in hits for step in (-1, 0, 1)}
    if not wanted:
        return {}
    return await _texts(
        session, tuple_(col(UtteranceRow.call_id), col(UtteranceRow.index)).in_(sorted(wanted))
    )


async def all_said(session: ReadSession, call_id: UUID) -> Texts:
    """Return every utterance of a call."""
    return await _texts(session, col(UtteranceRow.call_id) == call_id)


async def tally(
    session: ReadSession, viewer: Viewer, found: TrackerRow, bounds: Sequence[datetime]
) -> tuple[Tally, ...]:
    """Return what a tracker found in calls that a viewer sees, for each stretch between two times.

    The calls looked through are those whose review ended after the tracker was there. Hits of a call are
    numbered from 0.
    """
    at, side = col(TrackerHit.at), col(TrackerHit.side)
    own = (col(TrackerHit.tracker_id) == found.id, access.hits(viewer), at >= bounds[0], at < bounds[-1])
    hits = select(_stretch(at, bounds), func.count()).where(*own, col(TrackerHit.number) == 0)
    calls = func.count(distinct(col(TrackerHit.call_id)))
    sided = select(_stretch(at, bounds), side, calls).where(*own).group_by(side)
    began = col(Call.started_at)
    reviewed = select(_stretch(began, bounds), func.count()).where(
        access.calls(viewer),
        col(Call.deleted_at).is_(None),
        began >= bounds[0],
        began < bounds[-1],
        col(Call.reviewed_at) >= found.created_at,
    )
    looked, hit = await _counted(session, reviewed), await _counted(session, hits)
    rows = await session.execute(sided.group_by("begins"))
    by_side: dict[tuple[int, Side], int] = {(row[0], Side(row[1])): row[2] for row in rows}
    return tuple(
        Tally(looked.get(one, 0), hit.get(one, 0), {of: by_side.get((one, of), 0) for of in Side})
        for one in range(len(bounds) - 1)
    )


async def _counted(session: ReadSession, query: Select[int, int]) -> dict[int, int]:
    """Return counts by the stretch they are of."""
    return {row[0]: row[1] for row in await session.execute(query.group_by("begins"))}


async def follow(session: Session, call: Call) -> None:
    """Have the hits of a call say when it began and whose it is, after either was changed."""
    known = {"at": call.started_at, "rep_id": call.rep_id, "team_id": call.team_id}
    await session.execute(update(TrackerHit).where(col(TrackerHit.call_id) == call.id).values(**known))


def _stretch(at: Any, bounds: Sequence[datetime]) -> Label[int]:
    """Return the number of the stretch between bounds that a time lies in."""
    last = len(bounds) - 2
    whens = [(at < end, number) for number, end in enumerate(bounds[1:-1])]
    return (case(*whens, else_=last) if whens else literal(last)).label("begins")


def _visible(viewer: Viewer, tracker_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a hit of a tracker is in a call a viewer sees.

    What the hit says of its call narrows the scan of the index; what the call itself says decides.
    """
    return (
        col(TrackerHit.tracker_id) == tracker_id,
        access.hits(viewer),
        access.calls(viewer),
        col(Call.deleted_at).is_(None),
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return which hits are meant."""
    named: tuple[tuple[Any, Condition], ...] = (
        (wanted.started_from, col(TrackerHit.at).__ge__),
        (wanted.started_to, col(TrackerHit.at).__lt__),
        (wanted.rep_id, col(TrackerHit.rep_id).__eq__),
        (wanted.side, col(TrackerHit.side).__eq__),
    )
    return [condition(value) for value, condition in named if value is not None]


def _beyond(after: Place) -> ColumnElement[bool]:
    """Return that a hit comes after a place; the first comparison bounds the scan of an index."""
    at, key, number = col(TrackerHit.at), col(TrackerHit.call_id), col(TrackerHit.number)
    later = and_(key == after.call_id, number < after.number)
    return and_(at <= after.at, or_(at < after.at, key < after.call_id, later))


async def _texts(session: ReadSession, condition: ColumnElement[bool]) -> Texts:
    row = UtteranceRow
    columns = (
        col(row.call_id),
        col(row.index),
        col(row.start),
        col(row.end),
        col(row.speaker),
        col(row.text),
    )
    found = await session.execute(select(*columns).where(condition))
    return {(one[0], one[1]): Said(one[2], one[3], one[4], one[5]) for one in found}
