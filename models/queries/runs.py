"""Stage runs: who works on what. The database is the truth; the queue only says "look".

Whoever changes a run of a call locks the call first, so that no two changes of one call cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.call import CallState, RunState
from models.db import Session, SystemSession, database_time
from models.event import Kind
from models.queries.events import record
from models.stages import STAGE, STAGES, Lane, StageName, downstream
from models.tables import Call, StageRun

MOST_LOST = 5
"""Times that a worker may die under one stage before the stage counts as failed."""
LOST = "The program that worked on it died each time, most often because memory ran out."


Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Claim:
    """A stage that a worker has taken on; `attempt` fences what it writes."""

    run_id: UUID
    organisation_id: UUID
    call_id: UUID
    stage: StageName
    attempt: int


def plan(session: Session, call: Call, at: datetime) -> tuple[StageRun, ...]:
    """Add a run for every stage of a new call; those that need nothing are queued. Return them."""
    runs = tuple(
        StageRun(
            organisation_id=call.organisation_id,
            call_id=call.id,
            stage=stage.name,
            lane=stage.lane,
            priority=call.priority,
            state=RunState.WAITING if stage.needs else RunState.QUEUED,
            queued_at=None if stage.needs else at,
        )
        for stage in STAGES
    )
    session.add_all(runs)
    return runs


async def claim(session: SystemSession, lane: Lane, worker: str, lease: timedelta) -> Claim | None:
    """Return the most urgent queued stage of a lane, now this worker's; None where there is none."""
    while (found := await _next(session, lane)) is not None:
        run_id, call_id = found
        call, runs, at = await _locked(session, call_id)
        run = next((r for r in runs if r.id == run_id and r.state is RunState.QUEUED), None)
        if call is None or run is None:
            continue
        run.state, run.attempt, run.worker = RunState.RUNNING, run.attempt + 1, worker
        run.started_at = run.heartbeat_at = at
        run.progress, run.finished_at, run.lease_until = 0.0, None, at + lease
        if call.state is CallState.QUEUED:
            _settle(session, call, CallState.PROCESSING, at)
        return Claim(run.id, run.organisation_id, run.call_id, run.stage, run.attempt)
    return None


async def beat(session: SystemSession, claimed: Claim, progress: float, lease: timedelta) -> bool:
    """Say that the work goes on and how far it is; return False where it is no longer this worker's."""
    call, runs, at = await _locked(session, claimed.call_id)
    run = _holding(runs, claimed)
    if call is None or run is None:
        return False
    run.heartbeat_at, run.lease_until = at, at + lease
    run.progress = min(max(progress, 0.0), 1.0)
    call.progress = share_done(runs)
    return True


async def finish(session: Session, claimed: Claim, fingerprint: str) -> tuple[Lane, ...] | None:
    """Mark a stage done and queue what waited for it alone; return the lanes to ring.

    None where the work is no longer this worker's: then nothing may be written. A call whose stages
    are all done is reviewed.
    """
    call, runs, at = await _locked(session, claimed.call_id)
    run = _holding(runs, claimed)
    if call is None or run is None:
        return None
    _end(run, RunState.DONE, at)
    run.progress, run.fingerprint, run.error = 1.0, fingerprint, None
    done = {r.stage for r in runs if r.state is RunState.DONE}
    ready = [r for r in runs if r.state is RunState.WAITING and done.issuperset(STAGE[r.stage].needs)]
    for waiting in ready:
        waiting.state, waiting.queued_at, waiting.not_before = RunState.QUEUED, at, None
    call.progress = share_done(runs)
    if len(done) == len(runs):
        _settle(session, call, CallState.REVIEWED, at)
        call.reviewed_at = at
    return tuple(waiting.lane for waiting in ready)


async def fail(session: Session, claimed: Claim, error: str, retry_in: timedelta | None) -> bool:
    """Note a failed try; queue another after `retry_in`, or fail the call where that is None or spent.

    Return whether the stage will be tried again.
    """
    call, runs, at = await _locked(session, claimed.call_id)
    run = _holding(runs, claimed)
    if call is None or run is None:
        return False
    run.failures, run.error = run.failures + 1, error
    if retry_in is not None and run.failures < STAGE[run.stage].tries:
        _requeue(run, at, at + retry_in)
        return True
    _end(run, RunState.FAILED, at)
    call.reason_code, call.reason = "failed", error
    call.remedy = "Try it again; if that fails too, the log of the worker says more."
    _stop(runs, at)
    _settle(session, call, CallState.FAILED, at)
    return False


async def postpone(session: Session, claimed: Claim, error: str, retry_in: timedelta) -> None:
    """Queue a stage again that could not be done for something around it: this counts as no failure."""
    _, runs, at = await _locked(session, claimed.call_id)
    run = _holding(runs, claimed)
    if run is not None:
        run.error = error
        _requeue(run, at, at + retry_in)


async def lose(session: Session, claimed: Claim, retry_in: timedelta) -> None:
    """Note that what worked on a stage died; queue it again, or fail the call after `MOST_LOST` times."""
    call, runs, at = await _locked(session, claimed.call_id)
    run = _holding(runs, claimed)
    if call is not None and run is not None and not _given_up(session, call, runs, run, at):
        _requeue(run, at, at + retry_in)


async def reject(session: Session, claimed: Claim, code: str, reason: str, remedy: str) -> None:
    """End a call whose recording cannot be reviewed, saying why and what to do."""
    call, runs, at = await _locked(session, claimed.call_id)
    run = _holding(runs, claimed)
    if call is None or run is None:
        return
    _end(run, RunState.REJECTED, at)
    call.reason_code, call.reason, call.remedy = code, reason, remedy
    _stop(runs, at)
    _settle(session, call, CallState.REJECTED, at)


async def release(session: Session, claimed: Claim) -> tuple[Lane, ...]:
    """Give a stage back unfinished, as a worker does that is told to stop; return the lane to ring."""
    _, runs, at = await _locked(session, claimed.call_id)
    run = _holding(runs, claimed)
    if run is None:
        return ()
    _requeue(run, at)
    return (run.lane,)


async def expired(session: SystemSession, limit: int = 100) -> Sequence[tuple[UUID, UUID]]:
    """Return organisation and call of stages whose worker has not been heard of for a lease."""
    at = await database_time(session)
    rows = await session.execute(
        select(col(StageRun.organisation_id), col(StageRun.call_id))
        .where(col(StageRun.state) == RunState.RUNNING, col(StageRun.lease_until) < at)
        .order_by(col(StageRun.lease_until))
        .limit(limit)
    )
    return rows.all()


async def reclaim(session: Session, call_id: UUID) -> tuple[Lane, ...]:
    """Queue the stages of a call whose lease ran out; fail the call where that happens again and again."""
    call, runs, at = await _locked(session, call_id)
    stale = [r for r in runs if r.state is RunState.RUNNING and r.lease_until and r.lease_until < at]
    if call is None:
        return ()
    for run in stale:
        if _given_up(session, call, runs, run, at):
            return ()
        _requeue(run, at)
    return tuple(run.lane for run in stale)


async def waiting_lanes(session: SystemSession) -> dict[Lane, int]:
    """Return how many stages could be claimed now, by lane."""
    at = await database_time(session)
    lane = col(StageRun.lane)
    rows = await session.execute(select(lane, func.count()).where(*_claimable(at)).group_by(lane))
    return dict(rows.all())


async def lanes_with_work(session: SystemSession) -> tuple[Lane, ...]:
    """Return the lanes in which a stage could be claimed now."""
    return tuple([lane for lane in Lane if await _next(session, lane) is not None])


async def waiting_since(session: SystemSession) -> dict[Lane, timedelta]:
    """Return how long the stage has waited that could be claimed and waits longest, by lane."""
    at = await database_time(session)
    oldest = func.min(col(StageRun.queued_at))
    rows = await session.execute(
        select(col(StageRun.lane), oldest).where(*_claimable(at)).group_by(col(StageRun.lane))
    )
    return {lane: at - since for lane, since in rows if since is not None}


async def cancel(session: Session, call_id: UUID) -> Call | None:
    """Stop the work on a call; return it, None where it is not there. An ended call stays as it is."""
    call, runs, at = await _locked(session, call_id)
    if call is not None and not call.state.ended:
        _stop(runs, at)
        _settle(session, call, CallState.CANCELLED, at)
    return call


async def rerun(session: Session, call_id: UUID, first: StageName) -> tuple[Lane, ...] | None:
    """Do a stage and all that needs it again; return the lanes to ring, None where the call is not there.

    Stages before it that are not done are done first.
    """
    call, runs, at = await _locked(session, call_id)
    if call is None:
        return None
    again = downstream(first) | {r.stage for r in runs if r.state is not RunState.DONE}
    again = frozenset().union(*(downstream(name) for name in again))
    done = {run.stage for run in runs if run.stage not in again}
    for run in runs:
        if run.stage in again:
            run.failures, run.lost, run.attempt = 0, 0, run.attempt + 1
            _requeue(run, at)
            if not done.issuperset(STAGE[run.stage].needs):
                run.state, run.queued_at = RunState.WAITING, None
    call.reason_code = call.reason = call.remedy = None
    call.progress = share_done(runs)
    _settle(session, call, CallState.QUEUED, at)
    return tuple(run.lane for run in runs if run.state is RunState.QUEUED)


WEIGHT = {StageName.TRANSCRIBE: 10.0, StageName.DIARIZE: 3.0, StageName.JUDGE: 1.0}
"""Rough share of a call's time, for one bar of progress; a stage not named counts a quarter."""


def share_done(runs: Sequence[StageRun]) -> float:
    """Return how far a call is, 0..1, from how far its stages are."""
    weights = [WEIGHT.get(run.stage, 0.25) for run in runs]
    done = sum(
        w * (1.0 if r.state is RunState.DONE else r.progress) for w, r in zip(weights, runs, strict=True)
    )
    return min(done / sum(weights), 1.0) if weights else 0.0


async def _next(session: AsyncSession, lane: Lane) -> tuple[UUID, UUID] | None:
    """Return run and call of the most urgent stage that may be claimed."""
    at = await database_time(session)
    rows = await session.execute(
        select(col(StageRun.id), col(StageRun.call_id))
        .where(col(StageRun.lane) == lane, *_claimable(at))
        .order_by(col(StageRun.priority), col(StageRun.queued_at), col(StageRun.id))
        .limit(1)
    )
    return rows.first()


def _claimable(at: datetime) -> tuple[Condition, ...]:
    return (
        col(StageRun.state) == RunState.QUEUED,
        or_(col(StageRun.not_before).is_(None), col(StageRun.not_before) <= at),
    )


async def _locked(session: AsyncSession, call_id: UUID) -> tuple[Call | None, list[StageRun], datetime]:
    """Return a call, locked until the transaction ends, its runs in pipeline order, and the time."""
    fresh = {"populate_existing": True}
    query = select(Call).where(col(Call.id) == call_id).with_for_update().execution_options(**fresh)
    call = (await session.execute(query)).scalar_one_or_none()
    query_runs = select(StageRun).where(col(StageRun.call_id) == call_id).execution_options(**fresh)
    found = await session.execute(query_runs)
    order = [stage.name for stage in STAGES]
    runs = sorted(found.scalars(), key=lambda run: order.index(run.stage))
    return call, runs, await database_time(session)


def _holding(runs: Sequence[StageRun], claimed: Claim) -> StageRun | None:
    """Return the run while it is still the claimant's."""
    return next(
        (
            run
            for run in runs
            if run.id == claimed.run_id and run.attempt == claimed.attempt and run.state is RunState.RUNNING
        ),
        None,
    )


def _end(run: StageRun, state: RunState, at: datetime) -> None:
    """Bring a run to an end."""
    run.state, run.finished_at, run.lease_until = state, at, None
    run.seconds = (at - run.started_at).total_seconds() if run.started_at else None


def _given_up(
    session: AsyncSession, call: Call, runs: Sequence[StageRun], run: StageRun, at: datetime
) -> bool:
    """Count a worker that died under a stage; return whether that was once too often, the call failed."""
    run.lost += 1
    if run.lost < MOST_LOST:
        return False
    _end(run, RunState.FAILED, at)
    run.error = LOST
    call.reason_code, call.reason = "worker_lost", LOST
    call.remedy = "Give the worker more memory or set smaller batches, then try again."
    _stop(runs, at)
    _settle(session, call, CallState.FAILED, at)
    return True


def _requeue(run: StageRun, at: datetime, not_before: datetime | None = None) -> None:
    """Queue a run (again)."""
    run.state, run.queued_at, run.not_before = RunState.QUEUED, at, not_before
    run.progress, run.worker, run.lease_until = 0.0, None, None


def _stop(runs: Sequence[StageRun], at: datetime) -> None:
    """Stop every run that is under way or to come; a worker finds out at its next heartbeat."""
    for run in runs:
        if run.state in {RunState.WAITING, RunState.QUEUED, RunState.RUNNING}:
            _end(run, RunState.CANCELLED, at)


def _settle(session: AsyncSession, call: Call, state: CallState, at: datetime) -> None:
    """Move a call to a state and tell of it."""
    call.state, call.updated_at, call.version = state, at, call.version + 1
    record(session, call, KIND[state])


KIND = {
    CallState.QUEUED: Kind.QUEUED,
    CallState.PROCESSING: Kind.STARTED,
    CallState.REVIEWED: Kind.REVIEWED,
    CallState.REJECTED: Kind.REJECTED,
    CallState.FAILED: Kind.FAILED,
    CallState.CANCELLED: Kind.CANCELLED,
}
