"""What is left over, removed: by whichever worker comes to it first, and harmless when two do."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog

from core.settings import Settings
from ingest.resumable import Uploads
from ingest.store import Store, derived_for
from models.db import Database, database_time
from models.queries import callers, deletion, delivery_log, upkeep
from worker.feeds import sweep_feeds
from worker.perform import work_folder

AT_ONCE = 200
"""Keys looked up together."""

log = structlog.get_logger()


async def sweep(database: Database, store: Store, settings: Settings) -> None:
    """Remove calls past retention, rows and uploads past their time, files without a row, old folders."""
    await _retention(database, store)
    await sweep_feeds(database)
    async with database.system() as session:
        await callers.sweep(session, await database_time(session))
    await _deliveries(database, settings.webhooks.kept_days)
    await Uploads(database, store, settings).expire()
    await _orphans(database, store, settings.worker.orphan_s)
    await _folders(database, settings)


async def _deliveries(database: Database, kept_days: float) -> None:
    """Remove what was sent to webhooks, or failed or was held, so long ago."""
    removed = delivery_log.AT_ONCE
    while removed == delivery_log.AT_ONCE:
        async with database.system() as session:
            before = await database_time(session) - timedelta(days=kept_days)
            removed = await delivery_log.sweep(session, before)


async def _retention(database: Database, store: Store) -> None:
    """Erase the calls that may be kept no longer; the rows first, so that nothing names a missing file."""
    while due := await _due(database):
        for organisation_id, call_id in due:
            async with database.write(organisation_id) as session:
                keys = await deletion.erase(session, call_id, await database_time(session))
            for key in keys or ():
                await store.delete(key)
            if keys is not None:
                log.info("call.erased", call_id=str(call_id))


async def _due(database: Database) -> Sequence[tuple[UUID, UUID]]:
    async with database.system_read() as session:
        return await upkeep.past_retention(session, await database_time(session))


async def _orphans(database: Database, store: Store, age_s: float) -> None:
    """Remove files that no recording names, once they are so old that none will."""
    async for keys in _batches(store.keys_older_than(age_s)):
        async with database.system_read() as session:
            named = await upkeep.named(session, {key: derived_for(key) for key in keys})
        for key in sorted(set(keys) - named):
            log.info("store.orphan_removed", key=key)
            await store.delete(key)


async def _batches(keys: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    """Yield keys a number at a time."""
    batch: list[str] = []
    async for key in keys:
        batch.append(key)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _folders(database: Database, settings: Settings) -> None:
    """Remove the working folders on this machine of calls that have ended."""
    folders = await asyncio.to_thread(_by_call, work_folder(settings))
    async with database.system_read() as session:
        active = await upkeep.under_way(session, tuple(folders))
    for call_id in folders.keys() - active:
        await asyncio.to_thread(shutil.rmtree, folders[call_id], ignore_errors=True)


def _by_call(root: Path) -> dict[UUID, Path]:
    """Return the folders below `root` that are named after calls."""
    return (
        {UUID(path.name): path for path in root.glob("*-*-*-*-*") if path.is_dir()} if root.is_dir() else {}
    )
