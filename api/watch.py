"""One look at what happens for every open stream, so that streams do not each ask the database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.db import Database
from models.outage import passing
from models.queries import following
from models.queries.following import Whose
from models.tables import Event

LOOK_S = 0.5
"""How often is looked while anybody listens."""
KEPT = 1000
"""Newest events that are kept; a stream that is farther behind asks the database itself."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen: every event after `since` up to `until`, and how far the calls under way are."""

    since: int
    until: int
    events: tuple[tuple[Event, Whose], ...] = ()
    progress: Sequence[tuple[Whose, float]] = ()

    def with_more(
        self, events: Sequence[tuple[Event, Whose]], progress: Sequence[tuple[Whose, float]]
    ) -> Seen:
        """Return what is seen now, without the events that are too old to be kept."""
        together = (*self.events, *events)
        dropped, kept = together[:-KEPT], together[-KEPT:]
        since = dropped[-1][0].id or self.since if dropped else self.since
        until = kept[-1][0].id or self.until if events else self.until
        return Seen(since, until, kept, progress)


class Watch:
    """Wakes listeners when something happened. Use `running` around the process's life."""

    def __init__(self, database: Database) -> None:
        """Take the database; nothing is read while nobody listens."""
        self._database = database
        self._listeners: set[asyncio.Event] = set()
        self._closing = asyncio.Event()
        self._seen: Seen | None = None

    @property
    def seen(self) -> Seen | None:
        """Return what was seen; None before the first look."""
        return self._seen

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
        """Give an event that is set when something happened."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._listeners:
                self._seen = None  # what happens meanwhile is not kept
                continue
            before, self._seen = self._seen, await self._again(self._seen)
            if self._seen != before:
                for listener in self._listeners:
                    listener.set()

    async def _again(self, before: Seen | None) -> Seen | None:
        """Return what is seen now; while the database is away, what was seen before."""
        try:
            async with self._database.system_read() as session:
                if before is None:
                    newest = await following.newest_settled(session)
                    before = Seen(newest, newest)
                happened = await following.everywhere(session, before.until)
                progress = await following.worked_on(session)
        except (SQLAlchemyError, OSError) as error:
            if not passing(error):
                raise
            log.warning("events.unseen", error=type(error).__name__)
            return before
        if not happened:
            return replace(before, progress=progress)
        return before.with_more(happened, progress)
