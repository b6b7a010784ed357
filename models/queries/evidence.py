"""What lies behind the numbers of a record: calls, deals, people, and how much of it was reviewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true
from sqlmodel import col

from models.assessment import AssessmentState
from models.call import CallState, CallType
from models.db import ReadSession
from models.queries.contributions import Stretch, counts
from models.queries.listing import Place
from models.record import Outcome
from models.tables import Assessment, Call, Contribution, Deal, ScorecardRow, ScorecardVersion, User

WAITING = tuple(state for state in AssessmentState if not state.decided)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many calls were measured, and for how many of them a score was approved, waits, or was rejected.

    A call counts once: approved where any of its scores is, else waiting where any waits.
    """

    measured: int
    approved: int
    waiting: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Counting:
    """A score that counts: by which scorecard, thousandths of a point of 100."""

    assessment_id: UUID
    scorecard: str
    points: int | None


async def calls(
    session: ReadSession,
    rep_id: UUID,
    within: Stretch,
    call_type: CallType | None,
    measures: Sequence[str],
    after: Place | None,
    limit: int,
) -> Sequence[tuple[Contribution, Call]]:
    """Return what calls brought to a record, the newest first, those after a place.

    Where measures are named, only calls that have one of them.
    """
    at, key = col(Contribution.at), col(Contribution.call_id)
    query = (
        select(Contribution, Call)
        .join(Call, col(Call.id) == key)
        .where(col(Contribution.rep_id) == rep_id, at >= within[0], at < within[1])
    )
    if call_type is not None:
        query = query.where(col(Contribution.call_type) == call_type)
    if measures:
        query = query.where(or_(*(_has(name) for name in measures)))
    if after is not None:
        query = query.where(at <= after.value, or_(at < after.value, key < after.call_id))
    rows = await session.execute(query.order_by(at.desc(), key.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


async def scores(session: ReadSession, call_ids: Collection[UUID]) -> Mapping[UUID, list[Counting]]:
    """Return the scores of calls that count."""
    query = (
        select(col(Assessment.call_id), col(Assessment.id), col(ScorecardRow.key), col(Assessment.points))
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .where(col(Assessment.call_id).in_(call_ids), counts())
        .order_by(col(ScorecardRow.key), col(ScorecardVersion.number))
    )
    found = defaultdict[UUID, list[Counting]](list)
    for call_id, assessment_id, scorecard, points in await session.execute(query):
        found[call_id].append(Counting(assessment_id, scorecard, points))
    return found


async def deals(
    session: ReadSession, rep_id: UUID, within: Stretch, after: UUID | None, limit: int
) -> Sequence[Deal]:
    """Return a rep's deals that were opened, won or lost in a stretch of time, those after a key."""
    query = select(Deal).where(
        col(Deal.rep_id) == rep_id,
        or_(
            _inside(col(Deal.opened_at), within),
            and_(_inside(col(Deal.closed_at), within), col(Deal.outcome) != Outcome.OPEN),
        ),
    )
    if after is not None:
        query = query.where(col(Deal.id) > after)
    return (await session.execute(query.order_by(col(Deal.id)).limit(limit))).scalars().all()


async def members(session: ReadSession, team_ids: Collection[UUID]) -> Sequence[User]:
    """Return the people of teams, by name."""
    query = select(User).where(col(User.team_id).in_(team_ids)).order_by(col(User.name), col(User.id))
    return (await session.execute(query)).scalars().all()


async def reviewed(
    session: ReadSession, team_ids: Collection[UUID], within: Stretch, call_type: CallType | None
) -> Reviewed:
    """Return how much of what the calls of people of teams in a stretch of time came to was looked at.

    Approved are those that are in records; only the few others are looked up by their scores.
    """
    people = select(col(User.id)).where(col(User.team_id).in_(team_ids))
    theirs = (col(Call.rep_id).in_(people), _inside(col(Call.started_at), within), _of(Call, call_type))
    measured = (*theirs, col(Call.state) == CallState.REVIEWED, col(Call.deleted_at).is_(None))
    kept = (
        col(Contribution.rep_id).in_(people),
        _inside(col(Contribution.at), within),
        _of(Contribution, call_type),
    )
    waits = func.max(case((col(Assessment.state).in_(WAITING), 1), else_=0)).label("waits")
    others = (
        select(waits)
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .where(
            col(Assessment.state).in_((*WAITING, AssessmentState.REJECTED)),
            col(Assessment.trial).is_(False),
            *measured,
            ~exists().where(col(Contribution.call_id) == col(Call.id)),
        )
        .group_by(col(Call.id))
    ).subquery()
    waiting = select(func.count(), func.sum(others.c.waits)).select_from(others)
    left, waited = (await session.execute(waiting)).one()
    return Reviewed(
        (await session.execute(select(func.count(col(Call.id))).where(*measured))).scalar_one(),
        (await session.execute(select(func.count(col(Contribution.call_id))).where(*kept))).scalar_one(),
        waited or 0,
        left - (waited or 0),
    )


async def scorecards(session: ReadSession) -> Mapping[str, str]:
    """Return the names of scorecards by key."""
    query = select(col(ScorecardRow.key), col(ScorecardRow.name)).order_by(col(ScorecardRow.name))
    return dict((await session.execute(query)).all())


def _has(name: str) -> ColumnElement[bool]:
    """Return the condition that a contribution has a measure."""
    found: ColumnElement[bool] = col(Contribution.measures)[name].as_string().is_not(None)
    return found


def _of(table: type[Call | Contribution], call_type: CallType | None) -> ColumnElement[bool]:
    return true() if call_type is None else col(table.call_type) == call_type


def _inside(moment: Any, within: Stretch) -> ColumnElement[bool]:
    return and_(moment >= within[0], moment < within[1])
