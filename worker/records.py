"""Performance records brought up to date with what was noted, whoever noted it and wherever they are now."""

from __future__ import annotations

from uuid import UUID

import structlog

from analysis.records.cells import RULES
from core.clock import now
from core.errors import DebriefError
from core.traces import trace
from models.db import Database
from models.outage import ERRORS
from models.queries import due, records

log = structlog.get_logger()


async def keep_records(database: Database) -> None:
    """Bring the records of every organisation up to date; one that cannot be holds up no other."""
    async with database.system_read() as session:
        noted = await due.organisations(session)
    for organisation_id in noted:
        try:
            await _keep(database, organisation_id)
        except (DebriefError, *ERRORS) as error:
            log.warning("records.failed", organisation_id=str(organisation_id), error=trace(error))


async def _keep(database: Database, organisation_id: UUID) -> None:
    looked_at, found = 0, 1
    while found:
        async with database.write(organisation_id) as session:
            found = await records.refresh(session, RULES, now())
        looked_at += found
    log.info("records.kept", organisation_id=str(organisation_id), notes=looked_at)
