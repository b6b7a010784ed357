from __future__ import annotations

import asyncio
import sqlite3

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.settings import Settings
from models.db import Database
from models.outage import ERRORS, passing


def raised(error: Exception) -> DBAPIError:
    return DBAPIError("SELECT", {}, error)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        PoolTimeoutError(),
        OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")),
        OperationalError("BEGIN", {}, sqlite3.OperationalError("database is locked")),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        raised(asyncpg.AdminShutdownError("terminating connection due to administrator command")),
        raised(asyncpg.DiskFullError("could not extend file")),
        raised(asyncpg.DeadlockDetectedError("deadlock detected")),
        raised(asyncpg.ConnectionDoesNotExistError("connection was closed")),
    ],
)
def test_what_passes(error: Exception) -> None:
    assert isinstance(error, ERRORS)
    assert passing(error)


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
        ProgrammingError("SELECT", {}, asyncpg.UndefinedTableError("relation does not exist")),
        raised(asyncpg.UniqueViolationError("duplicate key")),
        ValueError("no error of a database"),
    ],
)
def test_what_does_not_pass(error: Exception) -> None:
    assert not passing(error)


def test_a_server_that_is_not_there_passes(tmp_path: object) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"

    async def act() -> None:
        database = Database(Settings.model_validate({"database": {"url": url}}))
        try:
            async with database.system() as session:
                await session.connection()
        finally:
            await database.close()

    with pytest.raises(ERRORS) as caught:
        asyncio.run(act())
    assert passing(caught.value)
