"""Many scores in a database: the calls of the year, scored by more versions of their scorecards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlmodel import col

from analysis.records.cells import RULES
from bench.scale.people import Company
from bench.year import script
from bench.year.fill import fill
from core.ids import new_id
from core.settings import Settings
from models.db import Database
from models.queries import records
from models.queries.feeds import publishing
from models.tables import FeedEntry, ScorecardVersion
from models.versions import VersionState

AGAIN = """
INSERT INTO assessment (
    id, organisation_id, call_id, version_id, revision, trial, state, points, coverage, content, queue, why,
    assigned_to, decided_by, decided_at, by_policy, version, created_at, updated_at
)
SELECT gen_random_uuid(), organisation_id, call_id, $1, revision, trial, state, points, coverage, content,
    queue, why, assigned_to, decided_by, decided_at, by_policy, version, created_at, updated_at
FROM assessment WHERE version_id = $2
"""
NOTES = {
    "call": ("id::text", "call"),
    "deal": ("id::text", "deal"),
    "record": ("concat_ws(':', rep_id, kind, start, call_type)", "record_cell"),
}
"""Keys and tables of what is noted, by cause."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What was told of at first: entries, and the seconds that took."""

    entries: int
    seconds: float


async def filled(settings: Settings, calls: int, seed: int) -> Company:
    """Fill an empty PostgreSQL database with so many calls and their records; return whose they are."""
    made = (await fill(settings, calls, seed)).company
    database = Database(settings)
    try:
        await records.rebuild(database, RULES, made.id, script.YEAR)
    finally:
        await database.close()
    return made


async def stocked(settings: Settings, made: Company, times: int) -> Stock:
    """Have every call scored so many times, and tell of all that there is."""
    database = Database(settings)
    try:
        await _scored_again(settings, database, made, times - 1)
        await _noted(settings)
        began = time.monotonic()
        while await _published(database, made):
            pass
        return Stock(await _entries(database, made), time.monotonic() - began)
    finally:
        await database.close()


async def _scored_again(settings: Settings, database: Database, made: Company, times: int) -> None:
    """Have every score again by other versions of its scorecard."""
    connection = await asyncpg.connect(settings.database.url.get_secret_value())
    try:
        for version in await _versions(database, made):
            for number in range(times):
                await connection.execute(
                    AGAIN, await _another(database, made, version, number + 2), version.id
                )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _versions(database: Database, made: Company) -> Sequence[ScorecardVersion]:
    async with database.read(made.id) as session:
        return (await session.execute(select(ScorecardVersion))).scalars().all()


async def _another(database: Database, made: Company, like: ScorecardVersion, number: int) -> UUID:
    """Return the key of another version of a scorecard, out of use."""
    known = like.model_dump(exclude={"id", "number", "state"})
    row = ScorecardVersion(**known, id=new_id(), number=number, state=VersionState.RETIRED)
    async with database.write(made.id) as session:
        session.add(row)
    return row.id


async def _noted(settings: Settings) -> None:
    """Note all that is there, as the migration does that brings feeds."""
    connection = await asyncpg.connect(settings.database.url.get_secret_value())
    try:
        await connection.execute("DELETE FROM feed_due")
        for what in NOTES:
            await connection.execute(f"INSERT INTO feed_due (organisation_id, cause, key, created_at) {what}")
    finally:
        await connection.close()


async def _published(database: Database, made: Company) -> int:
    async with database.write(made.id) as session:
        return await publishing.publish(session)


async def _entries(database: Database, made: Company) -> int:
    async with database.read(made.id) as session:
        return len((await session.execute(select(col(FeedEntry.position)))).all())
