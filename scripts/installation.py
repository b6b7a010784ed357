"""The installation that a command works on: its database and store directly, brought up to date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import SecretStr

from core.errors import NotReady, Rejected, Retryable
from core.settings import RedisSettings, Settings
from ingest.store import Store, open_store
from models import migrate
from models.bell import Bell
from models.db import Database
from scripts.analyze import MENDABLE, complain, settings
from scripts.serve.private_redis import announced

T = TypeVar("T")

Data = Annotated[Path | None, typer.Option(help="The service's data folder.")]
Whose = Annotated[str, typer.Option("--organisation", help="Of which organisation, where there are several.")]


@dataclass(frozen=True, slots=True)
class Installation:
    """What a command works with; `bell` is None where no Redis is named."""

    settings: Settings
    database: Database
    store: Store
    bell: Bell | None


@asynccontextmanager
async def installation(chosen: Settings) -> AsyncIterator[Installation]:
    """Give the installation that is set."""
    chosen.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(chosen)
    bell = _bell(chosen)
    try:
        await migrate.upgrade(database)
        yield Installation(chosen, database, open_store(chosen), bell)
    finally:
        if bell is not None:
            await bell.close()
        await database.close()


def _bell(chosen: Settings) -> Bell | None:
    """Return the bell that is set, else that of a service that runs on the same data folder."""
    if chosen.redis.url.get_secret_value():
        return Bell(chosen)
    try:
        url = announced(chosen.data).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return Bell(chosen.model_copy(update={"redis": RedisSettings(url=SecretStr(url))}))


def chosen_settings(data: Path | None) -> Settings:
    """Return the settings, with another data folder where one is given."""
    found = settings()
    return found.model_copy(update={"data": data}) if data else found


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return what a command's work returns; what the user can mend is said in a line, exit code 2."""
    try:
        return asyncio.run(work)
    except (Rejected, NotReady, Retryable) as error:
        complain(str(error))
        raise typer.Exit(MENDABLE) from error
