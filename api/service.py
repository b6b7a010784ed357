"""What the endpoints work with: opened once when the process starts, closed when it stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import structlog
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from api.estimates import Estimates
from api.limiting import Limiter
from api.measures import Measures
from api.passwords import Passwords
from api.uses import Sights, Uses
from api.watch import Watch
from core.addresses import Guard
from core.clock import now
from core.settings import Settings
from core.standard_webhooks import guard
from ingest.resumable import Uploads
from ingest.store import Store, open_store
from models.bell import Bell
from models.db import Database
from models.migrate import upgrade
from models.queries import callers
from models.stages import Lane

SWEEP_S = 600.0
"""How often expired sign-ins, tokens, answers and uploads are removed; the files of uploads lie here."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Service:
    """The database, the store, the bell, and what this process keeps of its own."""

    settings: Settings
    database: Database
    limiter: Limiter
    passwords: Passwords
    estimates: Estimates
    watch: Watch
    measures: Measures
    uses: Uses
    sights: Sights
    bell: Bell | None
    """None where no Redis is named: then workers find what is new by looking."""
    store: Store
    uploads: Uploads
    receivers: Guard
    """What webhooks may be sent to."""

    async def ring(self, lanes: Iterable[Lane]) -> None:
        """Wake the workers of lanes; call it when what they shall find is committed."""
        if self.bell is not None:
            await self.bell.ring(lanes)


def service_of(request: Request) -> Service:
    """Return the service of the application that a request came to."""
    found: Service = request.app.state.service
    return found


@contextlib.asynccontextmanager
async def opened(settings: Settings, measures: Measures) -> AsyncIterator[Service]:
    """Give a service whose database is up to date."""
    database, store = Database(settings), open_store(settings)
    bell = Bell(settings) if settings.redis.url.get_secret_value() else None
    limiter = Limiter(settings)
    try:
        await upgrade(database)
        watch, uploads = Watch(database), Uploads(database, store, settings)
        async with watch.running(), _sweeping(database, uploads):
            yield Service(
                settings=settings,
                database=database,
                limiter=limiter,
                passwords=Passwords(),
                estimates=Estimates(database),
                watch=watch,
                measures=measures,
                uses=Uses(),
                sights=Sights(),
                bell=bell,
                store=store,
                uploads=uploads,
                receivers=guard(settings.webhooks),
            )
    finally:
        await limiter.close()
        if bell is not None:
            await bell.close()
        await database.close()


@contextlib.asynccontextmanager
async def _sweeping(database: Database, uploads: Uploads) -> AsyncIterator[None]:
    """Remove what has expired, now and again, until the context ends."""
    task = asyncio.create_task(_sweep(database, uploads))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _sweep(database: Database, uploads: Uploads) -> None:
    while True:
        await asyncio.sleep(SWEEP_S)
        try:
            async with database.system() as session:
                await callers.sweep(session, now())
            await uploads.expire()
        except (SQLAlchemyError, OSError) as error:
            log.warning("sweep.failed", error=type(error).__name__)
