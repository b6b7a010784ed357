"""Server-sent events (HTML standard, chapter 9.2): what happens to calls, from the database."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from api.service import Service
from models.access import Viewer
from models.queries import following
from models.queries.following import Whose
from models.tables import Event

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_S = 15.0
"""Longest silence; a proxy that hears nothing for longer may cut the connection."""
LONGEST_S = 900.0
"""A stream ends after this long; browsers open the next by themselves, and show again who they are."""
RETRY_MS = 2000


async def stream(
    service: Service, viewer: Viewer, last: int | None, call_id: UUID | None
) -> AsyncIterator[str]:
    """Yield events after `last`, or from now on, of every call a viewer sees or of one; then progress."""
    follower = _Follower(service, viewer, last, call_id)
    until = time.monotonic() + LONGEST_S
    with service.watch.listening() as woken, service.measures.listeners.track_inprogress():
        yield f"retry: {RETRY_MS}\n\n"
        while not service.watch.closing and (left := until - time.monotonic()) > 0:
            woken.clear()
            async for text in follower.news():
                yield text
            try:
                async with asyncio.timeout(min(HEARTBEAT_S, left)):
                    await woken.wait()
            except TimeoutError:
                yield ": still here\n\n"


class _Follower:
    """Remembers what was told on one stream."""

    def __init__(self, service: Service, viewer: Viewer, last: int | None, call_id: UUID | None) -> None:
        self._service = service
        self._viewer = viewer
        self._last = last
        self._call_id = call_id
        self._progress: dict[UUID, float] | None = None

    async def news(self) -> AsyncIterator[str]:
        """Yield what happened since the last look."""
        seen = self._service.watch.seen
        if self._last is None or self._progress is None or seen is None or self._last < seen.since:
            async for text in self._from_database():
                yield text
            return
        for event, whose in seen.events:
            if (event.id or 0) > self._last and self._wants(whose):
                yield message(event.kind, _data(event), event.id)
        self._last = max(self._last, seen.until)
        async for text in self._moved({w.call_id: share for w, share in seen.progress if self._wants(w)}):
            yield text

    async def _from_database(self) -> AsyncIterator[str]:
        """Yield all that happened until now: where the stream begins, and where it fell behind."""
        while True:
            async with self._service.database.read(self._viewer.organisation_id) as session:
                newest = await following.newest_settled(session)
                last = newest if self._last is None else self._last
                happened = await following.after(session, self._viewer, last, self._call_id)
                under_way = await following.under_way(session, self._viewer, self._call_id)
            for event in happened:
                yield message(event.kind, _data(event), event.id)
            self._last = happened[-1].id or last if happened else last
            if len(happened) < following.MOST:
                break
        self._last = max(self._last, newest)
        async for text in self._moved(dict(under_way)):
            yield text

    def _wants(self, whose: Whose) -> bool:
        return whose.within(self._viewer) and self._call_id in (None, whose.call_id)

    async def _moved(self, under_way: Mapping[UUID, float]) -> AsyncIterator[str]:
        """Yield the progress of calls that moved."""
        known = self._progress or {}
        moved = {c: p for c, p in under_way.items() if known.get(c) != p}
        self._progress = dict(under_way)
        expected = await self._service.estimates.finishes(moved) if moved else {}
        for call_id, progress in moved.items():
            yield message("call.progress", progress_data(call_id, progress, expected.get(call_id)))


def message(kind: str, data: Mapping[str, Any], number: int | None = None) -> str:
    """Return one event as it goes over the wire."""
    head = "" if number is None else f"id: {number}\n"
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}event: {kind}\ndata: {text}\n\n"


def progress_data(call_id: UUID, progress: float, expected_at: datetime | None) -> dict[str, Any]:
    """Return how far a call is, and when it will be finished."""
    at = expected_at.isoformat() if expected_at else None
    return {"call_id": str(call_id), "progress": round(progress, 4), "expected_at": at}


def _data(event: Event) -> dict[str, Any]:
    return {"call_id": str(event.call_id), "at": event.at.isoformat(), **event.data}
