"""Many event streams open at once: who hears of a reviewed call, and how long after it happened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from bench.grid import Grid
from bench.load import reviews
from bench.load.figures import Figure, grid, percentile
from bench.load.service import Running, keys, running, shown
from bench.load.watched import Watched
from bench.pieces import cut
from core.clock import now

STREAMS, CALLS = 50, 3
IDLE_S = 10.0
LATEST_S = 30.0
"""How long after the last review a stream may still tell of it."""
P95 = 0.95
MS = 1000.0
REVIEWED = "call.reviewed"


@dataclass
class Listener:
    """One stream: whether it is open, and how many seconds after each review it told of it."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    delays: dict[str, float] = field(default_factory=dict)

    def hear(self, kind: str, data: dict[str, Any]) -> None:
        """Note an event."""
        if kind == REVIEWED:
            self.delays[data["call_id"]] = (now() - datetime.fromisoformat(data["at"])).total_seconds()


def measure(folder: Path) -> Grid:
    """Return how 50 streams hear of calls that go through."""
    calls = cut(folder / "calls")[:CALLS]
    with running(folder / "streams", (None,)) as service:
        return asyncio.run(_measured(service, keys(service, STREAMS + 1), calls))


async def _measured(service: Running, made: Sequence[str], calls: Sequence[Path]) -> Grid:
    own, *others = made
    listeners = [Listener() for _ in others]
    limits = httpx2.Limits(max_connections=STREAMS + 1)
    async with httpx2.AsyncClient(
        base_url=service.address, timeout=60.0, limits=limits, trust_env=False
    ) as client:
        listening = [
            asyncio.create_task(_listen(client, key, listener))
            for key, listener in zip(others, listeners, strict=True)
        ]
        async with asyncio.timeout(LATEST_S):
            await asyncio.gather(*(listener.opened.wait() for listener in listeners))
        with Watched(service.api) as idle:
            await asyncio.sleep(IDLE_S)
        client.headers.update(shown(own))
        call_ids = []
        for path in calls:
            call_ids.append(await reviews.hand_in(client, path))
            await reviews.reviewed(client, call_ids[-1:])
        await _heard(listeners, call_ids)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return _grid(listeners, call_ids, idle)


async def _listen(client: httpx2.AsyncClient, key: str, listener: Listener) -> None:
    """Hear a stream until cancelled; its first line shows that it is open."""
    kind = ""
    async with client.stream("GET", "/v1/events", headers=shown(key), timeout=None) as answer:
        async for line in answer.raise_for_status().aiter_lines():
            name, _, value = line.partition(": ")
            if name == "retry":
                listener.opened.set()
            elif name == "event":
                kind = value
            elif name == "data":
                listener.hear(kind, json.loads(value))


async def _heard(listeners: Sequence[Listener], call_ids: Sequence[str]) -> None:
    """Wait until every listener has heard of every call, or long enough."""
    for _ in range(round(LATEST_S / reviews.POLL_S)):
        if not _missing(listeners, call_ids):
            return
        await asyncio.sleep(reviews.POLL_S)


def _missing(listeners: Sequence[Listener], call_ids: Sequence[str]) -> int:
    return sum(call_id not in listener.delays for listener in listeners for call_id in call_ids)


def _grid(listeners: Sequence[Listener], call_ids: Sequence[str], idle: Watched) -> Grid:
    delays = [delay for listener in listeners for delay in listener.delays.values()]
    figures = [
        Figure(
            f"reviews not told of ({len(call_ids)} calls on {STREAMS} streams)",
            _missing(listeners, call_ids),
            limit=0,
        ),
        Figure("p50 of the delay", MS * percentile(delays, 0.5), "ms"),
        Figure("p95", MS * percentile(delays, P95), "ms"),
        Figure("longest", MS * percentile(delays, 1.0), "ms"),
        Figure(
            "a core's share for the open streams, nothing happening", 100 * idle.cpu_s / IDLE_S, "%", digits=1
        ),
    ]
    note = (
        "Streams of `/v1/events`, each with a key of its own, while calls of six seconds are reviewed one "
        f"after the other. Delay: from the time that `{REVIEWED}` was recorded to its arrival."
    )
    return grid(f"{STREAMS} event streams", figures, note)
