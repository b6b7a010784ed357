"""One look at the newest event for every open stream, so that streams do not each ask the database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.db import Database
from models.outage import passing
from models.queries import following

LOOK_S = 0.5
"""How often is looked while anybody listens."""

log = structlog.get_logger()


class Watch:
    """Wakes listeners when something may have happened. Use as a context around the process's life."""

    def __init__(self, database: Database) -> None:
        """Take the database; nothing is read while nobody listens."""
        self._database = database
        self._listeners: set[asyncio.Event] = set()
        self._closing = asyncio.Event()

    @property
    def closing(self) -> bool:
        """Return whether the process is about to stop, so that streams must end."""
        return self._closing.is_set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look again and again until the context ends."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        for listener in self._listeners:
            listener.set()

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Give an event that is set when something may have happened."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _look(self) -> None:
        last = -1
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._listeners:
                continue
            newest = await self._newest(last)
            if newest != last:
                last = newest
                for listener in self._listeners:
                    listener.set()

    async def _newest(self, last: int) -> int:
        """Return the newest event of any organisation; while the database is away, the one before."""
        try:
            async with self._database.system_read() as session:
                return await following.newest(session)
        except (SQLAlchemyError, OSError) as error:
            if not passing(error):
                raise
            log.warning("events.unseen", error=type(error).__name__)
            return last
