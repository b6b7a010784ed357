"""The sign of life of a stage, kept up while its work goes on; it also finds out when that is for nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from core.settings import WorkerSettings
from models.db import Database
from models.queries import runs
from models.queries.runs import Claim
from worker.patience import patiently

T = TypeVar("T")
SHORTEST_S = 1.0
"""Least time between two signs of life, however fast the work gets on."""
BEATS_A_LEASE = 3
"""A lease is long enough for so many signs of life, whatever is set: one may get lost."""
LAST_BEAT_S = 5.0
"""How long a beat under way may take to end."""


class Heart:
    """Beats while the context lasts: as often as set, and sooner where there is progress to tell."""

    def __init__(self, database: Database, claimed: Claim, settings: WorkerSettings) -> None:
        """Beat for a claimed stage."""
        self._database = database
        self._claimed = claimed
        self._lease = timedelta(seconds=settings.lease_s)
        self._every_s = min(settings.heartbeat_s, settings.lease_s / BEATS_A_LEASE)
        self._fraction = 0.0
        self._news = asyncio.Event()
        self._telling = asyncio.Lock()
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to beat."""
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, between two beats: a transaction cut short would cost the connection."""
        if self._beating is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_BEAT_S):
                await self._telling.acquire()
        self._beating.cancel()
        await asyncio.wait({self._beating})

    def progress(self, fraction: float) -> None:
        """Have the next beat tell how far the work is."""
        self._fraction = fraction
        self._news.set()

    async def guard(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Return what the work returns; None, the work cancelled, where it is no longer this worker's."""
        task = asyncio.create_task(work)
        watched = {task, self._beating} if self._beating is not None else {task}
        try:
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if self._beating is not None:
            self._beating.result()
        return None

    async def _beat(self) -> None:
        """Beat until the stage is no longer this worker's."""
        while await patiently(self._tell):
            await asyncio.sleep(min(SHORTEST_S, self._every_s))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._news.wait()
            self._news.clear()

    async def _tell(self) -> bool:
        async with self._telling, self._database.system() as session:
            return await runs.beat(session, self._claimed, self._fraction, self._lease)
