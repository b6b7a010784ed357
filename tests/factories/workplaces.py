"""An installation with workers, to do stages in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core import telemetry
from core.settings import Settings
from core.telemetry import StageSpans
from ingest.store import Store
from models.bell import Bell
from models.stages import Lane, StageName
from models.tables import Call, Product, StageRun
from tests.factories.services import Installation, installation
from worker import stored
from worker.figures import Figures
from worker.lane import Child
from worker.perform import Tools, Worker

Act = Callable[["Workplace"], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Workplace:
    """An installation with a worker in each lane, which share a process that infers."""

    here: Installation
    tools: Tools

    async def look(self, lane: Lane = Lane.CPU) -> bool:
        return await Worker(lane, self.tools).look()

    async def work_off(self) -> None:
        """Do what the lane of the processor has."""
        while await self.look():
            pass

    async def run_of(self, call_id: UUID, stage: StageName) -> StageRun:
        async with self.here.database.read(self.here.organisation_id) as session:
            query = select(StageRun).where(col(StageRun.call_id) == call_id, col(StageRun.stage) == stage)
            return (await session.execute(query)).scalar_one()

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.here.database.read(self.here.organisation_id) as session:
            return list((await session.execute(select(table))).scalars())

    async def newest(self, stage: StageName) -> object:
        """Return what a stage made last."""
        products = [p for p in await self.rows(Product) if p.stage is stage]
        return stored.load(stage, max(products, key=lambda p: p.version).data).value

    async def call(self) -> Call:
        (call,) = await self.rows(Call)
        assert isinstance(call, Call)
        return call

    async def keys(self) -> set[str]:
        return {key async for key in self.here.store.keys_older_than(0)}


@asynccontextmanager
async def workplace(
    settings: Settings, store: Callable[[Store], Store] = lambda s: s
) -> AsyncIterator[Workplace]:
    provider = telemetry.provider(settings.trace, "worker")
    async with installation(settings) as here:
        bell, child = Bell(settings), Child(settings)
        tools = Tools(
            settings, here.database, store(here.store), bell, child, Figures(), StageSpans(provider), "me"
        )
        try:
            yield Workplace(here, tools)
        finally:
            await child.close()
            await bell.close()
            if provider is not None:
                provider.shutdown()


def at_work(settings: Settings, act: Act, store: Callable[[Store], Store] = lambda s: s) -> None:
    async def inside() -> None:
        async with workplace(settings, store) as place:
            await act(place)

    asyncio.run(inside())
