"""Redis, the web process and the workers of one machine, started, watched and stopped together."""

from __future__ import annotations

import asyncio
import fcntl
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import redis.asyncio
from redis.exceptions import RedisError

from core.environment import inherited
from core.errors import NotReady
from core.settings import LEVELS, PREFIX, Settings
from models import migrate
from models.db import Database
from models.outage import ERRORS
from models.stages import Lane
from scripts.serve.private_redis import PrivateRedis
from scripts.serve.process import Process

WORKER_PATIENCE_S, WEB_PATIENCE_S, REDIS_PATIENCE_S = 20.0, 10.0, 10.0
START_S = 120.0
"""How long the service may take to be ready; the first start makes the tables."""
POLL_S = 0.1
BACKLOG = 2048


async def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT; print `ready ADDRESS` when it takes requests."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(settings.data), _listening(settings) as listener:
        await _known_schema(settings)
        await _Service(settings, listener).run(stop)


async def _known_schema(settings: Settings) -> None:
    """Raise `NotReady` where the database is of a later version; one that is away may come yet."""
    database = Database(settings)
    try:
        with suppress(*ERRORS):
            await migrate.known(database)
    finally:
        await database.close()


class _Service:
    """The processes, in the order they are started; they are stopped the other way round."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._address = "http://{}:{}".format(*listener.getsockname()[:2])
        url = settings.redis.url.get_secret_value()
        self._private = None if url else PrivateRedis(settings.data / "redis")
        self._redis_url = self._private.url if self._private else url
        environment = inherited(
            **{
                f"{PREFIX}DATA": str(settings.data.resolve()),
                f"{PREFIX}REDIS{LEVELS}URL": self._redis_url,
                "PYTHONUNBUFFERED": "1",
            }
        )
        python = [sys.executable, "-P", "-m"]
        self._redis = Process("redis", self._private.command(), environment) if self._private else None
        self._web = Process(
            "api", [*python, "api", "--fd", str(listener.fileno())], environment, [listener.fileno()]
        )
        self._workers = [
            Process(f"worker-{lane}", [*python, "worker", "--lane", lane], environment) for lane in Lane
        ]
        if settings.folder.path is not None:
            self._workers.append(Process("watch", [*python, "scripts.debrief", "watch"], environment))

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, wait to be told to stop, stop everything."""
        tasks: list[asyncio.Task[None]] = []
        try:
            if self._redis:
                tasks.append(asyncio.create_task(self._redis.run()))
            await _until(stop, self._redis_answers())
            if self._private:
                self._private.announce()
            tasks.append(asyncio.create_task(self._web.run()))
            await _until(stop, self._web_answers())
            if stop.is_set():
                return
            tasks += [asyncio.create_task(worker.run()) for worker in self._workers]
            print(f"ready {self._address}", flush=True)
            await stop.wait()
        finally:
            await self._stop()
            await asyncio.gather(*tasks)

    async def _stop(self) -> None:
        """Stop the workers first, which hand back what they do; Redis last."""
        await asyncio.gather(*(worker.stop(WORKER_PATIENCE_S) for worker in self._workers))
        await self._web.stop(WEB_PATIENCE_S)
        if self._redis and self._private:
            await self._redis.stop(REDIS_PATIENCE_S)
            self._private.remove_socket()

    async def _redis_answers(self) -> None:
        client = redis.asyncio.Redis.from_url(self._redis_url)
        try:
            while True:
                try:
                    await client.ping()
                except (RedisError, OSError):
                    await asyncio.sleep(POLL_S)
                else:
                    return
        finally:
            await client.aclose()

    async def _web_answers(self) -> None:
        async with httpx2.AsyncClient(timeout=5.0) as client:
            while True:
                try:
                    if (await client.get(f"{self._address}/v1/ready")).status_code == httpx2.codes.OK:
                        return
                except httpx2.HTTPError:
                    pass
                await asyncio.sleep(POLL_S)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Wait for a part to be ready, or for being told to stop; raises `NotReady` when it takes too long."""
    ready, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({ready, told}, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
    for task in (ready, told):
        task.cancel()
    if not done:
        raise NotReady(
            "The service did not start in two minutes; its log above says why.", "./debrief doctor"
        )


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold the lock of a data folder; raises `NotReady` where another service holds it."""
    with (data / "serve.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotReady(
                f"Another service runs on {data}.",
                "./debrief serve --data ANOTHER-FOLDER",
            ) from error
        yield


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """Give a listening socket that outlives every restart of the web process."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.web.host, settings.web.port))
        except OSError as error:
            raise NotReady(
                f"Port {settings.web.port} of {settings.web.host} cannot be had: {error.strerror}.",
                "./debrief serve --port 0 (any free port)",
            ) from error
        listener.listen(BACKLOG)
        yield listener
