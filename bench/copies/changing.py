"""Things that change, by the code of the service, while somebody pulls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from bench.scale.people import BEGAN, Company
from bench.year.acts import act
from core.ids import new_id
from core.settings import Settings
from models.access import Scope
from models.db import Database
from models.queries.feeds.noting import Cause
from models.secrets import hashed
from models.tables import ApiClient, Call, Deal, FeedDue
from worker.feeds import keep_feeds
from worker.records import keep_records

KEY = "dbr_pull"
TOGETHER = 20
"""Changes after which records are brought up to date, as workers do every few seconds."""


async def prepare(settings: Settings, made: Company) -> None:
    """Give a program the right to pull, and note what was copied into the database past the service."""
    database = Database(settings)
    try:
        async with database.write(made.id) as session:
            session.add(
                ApiClient(
                    id=new_id(),
                    organisation_id=made.id,
                    name="pull",
                    scopes=[Scope.FEEDS_READ],
                    secret_hash=hashed(KEY),
                    created_at=BEGAN,
                )
            )
            for cause, table in ((Cause.CALL, Call), (Cause.DEAL, Deal)):
                for key in (await session.execute(select(col(table.id)))).scalars():
                    session.add(FeedDue(organisation_id=made.id, cause=cause, key=str(key)))
        await settle(database)
    finally:
        await database.close()


@dataclass
class Changer:
    """Makes changes one after the other; `done` says how many."""

    settings: Settings
    made: Company
    seed: int
    changes: int
    done: int = 0

    async def run(self) -> None:
        """Make all changes."""
        database = Database(self.settings)
        try:
            while self.done < self.changes:
                await act(database, self.made, f"{self.seed} {self.done}")
                self.done += 1
                if not self.done % TOGETHER:
                    await settle(database)
                await asyncio.sleep(0)
            await settle(database)
        finally:
            await database.close()


async def settle(database: Database) -> None:
    """Do what workers do every few seconds."""
    await keep_records(database)
    await keep_feeds(database)
