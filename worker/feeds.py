"""Changes told of in feeds, whoever noted them and wherever they are now."""

from __future__ import annotations

from uuid import UUID

import structlog

from core.errors import DebriefError
from core.traces import trace
from models.db import Database, database_time
from models.feeds import TOLD_FOR
from models.outage import ERRORS
from models.queries.feeds import publishing, reading

log = structlog.get_logger()


async def keep_feeds(database: Database) -> None:
    """Tell of what is noted in every organisation; one where that cannot be holds up no other."""
    async with database.system_read() as session:
        noted = await publishing.organisations(session)
    for organisation_id in noted:
        try:
            await _keep(database, organisation_id)
        except (DebriefError, *ERRORS) as error:
            log.warning("feeds.failed", organisation_id=str(organisation_id), error=trace(error))


async def sweep_feeds(database: Database) -> None:
    """Tell no longer of what is gone for so long that everybody had the time to hear of it."""
    async with database.system_read() as session:
        found = await reading.organisations(session)
    for organisation_id in found:
        async with database.write(organisation_id) as session:
            number = await reading.sweep(session, await database_time(session) - TOLD_FOR)
        if number:
            log.info("feeds.swept", organisation_id=str(organisation_id), gone=number)


async def _keep(database: Database, organisation_id: UUID) -> None:
    looked_at, found = 0, 1
    while found:
        async with database.write(organisation_id) as session:
            found = await publishing.publish(session)
        looked_at += found
    log.info("feeds.kept", organisation_id=str(organisation_id), notes=looked_at)
