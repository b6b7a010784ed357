"""Performance records brought up to date at once, so that whoever changed something sees what it does."""

from __future__ import annotations

from uuid import UUID

import structlog

from analysis.records.cells import RULES
from api.service import Service
from core.clock import now
from core.errors import DebriefError
from core.traces import trace
from models.outage import ERRORS
from models.queries import records

PATIENCE_S = 2.0
"""How long a request waits for others who work on the records."""

log = structlog.get_logger()


async def refreshed(service: Service, organisation_id: UUID) -> None:
    """Bring an organisation's records up to date with what is noted; call it once that is committed.

    The change stands whatever happens here: what is not looked at now is by a worker within seconds.
    """
    try:
        async with service.database.write(organisation_id) as session:
            await records.hurry(session, PATIENCE_S)
            await records.refresh(session, RULES, now())
    except (DebriefError, *ERRORS) as error:
        log.warning("records.left_to_workers", error=trace(error))
