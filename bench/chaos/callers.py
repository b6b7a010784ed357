"""Those who hand recordings in: each tries until its recording is accepted, and notes every answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

import httpx2

from bench.chaos.world import World

PIECE_BYTES, PIECE_S = 4096, 0.02
"""An upload takes half a second, so that a blow can fall into it."""
PAUSE_S = 0.5
SLOW_S = 28.0
"""Pause between two calls of one caller: forty calls come in over all the time that blows fall."""


@dataclass
class Accounts:
    """What the callers were told: accepted calls by the recording's name, and how often not."""

    accepted: dict[str, str] = field(default_factory=dict)
    errors: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def hand_in(
    world: World, key: str, calls: tuple[Path, ...], accounts: Accounts, callers: int
) -> list[threading.Thread]:
    """Return started threads that hand the calls in, several at a time."""
    waiting: Queue[Path] = Queue()
    for path in calls:
        waiting.put(path)
    threads = [
        threading.Thread(target=_caller, args=(world, key, waiting, accounts), daemon=True)
        for _ in range(callers)
    ]
    for thread in threads:
        thread.start()
    return threads


def _caller(world: World, key: str, waiting: Queue[Path], accounts: Accounts) -> None:
    while not waiting.empty():
        path = waiting.get()
        while not _accepted(world, key, path, accounts):
            time.sleep(PAUSE_S)
        time.sleep(SLOW_S)


def _accepted(world: World, key: str, path: Path, accounts: Accounts) -> bool:
    """Return whether the service took a recording; an error is noted and nothing more."""
    try:
        answer = httpx2.post(
            f"{world.address}/v1/calls",
            params={"filename": path.name},
            content=_slowly(world, path),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "audio/wav"},
            timeout=30.0,
        )
    except httpx2.HTTPError:
        with accounts.lock:
            accounts.errors += 1
        return False
    with accounts.lock:
        if answer.is_success:
            accounts.accepted[path.name] = answer.json()["id"]
        else:
            accounts.errors += 1
    return answer.is_success


def _slowly(world: World, path: Path) -> Iterator[bytes]:
    """Yield a recording in pieces; it counts as being uploaded between the first and the last."""
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
                world.uploading.add(path.name)
                time.sleep(PIECE_S)
    finally:
        world.uploading.discard(path.name)
