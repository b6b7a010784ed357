"""One machine of one core against two of one core each, on one queue."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2

from bench.grid import Grid
from bench.load import reviews
from bench.load.figures import Figure, grid
from bench.load.service import Running, keys, running, shown
from bench.load.watched import Shares
from bench.pieces import cut
from core.errors import NotReady

CALLS, WARM_CALLS = 24, 4
RATIO = 0.6
"""Most that two machines may take of the time of one: about half."""


def measure(folder: Path) -> Grid:
    """Return how long the same calls take on one machine and on two; raises `NotReady` on a single core."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) <= 1:
        raise NotReady("Two machines' worth of cores takes two cores.", "python -m bench.load --only ...")
    calls = cut(folder / "calls")
    one = _shares(folder / "one", cores[:1], calls)
    two = _shares(folder / "two", cores, calls)
    figures = [
        *_figures("one machine", one),
        *_figures("two machines", two),
        Figure("time of two over time of one", two.wall_s / one.wall_s, limit=RATIO, digits=3),
    ]
    note = (
        "A machine is one core that a cpu and a gpu worker share, each inferring in one thread; Redis, the "
        "web process and SQLite are on the first machine's core. Calls of six seconds, all handed in at "
        f"once; time is from the first handed in to the last reviewed, after {WARM_CALLS} calls a machine "
        "that load the weights."
    )
    return grid("Two machines on one queue", figures, note)


def _figures(name: str, found: Shares) -> Iterator[Figure]:
    yield Figure(f"{name}: time for {CALLS} calls", found.wall_s, "s", digits=1)
    yield Figure(f"{name}: processor time of the service", found.ours_s, "s", digits=1)
    yield Figure(f"{name}: processor time of whatever else ran here", found.others_s, "s", digits=1)


def _shares(folder: Path, cores: Sequence[int], calls: Sequence[Path]) -> Shares:
    with running(folder, cores, THREADS="1") as service:
        (key,) = keys(service, 1)
        warm = calls[CALLS : CALLS + WARM_CALLS * len(cores)]
        return asyncio.run(_reviewed(service, key, warm, calls[:CALLS]))


async def _reviewed(service: Running, key: str, warm: Sequence[Path], calls: Sequence[Path]) -> Shares:
    async with httpx2.AsyncClient(
        base_url=service.address, headers=shown(key), timeout=60.0, trust_env=False
    ) as client:
        await reviews.seconds(client, warm)
        with Shares() as shares:
            await reviews.seconds(client, calls)
    return shares
