"""Work found again that nobody does: stages whose worker is gone, and rings that were lost."""

from __future__ import annotations

from uuid import UUID

import structlog

from models.bell import Bell
from models.db import Database, database_time
from models.queries import deliveries, outbox, runs
from models.stages import Lane
from worker.figures import Figures

log = structlog.get_logger()


async def reconcile(database: Database, bell: Bell, figures: Figures) -> None:
    """Queue the stages whose lease ran out, and wake a worker in every lane that has work."""
    async with database.system_read() as session:
        expired = dict.fromkeys(await runs.expired(session))
    for organisation_id, call_id in expired:
        await _reclaim(database, figures, organisation_id, call_id)
    async with database.system_read() as session:
        counts, ages = await runs.waiting_lanes(session), await runs.waiting_since(session)
    figures.waiting(ages, counts)
    await bell.ring(counts)
    await _outgoing(database, figures)


async def _reclaim(database: Database, figures: Figures, organisation_id: UUID, call_id: UUID) -> None:
    """Queue the stages of one call whose lease ran out."""
    async with database.write(organisation_id) as session:
        lanes: tuple[Lane, ...] = await runs.reclaim(session, call_id)
    for lane in lanes:
        figures.reclaimed(lane)
        log.warning("lease.reclaimed", call_id=str(call_id), lane=lane)


async def _outgoing(database: Database, figures: Figures) -> None:
    """Note how much is to be told to webhooks, and for how long."""
    async with database.system_read() as session:
        count, since = await deliveries.waiting(session)
        happened, at = await outbox.oldest(session), await database_time(session)
    figures.undelivered(count, at - min(since or at, happened or at))
