"""Scores that organisations let be approved unseen, approved; whichever worker comes first does it."""

from __future__ import annotations

import structlog

from models.db import Database, database_time
from models.queries import people, reviewing

log = structlog.get_logger()


async def approve(database: Database) -> None:
    """Approve, marked as such, what the policy of each organisation lets pass by now."""
    async with database.system_read() as session:
        organisations = await people.with_policy(session)
    for organisation_id in organisations:
        done = reviewing.AT_ONCE
        while done == reviewing.AT_ONCE:
            async with database.write(organisation_id) as session:
                owner = await people.own_organisation(session)
                done = await reviewing.approve_by_policy(session, owner, await database_time(session))
            if done:
                log.info("policy.approved", organisation_id=str(organisation_id), scores=done)
