"""The calls and deals behind the numbers of a performance record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api import cursors
from api.auth import DealReader, MaybeCallReader, RecordReader, ServiceDep
from api.problems import not_found
from api.routes.paging import cut
from api.routes.routers import MISSING, guarded
from api.schemas.evidence import (
    CallsAsked,
    CountingShape,
    DealsAsked,
    RecordCallPage,
    RecordCallShape,
    RecordDealPage,
    RecordDealShape,
)
from api.seen import note_seen
from api.spans import calendar
from models.access import Viewer
from models.db import ReadSession
from models.queries import evidence, people
from models.queries.contributions import Stretch
from models.queries.evidence import Counting
from models.queries.listing import Order, Place
from models.record import Outcome
from models.scorecard import POINT
from models.tables import Call, Contribution, Deal

router = guarded("records", "/v1/users")

NEWEST = Order()
"""Calls by when they began, the newest first."""


@router.get("/{user_id}/record-calls", responses=MISSING)
async def list_record_calls(
    user_id: UUID,
    viewer: RecordReader,
    reader: MaybeCallReader,
    service: ServiceDep,
    wanted: Annotated[CallsAsked, Query()],
) -> RecordCallPage:
    """Return the calls behind a person's numbers in a period, the newest first.

    Where measures are named, only those that have one of them.
    """
    place = None if wanted.cursor is None else cursors.place(wanted.cursor, NEWEST)
    async with service.database.read(viewer.organisation_id) as session:
        await _seen(session, viewer, user_id)
        days = await calendar(session)
        within = days.bounds(days.period(wanted.start, wanted.period))
        found = await evidence.calls(
            session, user_id, within, wanted.call_type, wanted.measure, place, wanted.limit + 1
        )
        rows, more = cut(found, wanted.limit)
        scores = await evidence.scores(session, [call.id for _, call in rows])
    await note_seen(service, viewer, f"record:{user_id}", "calls")
    items = [_call(brought, call, scores.get(call.id, ()), wanted.measure, reader) for brought, call in rows]
    following = cursors.of_place(NEWEST, Place(rows[-1][0].at, rows[-1][1].id)) if more else None
    return RecordCallPage(items=items, next=following)


@router.get("/{user_id}/record-deals", responses=MISSING)
async def list_record_deals(
    user_id: UUID, viewer: DealReader, service: ServiceDep, wanted: Annotated[DealsAsked, Query()]
) -> RecordDealPage:
    """Return a person's deals that were opened, won or lost in a period."""
    async with service.database.read(viewer.organisation_id) as session:
        await _seen(session, viewer, user_id)
        days = await calendar(session)
        within = days.bounds(days.period(wanted.start, wanted.period))
        after = cursors.key(wanted.cursor)
        found = await evidence.deals(session, user_id, within, after, wanted.limit + 1)
    rows, more = cut(found, wanted.limit)
    await note_seen(service, viewer, f"record:{user_id}", "deals")
    items = [_deal(row, within) for row in rows]
    return RecordDealPage(items=items, next=cursors.of_key(rows[-1].id) if more else None)


async def _seen(session: ReadSession, viewer: Viewer, user_id: UUID) -> None:
    """Raise `Problem` 404 for a person whom the viewer does not see."""
    if await people.user(session, viewer, user_id) is None:
        raise not_found()


def _call(
    brought: Contribution, call: Call, scores: Sequence[Counting], asked: Sequence[str], reader: Viewer
) -> RecordCallShape:
    values = brought.measures
    return RecordCallShape(
        id=call.id,
        title=call.title if reader.sees(call.rep_id, call.team_id) else None,
        started_at=brought.at,
        call_type=brought.call_type,
        values={name: values[name] for name in asked or values if name in values},
        scores=[
            CountingShape(
                assessment_id=one.assessment_id,
                scorecard=one.scorecard,
                points=None if one.points is None else one.points / POINT,
            )
            for one in scores
        ],
    )


def _deal(row: Deal, within: Stretch) -> RecordDealShape:
    closed_at = None if row.outcome is Outcome.OPEN else row.closed_at
    return RecordDealShape(
        id=row.id,
        external_id=row.external_id,
        name=row.name,
        account=row.account,
        stage=row.stage,
        outcome=row.outcome,
        amount=row.amount,
        currency=row.currency,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        opened=within[0] <= row.opened_at < within[1],
        closed=closed_at is not None and within[0] <= closed_at < within[1],
    )
