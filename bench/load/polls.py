"""Many clients that poll a call and list calls while calls are reviewed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bench.grid import Grid
from bench.load import reviews
from bench.load.figures import Figure, grid, percentile
from bench.load.service import Running, keys, running, shown
from bench.load.watched import Shares, Watched
from bench.pieces import cut
from core.settings import LEVELS

CLIENTS, CALLS, WARM_CALLS = 50, 20, 2
EVERY_S = 1.0
"""How often each client asks, turn about for a call and for the list."""
LEAST_S = 60.0
FLAT_OUT_S = 15.0
TIMEOUT_S = 30.0
P95 = 0.95
MS = 1000.0


@dataclass
class Asked:
    """What clients were told: how often each status, or error of the connection; seconds of each answer."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Return how many requests got no answer, or one that is no success."""
        return sum(count for answer, count in self.answers.items() if not answer.startswith("2"))


@dataclass(frozen=True, slots=True)
class Round:
    """Clients for a while: what they were told, how long it went on, and what processes took, seconds."""

    asked: Asked
    wall_s: float
    api_s: float
    clients_s: float


def measure(folder: Path) -> Grid:
    """Return what 50 clients are told and what they cost, beside the same reviews without them."""
    calls = cut(folder / "calls")[:CALLS]
    with running(folder / "polls", (None,), **{f"WORKER{LEVELS}HEARTBEAT_S": "1"}) as service:
        return asyncio.run(_measured(service, keys(service, CLIENTS + 1), calls))


async def _measured(service: Running, made: Sequence[str], calls: Sequence[Path]) -> Grid:
    own, *others = made
    async with _client(service, 1) as client:
        client.headers.update(shown(own))
        await reviews.seconds(client, calls[:WARM_CALLS])
        with Shares() as alone:
            alone_s = await reviews.seconds(client, calls)
        with Shares() as beside:
            beside_s, polled = await _beside(service, client, others, calls)
        call_ids = [call["id"] for call in (await client.get("/v1/calls")).json()["items"]]
    flat_out = await _round(service, others, call_ids, asyncio.create_task(asyncio.sleep(FLAT_OUT_S)), 0.0)
    figures = [
        *_figures("polling", polled),
        Figure(f"reviews of {len(calls)} calls alone", alone_s, "s", digits=1),
        Figure("the same beside the clients", beside_s, "s", digits=1),
        Figure("slower by", 100 * (beside_s / alone_s - 1), "%", digits=1),
        Figure("whatever else ran here meanwhile: alone", 100 * alone.others_s / alone.wall_s, "% of a core"),
        Figure("beside the clients", 100 * beside.others_s / beside.wall_s, "% of a core"),
        *_figures("flat out", flat_out),
    ]
    return grid(f"{CLIENTS} clients that poll and list", figures, _note())


async def _beside(
    service: Running, client: httpx2.AsyncClient, others: Sequence[str], calls: Sequence[Path]
) -> tuple[float, Round]:
    """Return how long reviews take beside polling clients, and what those were told."""
    began = time.monotonic()
    call_ids = [await reviews.hand_in(client, path) for path in calls]
    ended: list[float] = []

    async def review() -> None:
        await reviews.reviewed(client, call_ids)
        ended.append(time.monotonic() - began)
        await asyncio.sleep(LEAST_S - ended[0])

    polled = await _round(service, others, call_ids, asyncio.create_task(review()), EVERY_S)
    return ended[0], polled


async def _round(
    service: Running, made: Sequence[str], call_ids: Sequence[str], until: asyncio.Task[None], every_s: float
) -> Round:
    """Have every client ask until a task ends."""
    asked, began, own_s = Asked(), time.monotonic(), time.process_time()
    with Watched(service.api) as watched:
        async with _client(service, len(made)) as client:
            asking = [
                asyncio.create_task(_ask(client, key, call_ids[n % len(call_ids)], asked, every_s, n))
                for n, key in enumerate(made)
            ]
            await asyncio.wait({until, *asking}, return_when=asyncio.FIRST_COMPLETED)
            wall_s = time.monotonic() - began
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
    await until
    return Round(asked, wall_s, watched.cpu_s, time.process_time() - own_s)


async def _ask(
    client: httpx2.AsyncClient, key: str, call_id: str, asked: Asked, every_s: float, number: int
) -> None:
    """Ask for a call, then for the list, and so on, each client beginning a little later than the last."""
    await asyncio.sleep(every_s * number / CLIENTS)
    while True:
        for path in (f"/v1/calls/{call_id}", "/v1/calls"):
            began = time.perf_counter()
            try:
                answer = str((await client.get(path, headers=shown(key))).status_code)
            except httpx2.HTTPError as error:
                answer = type(error).__name__
            took = time.perf_counter() - began
            asked.answers[answer] += 1
            asked.seconds.append(took)
            await asyncio.sleep(max(every_s - took, 0.0))


def _client(service: Running, connections: int) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx2.AsyncClient(base_url=service.address, timeout=TIMEOUT_S, limits=limits, trust_env=False)


def _figures(name: str, found: Round) -> Iterable[Figure]:
    asked = found.asked
    told = ", ".join(f"{answer}: {count}" for answer, count in sorted(asked.answers.items()))
    yield Figure(f"{name}: requests without success ({told})", asked.errors, limit=0)
    yield Figure(f"{name}: requests a second", len(asked.seconds) / found.wall_s, digits=1)
    yield Figure(f"{name}: p50 of an answer", MS * percentile(asked.seconds, 0.5), "ms", digits=1)
    yield Figure(f"{name}: p95", MS * percentile(asked.seconds, P95), "ms", digits=1)
    yield Figure(f"{name}: longest", MS * percentile(asked.seconds, 1.0), "ms", digits=1)
    yield Figure(f"{name}: wall time", found.wall_s, "s", digits=1)
    yield Figure(f"{name}: processor time of the web process", found.api_s, "s", digits=1)
    yield Figure(f"{name}: processor time of the clients", found.clients_s, "s", digits=1)


def _note() -> str:
    return (
        f"Polling: each client asks once in {EVERY_S:g} s, turn about for a call and for the list, with a "
        f"key of its own, while both workers review {CALLS} calls of six seconds on the same cores. Reviews "
        f"are timed from the first handed in to the last reviewed, after {WARM_CALLS} that load the weights. "
        f"Flat out: the same clients without a pause for {FLAT_OUT_S:g} s, the workers idle."
    )
