"""Made-up calls put into a migrated database in bulk."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import chain
from typing import Any

import asyncpg

from bench.scale import vocabulary
from bench.scale.calls import Batch, Calls
from bench.scale.people import Company, company, give_secrets
from bench.scale.requests import Known, Sample, Seen
from core.settings import Settings
from models.db import Database
from models.migrate import upgrade
from models.tables import Call, TenantRow, UtteranceRow

SEED = 7
OTHERS_SHARE = 0.1
"""Calls of a second organisation, as a share of the first one's."""
SAMPLED = 2000
"""Calls that are remembered, to ask for."""
SEARCH_INDEX = "ix_call_text_lexemes"


def companies(seed: int = SEED) -> tuple[Company, Company]:
    """Return the organisation that is asked about, and another in the same tables."""
    chance = random.Random(seed)  # noqa: S311 - made-up people
    ours, theirs = company(chance, "Acme"), company(chance, "Other")
    give_secrets(ours, chance)
    return ours, theirs


async def load(settings: Settings, count: int, seed: int = SEED) -> Sample:
    """Return some of what is in a database that was empty and now has so many calls of one organisation."""
    database = Database(settings)
    ours, theirs = companies(seed)
    try:
        await upgrade(database)
        await add_people(database, ours, theirs)
        watch = Watch(max(1, count // SAMPLED))
        batches = chain(
            watch.over(Calls(ours, count, seed)),
            Calls(theirs, round(count * OTHERS_SHARE), seed + 1).batches(),
        )
        if database.is_sqlite:
            await _insert(database, batches)
        else:
            await _copy(settings.database.url.get_secret_value(), batches)
    finally:
        await database.close()
    return watch.sample()


async def read_once(settings: Settings) -> None:
    """Read what is searched once, so that it is not the disk that is measured."""
    connection = await asyncpg.connect(settings.database.url.get_secret_value())
    try:
        for wanted in (
            "sum(length(lexemes) + length(neighbours)) FROM call_text",
            "sum(length(title)) FROM call",
        ):
            await connection.fetchval(f"SELECT {wanted}")
    finally:
        await connection.close()


def known(sample: Sample, seed: int = SEED) -> Known:
    """Return what may be asked for in a database that was filled."""
    return Known(companies(seed)[0], sample, vocabulary.english(), vocabulary.chinese())


class Watch:
    """Remembers some of the calls that go by."""

    def __init__(self, every: int) -> None:
        """Remember one in so many."""
        self._every = every
        self._calls: list[Seen] = []
        self._texts: list[str] = []
        self._rows = Counter[str]()

    def over(self, maker: Calls) -> Iterator[Batch]:
        """Yield the calls of a maker."""
        names = [field.name for field in fields(Seen)]
        for batch in maker.batches():
            for call in batch.rows[Call][:: self._every]:
                self._calls.append(Seen(**{name: call[name] for name in names}))
            self._texts += [row["text"] for row in batch.rows[UtteranceRow][:: 20 * self._every]]
            self._rows.update({str(table.__tablename__): len(rows) for table, rows in batch.rows.items()})
            yield batch

    def sample(self) -> Sample:
        """Return what was remembered."""
        return Sample(tuple(self._calls), tuple(self._texts), dict(self._rows))


async def add_people(database: Database, *added: Company) -> None:
    """Add organisations, teams and people; parents first, since no relation tells the order."""
    for made in added:
        levels: list[list[Any]] = [
            [made.organisation],
            *([team] for team in made.teams),
            made.people,
            made.others,
        ]
        async with database.system() as session:
            for level in levels:
                session.add_all(level)
                await session.flush()


async def _insert(database: Database, batches: Iterable[Batch]) -> None:
    """Insert on SQLite, a transaction a batch."""
    for batch in batches:
        async with database.writer.begin() as connection:
            for table, rows in batch.rows.items():
                if rows:
                    await connection.execute(_table(table).insert(), rows)


async def _copy(url: str, batches: Iterable[Batch]) -> None:
    """Copy into PostgreSQL, the search index made anew at the end, which is many times quicker."""
    connection = await asyncpg.connect(url)
    try:
        definition = await connection.fetchval(
            "SELECT indexdef FROM pg_indexes WHERE indexname = $1", SEARCH_INDEX
        )
        await connection.execute(f"DROP INDEX {SEARCH_INDEX}")
        # The rows name only rows that are there; checking each of millions would take minutes.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET maintenance_work_mem = '512MB'")
        for batch in batches:
            await copied(connection, batch.rows)
        await connection.execute(definition)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def copied(connection: Any, batch: Mapping[type[TenantRow], Sequence[Mapping[str, Any]]]) -> None:
    """Copy rows into PostgreSQL, table by table."""
    for table, rows in batch.items():
        if not rows:
            continue
        columns = list(rows[0])
        records = [[_plain(row[column]) for column in columns] for row in rows]
        await connection.copy_records_to_table(str(table.__tablename__), records=records, columns=columns)


def _plain(value: Any) -> Any:
    """Return a value as PostgreSQL's JSON columns take it."""
    return json.dumps(value) if isinstance(value, Mapping | list) else value


def _table(table: type[TenantRow]) -> Any:
    return table.__table__  # type: ignore[attr-defined]  # SQLModel makes it
