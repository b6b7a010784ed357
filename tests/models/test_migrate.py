"""The schema goes up and down, and is what the tables say, on every database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import inspect, text

from core.errors import NotReady
from core.settings import DatabaseSettings, Settings
from models import migrate
from models.db import Database
from models.tables import metadata
from tests.factories.databases import empty_postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Return settings with a database without any table."""
    if request.param == "sqlite":
        return Settings(data=tmp_path)
    url = empty_postgresql(request.getfixturevalue("postgresql_address"))
    return Settings(data=tmp_path, database=DatabaseSettings(url=SecretStr(url)))


AN_ORGANISATION = (
    "INSERT INTO organisation (id, name, consent_policy, created_at) VALUES"
    " ('00000000000000000000000000000000', 'Acme', 'not_checked', '2026-03-02 09:00:00+00:00')"
)
A_USER = (
    "INSERT INTO users (organisation_id, id, email, name, role, active, created_at, updated_at) VALUES"
    " ('00000000000000000000000000000000', '11111111111111111111111111111111', 'ana@acme.example', 'Ana',"
    " 'rep', true, '2026-03-02 09:00:00+00:00', '2026-03-02 09:00:00+00:00')"
)

A_RECORDING = (
    "INSERT INTO recording (organisation_id, id, sha256, bytes, name, key, created_at) VALUES"
    " ('00000000000000000000000000000000', '22222222222222222222222222222222', 'ab', 1, 'a.wav', 'a',"
    " '2026-03-02 09:00:00+00:00')"
)
A_CALL = (
    "INSERT INTO call (organisation_id, id, recording_id, rep_id, title, direction, call_type, started_at,"
    " crm, consent, source, priority, state, progress, version, created_at, updated_at) VALUES"
    " ('00000000000000000000000000000000', '33333333333333333333333333333333',"
    " '22222222222222222222222222222222', '11111111111111111111111111111111', 'A call', 'unknown', 'general',"
    " '2026-03-02 09:00:00+00:00', '{}', 'unknown', 'upload', 5, 'reviewed', 1, 1,"
    " '2026-03-02 09:00:00+00:00', '2026-03-02 09:00:00+00:00')"
)
A_TRACKER = (
    "INSERT INTO tracker (organisation_id, id, key, name, version, content, active, created_at, updated_at)"
    " VALUES ('00000000000000000000000000000000', '44444444444444444444444444444444', 'price', 'Price', 1,"
    " '{}', true, '2026-03-02 09:00:00+00:00', '2026-03-02 09:00:00+00:00')"
)
A_HIT = (
    'INSERT INTO tracker_hit (organisation_id, call_id, tracker_id, number, utterance, start, "end", side,'
    " words) VALUES ('00000000000000000000000000000000', '33333333333333333333333333333333',"
    " '44444444444444444444444444444444', 0, 0, 1, 2, 'rep', 'price')"
)


async def tables(database: Database) -> set[str]:
    async with database.writer.connect() as connection:
        names = await connection.run_sync(lambda c: inspect(c).get_table_names())
    return {name for name in names if not name.startswith(("call_fts", "alembic"))}


def test_up_is_what_the_tables_say_and_down_is_nothing(empty: Settings) -> None:
    async def go() -> None:
        database = Database(empty)
        try:
            await migrate.upgrade(database)
            assert await migrate.differences(database) == []
            assert await tables(database) == set(metadata.tables)
            has, needs = await migrate.current(database)
            assert has == needs
            await migrate.downgrade(database)
            assert await tables(database) == set()
            await migrate.upgrade(database)
            assert await migrate.differences(database) == []
        finally:
            await database.close()

    asyncio.run(go())


def test_processes_that_start_together_migrate_once(empty: Settings) -> None:
    async def one() -> None:
        database = Database(empty)
        try:
            await migrate.upgrade(database)
        finally:
            await database.close()

    async def go() -> None:
        await asyncio.gather(one(), one(), one())
        await one()

    asyncio.run(go())


def test_tables_of_a_later_version_are_left_alone(empty: Settings) -> None:
    async def go() -> None:
        database = Database(empty)
        try:
            await migrate.upgrade(database)
            async with database.writer.begin() as connection:
                await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            with pytest.raises(NotReady, match="later version"):
                await migrate.upgrade(database)
        finally:
            await database.close()

    asyncio.run(go())


def test_people_stay_when_the_schema_goes_up_and_down(empty: Settings) -> None:
    """SQLite, made to build a table anew, deletes what refers to it."""

    async def go() -> None:
        database = Database(empty)
        try:
            await migrate.upgrade(database, "0003")
            async with database.writer.begin() as connection:
                for statement in (AN_ORGANISATION, A_USER):
                    await connection.execute(text(statement))
            await migrate.upgrade(database)
            await migrate.downgrade(database, "0003")
            async with database.writer.connect() as connection:
                assert (await connection.execute(text("SELECT name FROM users"))).scalar_one() == "Ana"
        finally:
            await database.close()

    asyncio.run(go())


def test_hits_that_are_there_learn_when_their_call_was_and_whose(empty: Settings) -> None:
    known = (
        "SELECT h.at = c.started_at AND h.rep_id = c.rep_id AND h.team_id IS NULL FROM tracker_hit h"
        " JOIN call c ON c.id = h.call_id"
    )

    async def go() -> None:
        database = Database(empty)
        try:
            await migrate.upgrade(database, "0003")
            async with database.writer.begin() as connection:
                for statement in (AN_ORGANISATION, A_USER, A_RECORDING, A_CALL, A_TRACKER, A_HIT):
                    await connection.execute(text(statement))
            await migrate.upgrade(database)
            async with database.writer.connect() as connection:
                assert (await connection.execute(text(known))).scalar_one()
            await migrate.downgrade(database, "0003")
            async with database.writer.connect() as connection:
                assert (
                    await connection.execute(text("SELECT words FROM tracker_hit"))
                ).scalar_one() == "price"
        finally:
            await database.close()

    asyncio.run(go())
