"""Where trackers found what they look for: in a call, in all calls, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import Field

from analysis.records.periods import bounds, period_of, shifted
from api import cursors
from api.auth import CallReader, MaybeCallReader, ScorecardReader, ServiceDep
from api.problems import invalid, not_found
from api.routes.calls import present
from api.routes.paging import MOST, cut
from api.routes.routers import GONE, MISSING, guarded
from api.schemas.hits import (
    CallFoundIn,
    CallHitShape,
    MonthTally,
    SaidShape,
    SideCount,
    TallyShape,
    TrackedBy,
    TrackerHitPage,
    TrackerHitShape,
)
from api.schemas.people import PersonShape
from api.schemas.shape import Moment, Taken
from api.seen import note_seen
from core.clock import now
from models.db import ReadSession
from models.queries import hits, people
from models.queries.hits import Found, Tally, Texts, Wanted
from models.record import Period, PeriodKind
from models.review import Side
from models.tables import TrackerHit, TrackerRow

MOST_MONTHS, MONTHS = 36, 12

router = guarded("trackers", "/v1")


class HitList(Taken):
    """Which hits of a tracker; what is left out lets every one through."""

    started_from: Annotated[Moment | None, Field(alias="from")] = None
    """In calls begun then or later."""
    started_to: Annotated[Moment | None, Field(alias="to")] = None
    """In calls begun earlier."""
    rep_id: UUID | None = None
    side: Side | None = None
    """Said by this side; `call` by somebody of neither."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


class TallyOf(Taken):
    """Which months a tracker's finds are counted in; without any, the twelve up to now."""

    started_from: Annotated[Moment | None, Field(alias="from")] = None
    """From the month on that holds this time, where the organisation is."""
    started_to: Annotated[Moment | None, Field(alias="to")] = None
    """Up to the month that holds this time."""


@router.get("/calls/{call_id}/tracker-hits", responses=GONE)
async def list_call_hits(call_id: UUID, viewer: CallReader, service: ServiceDep) -> list[CallHitShape]:
    """Return where trackers found something in a call, in order of time, with what was said around it."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await hits.of_call(session, call_id)
        texts = await hits.all_said(session, call_id) if found else {}
    await note_seen(service, viewer, f"call:{call_id}", "transcript")
    return [CallHitShape(**_found(hit, texts), tracker=TrackedBy.model_validate(row)) for hit, row in found]


@router.get("/trackers/{tracker_id}/hits", responses=MISSING)
async def list_tracker_hits(
    tracker_id: UUID,
    viewer: ScorecardReader,
    reader: MaybeCallReader,
    service: ServiceDep,
    given: Annotated[HitList, Query()],
) -> TrackerHitPage:
    """Return where a tracker found something in calls that the caller may read, the newest call first."""
    wanted = Wanted(given.started_from, given.started_to, given.rep_id, given.side)
    after, limit = cursors.hit(given.cursor), given.limit
    async with service.database.read(viewer.organisation_id) as session:
        await _present(session, tracker_id)
        page = await hits.page(session, reader, tracker_id, wanted, after, limit + 1)
        rows, more = cut(page, limit)
        texts = await hits.around(session, [one.hit for one in rows])
    items = [TrackerHitShape(**_found(one.hit, texts), call=_call(one)) for one in rows]
    return TrackerHitPage(items=items, next=cursors.of_hit(hits.place(rows[-1])) if more else None)


@router.get("/trackers/{tracker_id}/summary", responses=MISSING)
async def sum_up_tracker(
    tracker_id: UUID,
    viewer: ScorecardReader,
    reader: MaybeCallReader,
    service: ServiceDep,
    given: Annotated[TallyOf, Query()],
) -> TallyShape:
    """Return in how many calls that the caller may read a tracker found something, by month and side."""
    async with service.database.read(viewer.organisation_id) as session:
        row = await _present(session, tracker_id)
        zone = ZoneInfo((await people.own_organisation(session)).time_zone)
        months = _months(given, zone)
        begins = [bounds(month, zone)[0] for month in months]
        tallies = await hits.tally(session, reader, row, [*begins, bounds(months[-1], zone)[1]])
    return TallyShape(
        since=row.created_at,
        looked_through=sum(one.looked_through for one in tallies),
        with_hits=sum(one.with_hits for one in tallies),
        by_side=_sides(tallies),
        months=[_month(month, one) for month, one in zip(months, tallies, strict=True)],
    )


async def _present(session: ReadSession, tracker_id: UUID) -> TrackerRow:
    """Return a tracker, one that is looked for no longer too; raises `Problem` 404 where there is none."""
    row = await hits.tracker(session, tracker_id)
    if row is None:
        raise not_found()
    return row


def _months(given: TallyOf, zone: ZoneInfo) -> list[Period]:
    """Return the months asked for; raises `Problem` 422 where they are none or too many."""
    last = _month_of(given.started_to or now(), zone)
    first = shifted(last, 1 - MONTHS) if given.started_from is None else _month_of(given.started_from, zone)
    months = (last.start.year - first.start.year) * 12 + last.start.month - first.start.month + 1
    if not 1 <= months <= MOST_MONTHS:
        raise invalid("months", f"That is no span of 1 to {MOST_MONTHS} months.", "Set `from` and `to` so.")
    return [shifted(first, number) for number in range(months)]


def _month_of(at: datetime, zone: ZoneInfo) -> Period:
    try:
        return period_of(at.astimezone(zone).date(), PeriodKind.MONTH)
    except OverflowError as error:
        raise invalid("months", "That is no time to count from.", "Set `from` and `to`.") from error


def _found(hit: TrackerHit, texts: Texts) -> dict[str, Any]:
    """Return a hit with what was said around it."""
    before, said, after = (texts.get((hit.call_id, hit.utterance + step)) for step in (-1, 0, 1))
    return {
        "start": hit.start,
        "end": hit.end,
        "side": Side(hit.side),
        "words": hit.words,
        "said": None if said is None else SaidShape.model_validate(said),
        "before": None if before is None else SaidShape.model_validate(before),
        "after": None if after is None else SaidShape.model_validate(after),
    }


def _call(one: Found) -> CallFoundIn:
    call = one.call
    rep = None if call.rep_id is None else PersonShape(id=call.rep_id, name=one.rep or "")
    return CallFoundIn(id=call.id, title=call.title, started_at=call.started_at, rep=rep)


def _month(month: Period, one: Tally) -> MonthTally:
    return MonthTally(
        month=month.start,
        looked_through=one.looked_through,
        with_hits=one.with_hits,
        by_side=_sides([one]),
    )


def _sides(tallies: Sequence[Tally]) -> SideCount:
    return SideCount(**{side.value: sum(one.by_side[side] for one in tallies) for side in Side})
