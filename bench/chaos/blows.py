"""What strikes the service, declared: the name, the deed, and how often at least."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis

from bench.chaos.world import World

FULL_S = 4.0
"""How long the disk stays full."""
UPLOAD_S = 40.0
"""How long an upload is waited for."""


@dataclass(frozen=True, slots=True)
class Blow:
    """A way to strike; `strike` returns whether there was anything to hit."""

    name: str
    strike: Callable[[World], bool]
    times: int


def _kill(*words: str) -> Callable[[World], bool]:
    return lambda world: world.kill(*words)


def _kill_in_mid_upload(world: World) -> bool:
    """Kill the web process as soon as it has some bytes of a recording and lacks others."""
    deadline = time.monotonic() + UPLOAD_S
    while not world.uploading and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(world.uploading) and world.kill("api", "--fd")


def _flush(world: World) -> bool:
    """Empty Redis through its own socket."""
    for process in world.processes("redis-server"):
        for connection in process.net_connections("unix"):
            if str(connection.laddr).endswith(".sock"):
                try:
                    redis.Redis(unix_socket_path=str(connection.laddr)).flushall()
                except redis.RedisError:
                    return False
                return True
    return False


def _stop(world: World) -> bool:
    """Stop the whole service with work under way, and start it again."""
    world.stop()
    world.start()
    return True


def _fill(world: World) -> bool:
    """Leave no room on the disk for some seconds."""
    if not world.own_disk:
        return False
    with world.full_disk():
        time.sleep(FULL_S)
    return True


def _restart(world: World) -> bool:
    """Restart PostgreSQL under the service."""
    if not world.settings.database.url.get_secret_value():
        return False
    world.restart_postgres()
    return True


BLOWS: tuple[Blow, ...] = (
    Blow("SIGKILL of the cpu worker", _kill("worker", "--lane", "cpu"), 8),
    Blow("SIGKILL of the gpu worker", _kill("worker", "--lane", "gpu"), 8),
    Blow("SIGKILL of a process that infers", _kill("worker.child"), 10),
    Blow("SIGKILL of the web process in mid-upload", _kill_in_mid_upload, 10),
    Blow("SIGKILL of Redis", _kill("redis-server"), 8),
    Blow("FLUSHALL of Redis", _flush, 6),
    Blow("SIGTERM of the service, work under way", _stop, 4),
    Blow("full disk", _fill, 4),
    Blow("PostgreSQL restarted at once", _restart, 6),
)
"""Sixty-four blows in all."""
