"""A client run over and over, killed in the middle at random."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.copies.clients import Client

KILLED = 0.6
"""Share of runs that are to be killed."""
SOONEST_S, LATEST_S = 0.5, 12.0
"""When a run is killed, if it has not ended before."""
POLL_S = 0.05
SHOWN = 2000
"""Letters of the log shown of a run that failed."""


@dataclass(slots=True)
class Runs:
    """How the runs of a client ended."""

    client: str
    finished: int = 0
    killed: int = 0
    failed: int = 0
    seconds: float = 0.0


async def run_again_and_again(client: Client, seed: int, goes_on: Callable[[], bool]) -> Runs:
    """Run a client until nothing changes any more, then once undisturbed; return how that went."""
    chance, runs = random.Random(f"{seed} {client.name}"), Runs(client.name)  # noqa: S311 - made-up accidents
    while goes_on():
        killed_after = chance.uniform(SOONEST_S, LATEST_S) if chance.random() < KILLED else None
        await _run(client, runs, killed_after)
    began = time.monotonic()
    await _run(client, runs, None)
    runs.seconds = time.monotonic() - began
    return runs


async def _run(client: Client, runs: Runs, killed_after: float | None) -> None:
    process, began = client.start(), time.monotonic()
    while process.poll() is None:
        if killed_after is not None and time.monotonic() - began > killed_after:
            process.kill()
            break
        await asyncio.sleep(POLL_S)
    code = await asyncio.to_thread(client.finish, process)
    if code == 0:
        runs.finished += 1
    elif code < 0:
        runs.killed += 1
    else:
        runs.failed += 1
        sys.stderr.write(client.log.read_text(errors="replace")[-SHOWN:])
