"""What calls and deals bring to records, out of what is known of them; and what of it is kept."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, exists, or_, select, type_coerce
from sqlmodel import col

from models.assessment import AssessmentState
from models.db import ReadSession, Session, organisation_of
from models.record import EARLIEST, LARGEST_AMOUNT, LATEST, SCORE, CallContribution, DealContribution
from models.scorecard import POINT, Judgement
from models.tables import Assessment, Call, Contribution, Deal, MetricRow, ScorecardRow, ScorecardVersion

COUNTING = tuple(state for state in AssessmentState if state.counts)
AT_ONCE = 1000
"""Calls named in one statement."""

Stretch = tuple[datetime, datetime]
"""From, and to but not with."""


def counts() -> ColumnElement[bool]:
    """Return the condition on `Assessment` that it counts in records."""
    return and_(col(Assessment.state).in_(COUNTING), col(Assessment.trial).is_(False))


async def of_calls(session: ReadSession, call_ids: Collection[UUID]) -> dict[UUID, CallContribution]:
    """Return what calls bring, by call; those that do not count are left out."""
    found: dict[UUID, CallContribution] = {}
    for ids in _batches(call_ids):
        found |= await _brought(session, col(Call.id).in_(ids))
    return found


async def of_rep(session: ReadSession, rep_id: UUID) -> dict[UUID, CallContribution]:
    """Return what all calls of a rep bring, by call."""
    return await _brought(session, col(Call.rep_id) == rep_id)


async def of_deals(session: ReadSession, deal_ids: Collection[UUID]) -> list[DealContribution]:
    """Return what deals bring; those of nobody are left out."""
    if not deal_ids:
        return []
    query = select(Deal).where(col(Deal.id).in_(deal_ids), *_dated())
    return list(_of_deals((await session.execute(query)).scalars()))


async def deals_of_rep(
    session: ReadSession, rep_id: UUID, within: Sequence[Stretch] | None = None
) -> list[DealContribution]:
    """Return what the deals of a rep bring: all, or those opened or closed in some stretches of time."""
    query = select(Deal).where(col(Deal.rep_id) == rep_id, *_dated())
    if within is not None:
        opened, closed = col(Deal.opened_at), col(Deal.closed_at)
        query = query.where(or_(*_inside(opened, within), *_inside(closed, within)))
    return list(_of_deals((await session.execute(query)).scalars()))


async def kept_of_rep(
    session: ReadSession, rep_id: UUID, within: Sequence[Stretch]
) -> list[CallContribution]:
    """Return the contributions that are kept of a rep's calls in some stretches of time."""
    query = select(*_COLUMNS).where(
        col(Contribution.rep_id) == rep_id, or_(*_inside(col(Contribution.at), within))
    )
    return [CallContribution(*row) for row in await session.execute(query)]


async def kept_rows(session: Session, call_ids: Collection[UUID]) -> dict[UUID, Contribution]:
    """Return the rows in which the contributions of calls are kept."""
    found: dict[UUID, Contribution] = {}
    for ids in _batches(call_ids):
        query = select(Contribution).where(col(Contribution.call_id).in_(ids))
        found |= {row.call_id: row for row in (await session.execute(query)).scalars()}
    return found


async def kept_rows_of_rep(session: Session, rep_id: UUID) -> dict[UUID, Contribution]:
    """Return the rows in which the contributions of a rep's calls are kept."""
    query = select(Contribution).where(col(Contribution.rep_id) == rep_id)
    return {row.call_id: row for row in (await session.execute(query)).scalars()}


def kept(row: Contribution) -> CallContribution:
    """Return a contribution as it is kept."""
    return CallContribution(row.call_id, row.rep_id, row.at, row.call_type, row.measures)


async def keep(
    session: Session, rows: Mapping[UUID, Contribution], brought: Mapping[UUID, CallContribution]
) -> None:
    """Make rows hold what calls bring: the same, changed, new or gone."""
    for call_id, row in rows.items():
        if call_id not in brought:
            await session.delete(row)
    for call_id, new in brought.items():
        known = rows.get(call_id)
        if known is None:
            session.add(_row(session, new))
        elif kept(known) != new:
            known.rep_id, known.at, known.call_type = new.rep_id, new.at, new.call_type
            known.measures = dict(new.measures)


_COLUMNS: tuple[Any, ...] = (
    col(Contribution.call_id),
    col(Contribution.rep_id),
    col(Contribution.at),
    col(Contribution.call_type),
    col(Contribution.measures),
)


def _row(session: Session, brought: CallContribution) -> Contribution:
    return Contribution(
        organisation_id=organisation_of(session),
        call_id=brought.call_id,
        rep_id=brought.rep_id,
        at=brought.at,
        call_type=brought.call_type,
        measures=dict(brought.measures),
    )


async def _brought(session: ReadSession, which: ColumnElement[bool]) -> dict[UUID, CallContribution]:
    """Return what those calls bring that count: deleted ones and ones of nobody do not."""
    approved = exists().where(col(Assessment.call_id) == col(Call.id), counts())
    query = select(
        col(Call.id),
        col(Call.rep_id),
        col(Call.started_at),
        col(Call.call_type),
        col(Call.depth),
        col(Call.customer_sentiment),
        col(Call.customer_sentiment_change),
    ).where(
        which,
        col(Call.deleted_at).is_(None),
        col(Call.rep_id).is_not(None),
        col(Call.started_at) >= EARLIEST,
        col(Call.started_at) < LATEST,
        approved,
    )
    rows = (await session.execute(query)).all()
    measures = {row[0]: _judged(*row[4:]) for row in rows}
    for ids in _batches(measures):
        await add_metrics(session, ids, measures)
        await add_scores(session, ids, measures)
    return {
        call_id: CallContribution(call_id, rep_id, at, call_type, dict(sorted(measures[call_id].items())))
        for call_id, rep_id, at, call_type, *_ in rows
        if rep_id is not None
    }


def _judged(*judged: float | None) -> dict[str, float]:
    """Return by name what classifiers of text say of a call."""
    found = zip(Judgement, judged, strict=True)
    return {str(name): value for name, value in found if value is not None}


async def add_metrics(
    session: ReadSession, ids: Sequence[UUID], measures: Mapping[UUID, dict[str, float]]
) -> None:
    """Add what was measured of calls as `METRIC.SIDE`, what could not be measured left out."""
    side = type_coerce(col(MetricRow.side), String)  # a million of them are not made members of `Side`
    query = select(col(MetricRow.call_id), col(MetricRow.name), side, col(MetricRow.value)).where(
        col(MetricRow.call_id).in_(ids)
    )
    for call_id, name, of, value in await session.execute(query):
        if value is not None:
            measures[call_id][f"{name}.{of}"] = value


async def add_scores(
    session: ReadSession, ids: Sequence[UUID], measures: Mapping[UUID, dict[str, float]]
) -> None:
    """Add points by scorecard, of its newest version that counts, and the mean over scorecards."""
    query = (
        select(col(Assessment.call_id), col(ScorecardRow.key), col(Assessment.points))
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .where(col(Assessment.call_id).in_(ids), counts())
        .order_by(col(ScorecardVersion.number))
    )
    scores: dict[UUID, dict[str, float]] = {}
    for call_id, key, points in await session.execute(query):
        if points is not None:
            scores.setdefault(call_id, {})[key] = points / POINT
    for call_id, by_key in scores.items():
        measures[call_id] |= {f"{SCORE}.{key}": points for key, points in by_key.items()}
        measures[call_id][SCORE] = math.fsum(by_key.values()) / len(by_key)


def _dated() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `Deal` that it is somebody's, and at a time that can be."""
    opened, closed = col(Deal.opened_at), col(Deal.closed_at)
    return (
        col(Deal.rep_id).is_not(None),
        and_(opened >= EARLIEST, opened < LATEST),
        or_(closed.is_(None), and_(closed >= EARLIEST, closed < LATEST)),
    )


def _of_deals(rows: Iterable[Deal]) -> Iterator[DealContribution]:
    for row in rows:
        if row.rep_id is not None:
            yield DealContribution(
                row.id,
                row.rep_id,
                row.opened_at,
                row.closed_at,
                row.outcome,
                _amount(row.amount),
                row.currency,
                tuple(str(stage[0]) for stage in row.stages),
            )


def _amount(amount: float | None) -> float | None:
    """Return an amount; None for what is none: not finite, or past all money there is."""
    return amount if amount is not None and abs(amount) <= LARGEST_AMOUNT else None


def _inside(moment: Any, within: Sequence[Stretch]) -> list[ColumnElement[bool]]:
    return [and_(moment >= begin, moment < end) for begin, end in within]


def _batches(ids: Iterable[UUID]) -> Iterator[tuple[UUID, ...]]:
    """Yield keys, so many at a time as one statement names."""
    left = iter(ids)
    while batch := tuple(islice(left, AT_ONCE)):
        yield batch
