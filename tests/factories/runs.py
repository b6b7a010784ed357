"""Stages claimed, finished, failed and looked at, in a database of one organisation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.settings import Settings
from models.call import Priority, RunState
from models.queries import runs
from models.queries.runs import Claim
from models.stages import STAGE, STAGES, Lane, StageName
from models.tables import Call, Recording, StageRun
from tests.factories.databases import Place, opened, planned_call

LEASE = timedelta(seconds=60)
AT_ONCE = timedelta()
LATER = timedelta(hours=1)
Act = Callable[[Place], Coroutine[Any, Any, None]]


def on_place(settings: Settings, act: Act) -> None:
    """Do something with a database that has one organisation."""

    async def inside() -> None:
        async with opened(settings) as place:
            await act(place)

    asyncio.run(inside())


async def new_call(place: Place, priority: Priority = Priority.NORMAL) -> UUID:
    """Return a call that has just come in."""
    organisation_id = place.organisation.id
    async with place.database.write(organisation_id) as session:
        recording = Recording(organisation_id=organisation_id, sha256="", bytes=1, name="a.wav", key="")
        recording.sha256 = recording.key = recording.id.hex
        return await planned_call(session, recording, priority)


async def claim(place: Place, lane: Lane, lease: timedelta = LEASE, worker: str = "w") -> Claim | None:
    async with place.database.system() as session:
        return await runs.claim(session, lane, worker, lease)


async def taken(place: Place, stage: StageName, lease: timedelta = LEASE) -> Claim:
    """Return the claim of a stage that is the only one queued in its lane."""
    claimed = await claim(place, STAGE[stage].lane, lease)
    assert claimed is not None
    assert claimed.stage is stage
    return claimed


async def finish(place: Place, claimed: Claim) -> tuple[Lane, ...] | None:
    async with place.database.write(claimed.organisation_id) as session:
        return await runs.finish(session, claimed, "x@1")


async def fail(place: Place, claimed: Claim, retry_in: timedelta | None) -> bool:
    async with place.database.write(claimed.organisation_id) as session:
        return await runs.fail(session, claimed, "It broke.", retry_in)


async def beat(place: Place, claimed: Claim, progress: float = 0.5) -> bool:
    async with place.database.system() as session:
        return await runs.beat(session, claimed, progress, LEASE)


async def reclaim_expired(place: Place) -> tuple[Lane, ...]:
    async with place.database.system_read() as session:
        found = await runs.expired(session)
    lanes: tuple[Lane, ...] = ()
    for organisation_id, call_id in found:
        async with place.database.write(organisation_id) as session:
            lanes += await runs.reclaim(session, call_id)
    return lanes


async def reviewed_but_for(place: Place, *left: StageName) -> UUID:
    """Return a new call whose stages are done, all but some."""
    call_id = await new_call(place)
    for stage in STAGES:
        if stage.name in left:
            continue
        async with place.database.system() as session:
            run = await one_run(session, call_id, stage.name)
            claimed = Claim(run.id, run.organisation_id, call_id, stage.name, run.attempt + 1)
            run.state, run.attempt, run.worker = RunState.RUNNING, claimed.attempt, "w"
        await finish(place, claimed)
    return call_id


async def one_run(session: Any, call_id: UUID, stage: StageName) -> StageRun:
    query = select(StageRun).where(col(StageRun.call_id) == call_id, col(StageRun.stage) == stage)
    found: StageRun = (await session.execute(query)).scalar_one()
    return found


async def seen(place: Place, call_id: UUID) -> tuple[Call, dict[StageName, StageRun]]:
    """Return a call and its runs as they are now."""
    async with place.database.read(place.organisation.id) as session:
        call = (await session.execute(select(Call).where(col(Call.id) == call_id))).scalar_one()
        found = await session.execute(select(StageRun).where(col(StageRun.call_id) == call_id))
        return call, {run.stage: run for run in found.scalars()}
