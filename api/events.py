"""Server-sent events (HTML standard, chapter 9.2): what happens to calls, from the database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from api.service import Service
from models.access import Viewer
from models.queries import following
from models.tables import Event

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_S = 15.0
"""Longest silence; a proxy that hears nothing for longer may cut the connection."""
LOOK_S = 1.0
"""How often progress is looked at."""
LONGEST_S = 900.0
"""A stream ends after this long; browsers open the next by themselves, and show again who they are."""
RETRY_MS = 2000


async def stream(
    service: Service, viewer: Viewer, last: int | None, call_id: UUID | None
) -> AsyncIterator[str]:
    """Yield events after `last`, or from now on, of every call a viewer sees or of one; then progress."""
    follower = _Follower(service, viewer, last, call_id)
    until = time.monotonic() + LONGEST_S
    spoke = time.monotonic()
    with service.watch.listening() as woken, service.measures.listeners.track_inprogress():
        yield f"retry: {RETRY_MS}\n\n"
        while not service.watch.closing and time.monotonic() < until:
            woken.clear()
            async for text in follower.news():
                spoke = time.monotonic()
                yield text
            if time.monotonic() - spoke >= HEARTBEAT_S:
                spoke = time.monotonic()
                yield ": still here\n\n"
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), LOOK_S)


class _Follower:
    """Remembers what was told on one stream."""

    def __init__(self, service: Service, viewer: Viewer, last: int | None, call_id: UUID | None) -> None:
        self._service = service
        self._viewer = viewer
        self._last = last
        self._call_id = call_id
        self._progress: dict[UUID, float] = {}

    async def news(self) -> AsyncIterator[str]:
        """Yield what happened since the last look."""
        async with self._service.database.read(self._viewer.organisation_id) as session:
            if self._last is None:
                self._last = await following.newest_settled(session)
            happened = await following.after(session, self._viewer, self._last, self._call_id)
            under_way = await following.under_way(session, self._viewer, self._call_id)
        for event in happened:
            self._last = event.id or self._last
            yield message(event.kind, _data(event), event.id)
        async for text in self._moved(dict(under_way)):
            yield text

    async def _moved(self, under_way: Mapping[UUID, float]) -> AsyncIterator[str]:
        """Yield the progress of calls that moved."""
        moved = {c: p for c, p in under_way.items() if self._progress.get(c) != p}
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
