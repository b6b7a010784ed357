"""How fast recent calls were reviewed, and what waits now: what estimates are made of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import col

from models.call import RunState
from models.db import SystemSession
from models.estimate import TYPICAL_S, Pace, Pending, pace_of
from models.event import Kind
from models.stages import Lane
from models.tables import Call, Event, StageRun

SAMPLE = 60
"""Calls from which the pace is taken."""
LOOKED_AT = 5000
"""Events, from the newest back, among which those calls are looked for."""
MOST = 2000
"""Calls of the queue that are looked at; those behind them get no estimate."""


async def recent(session: SystemSession) -> Pace:
    """Return the pace of the calls reviewed last, and how many workers are at it."""
    newest = (await session.execute(select(func.max(col(Event.id))))).scalar_one() or 0
    calls = (
        select(col(Event.call_id))
        .where(col(Event.id) > newest - LOOKED_AT, col(Event.kind) == Kind.REVIEWED)
        .order_by(col(Event.id).desc())
        .limit(SAMPLE)
    )
    ids = [call_id for call_id in (await session.execute(calls)).scalars() if call_id is not None]
    rows = await session.execute(
        select(col(StageRun.stage), func.sum(col(StageRun.seconds)), func.sum(col(Call.duration_s)))
        .join(Call, col(Call.id) == col(StageRun.call_id))
        .where(
            col(StageRun.call_id).in_(ids),
            col(StageRun.seconds).is_not(None),
            col(Call.duration_s).is_not(None),
        )
        .group_by(col(StageRun.stage))
    )
    done = [(stage, seconds or 0.0, sound or 0.0) for stage, seconds, sound in rows]
    pace = pace_of(done, await _workers(session))
    typical = await session.execute(select(func.avg(col(Call.duration_s))).where(col(Call.id).in_(ids)))
    return Pace(pace.seconds, pace.workers, typical.scalar_one() or TYPICAL_S)


async def queue(session: SystemSession) -> Sequence[Pending]:
    """Return the calls under way or waiting, of every organisation, the most urgent first."""
    active = select(col(StageRun.call_id)).where(col(StageRun.state).in_((RunState.QUEUED, RunState.RUNNING)))
    query = (
        select(col(Call.id), col(Call.duration_s), col(Call.progress))
        .where(col(Call.id).in_(active))
        .order_by(col(Call.priority), col(Call.created_at), col(Call.id))
        .limit(MOST)
    )
    return [Pending(*row) for row in (await session.execute(query))]


async def _workers(session: SystemSession) -> dict[Lane, int]:
    """Return how many workers are at work, by lane."""
    rows = await session.execute(
        select(col(StageRun.lane), func.count(col(StageRun.worker).distinct()))
        .where(col(StageRun.state) == RunState.RUNNING)
        .group_by(col(StageRun.lane))
    )
    return dict(rows.all())
