"""Requests sent one after the other to a real server, and how long each took."""

from __future__ import annotations

import math
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from api.auth import COOKIE
from bench.scale.people import KEY, cookie
from bench.scale.requests import PROGRAM, Kind, Known, Request
from core.environment import inherited
from core.settings import LEVELS, PREFIX

ROOT = Path(__file__).resolve().parents[2]
UNLIMITED = {f"{PREFIX}WEB{LEVELS}REQUESTS_PER_MINUTE": "1000000"}
WARM, TIMES = 10, 100
START_S, STOP_S, PATIENCE_S = 60.0, 30.0, 60.0
QUANTILE = 0.95


@dataclass(frozen=True, slots=True)
class Timed:
    """How long requests of a kind took, milliseconds, and the median size of an answer, bytes."""

    kind: str
    times_ms: tuple[float, ...]
    size: int

    @property
    def p50(self) -> float:
        """Return the time that half of the requests kept to."""
        return statistics.median(self.times_ms)

    @property
    def p95(self) -> float:
        """Return the time that 95 of 100 requests kept to: one that was measured, not between two."""
        return sorted(self.times_ms)[math.ceil(QUANTILE * len(self.times_ms)) - 1]

    @property
    def slowest(self) -> float:
        """Return the longest time."""
        return max(self.times_ms)


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[str]:
    """Give the address of a web process with these settings; it is stopped at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor, port = listening.fileno(), listening.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api", "--fd", str(descriptor)],
            cwd=ROOT,
            env=inherited(**environment, **UNLIMITED),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
        )
    try:
        _until_ready(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(STOP_S)


def timed(address: str, kind: Kind, known: Known, seed: int, times: int = TIMES) -> Timed:
    """Return how long requests of a kind took, after some that warm up."""
    return asked(address, kind.name, kind.caller, lambda chance: kind.make(chance, known), seed, times)


def asked(
    address: str,
    name: str,
    caller: str,
    make: Callable[[random.Random], Request],
    seed: int,
    times: int = TIMES,
) -> Timed:
    """Return how long requests took that somebody sends, each made anew, after some that warm up."""
    chance = random.Random(f"{seed} {name}")  # noqa: S311 - made-up requests
    took, sizes = [], []
    with client_of(address, caller) as client:
        for number in range(WARM + times):
            request = make(chance)
            began = time.perf_counter()
            answer = client.get(request.path, params=request.query)
            seconds = time.perf_counter() - began
            answer.raise_for_status()
            if number >= WARM:
                took.append(seconds * 1000)
                sizes.append(len(answer.content))
    return Timed(name, tuple(took), int(statistics.median(sizes)))


def credentials(caller: str) -> dict[str, str]:
    """Return the headers that say who asks."""
    if caller == PROGRAM:
        return {"Authorization": f"Bearer {KEY}"}
    return {"Cookie": f"{COOKIE}={cookie(caller)}"}


def client_of(address: str, caller: str) -> httpx2.Client:
    """Return a client of somebody who is signed in."""
    return httpx2.Client(base_url=address, headers=credentials(caller), timeout=PATIENCE_S)


def _until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{address}/v1/health", timeout=1.0).is_success:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the web process did not start")
