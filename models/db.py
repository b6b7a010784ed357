"""Sessions on the database, each bound to one organisation: what belongs to another does not exist for it.

A session of an organisation adds that organisation to every statement that touches a tenant's row, in joins
and subqueries too, and refuses to write a row of another; a session without one refuses such statements.
(`with_loader_criteria` in `do_orm_execute`, the recipe of SQLAlchemy's documentation for this.)
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, NewType
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Result, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, with_loader_criteria
from sqlalchemy.orm import Session as SyncSession
from sqlmodel import col
from typing_extensions import override

from core.clock import now
from core.settings import Settings
from models.queries.feeds import noting
from models.queries.trail import seal
from models.tables import Organisation, TenantRow

ReadSession = NewType("ReadSession", AsyncSession)
"""Reads the rows of one organisation."""
Session = NewType("Session", ReadSession)
"""Reads and writes the rows of one organisation."""
SystemSession = NewType("SystemSession", AsyncSession)
"""Sees every organisation: for workers, the reconciler, and finding out who calls."""

TENANT = "organisation_id"
SYSTEM = "system"
BUSY_S = 30.0
"""How long a writer waits for another to finish on SQLite, which has one writer at a time."""


class Forbidden(AssertionError):
    """A statement that could touch another organisation's rows: a programming error."""


class TenantSession(SyncSession):
    """The synchronous session inside ours; the listeners below watch it and no other."""


class Database:
    """The engines of one process. Use as a context, or call `close`."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing connects before the first session."""
        url, pool_size = async_url(database_url(settings)), settings.database.pool_size
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite(url, pool_size, "BEGIN IMMEDIATE")
            self._reader = _sqlite(url, pool_size, "BEGIN")
        else:
            self._writer = create_async_engine(
                url,
                pool_size=pool_size,
                max_overflow=0,
                pool_pre_ping=True,
                pool_recycle=1800,
                json_deserializer=read_json,
            )
            self._reader = self._writer.execution_options(postgresql_readonly=True)

    @property
    def writer(self) -> AsyncEngine:
        """Return the engine that writes, for migrations and servers of metrics."""
        return self._writer

    @asynccontextmanager
    async def read(self, organisation_id: UUID) -> AsyncIterator[ReadSession]:
        """Give a session that reads one organisation's rows."""
        async with _session(self._reader, {TENANT: organisation_id}) as session:
            yield ReadSession(session)

    @asynccontextmanager
    async def write(self, organisation_id: UUID) -> AsyncIterator[Session]:
        """Give a session that reads and writes one organisation's rows, committed at the end."""
        async with _session(self._writer, {TENANT: organisation_id}) as session, session.begin():
            yield Session(ReadSession(session))
            await seal(session)

    @asynccontextmanager
    async def system_read(self) -> AsyncIterator[SystemSession]:
        """Give a session that reads across organisations."""
        async with _session(self._reader, {SYSTEM: True}) as session:
            yield SystemSession(session)

    @asynccontextmanager
    async def system(self) -> AsyncIterator[SystemSession]:
        """Give a session that reads and writes across organisations, committed at the end."""
        async with _session(self._writer, {SYSTEM: True}) as session, session.begin():
            yield SystemSession(session)
            await seal(session)

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        if self.is_sqlite:
            await self._reader.dispose()


def database_url(settings: Settings) -> str:
    """Return the URL that is set, else that of a SQLite file in the data folder."""
    return settings.database.url.get_secret_value() or f"sqlite:///{settings.data / 'debrief.db'}"


def async_url(url: str) -> URL:
    """Return a database URL with the asynchronous driver of its kind."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+asyncpg")
        case other:
            raise ValueError(f"'{other}' databases are not supported: use sqlite:// or postgresql://.")


def read_json(text: str | bytes) -> Any:
    """Return what JSON says, every float as it was written.

    Pydantic's reader takes a quarter of the time of Python's, and does not take half a character (a lone
    surrogate), which Python writes and reads.
    """
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


def organisation_of(session: ReadSession) -> UUID:
    """Return the organisation that a session is bound to."""
    found: UUID = session.info[TENANT]
    return found


async def database_time(session: AsyncSession) -> datetime:
    """Return the database's clock, so that machines with different clocks agree on leases."""
    if session.get_bind().dialect.name == "sqlite":
        return now()
    connection = await session.connection()  # a session of an organisation refuses what names no table
    found: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return found


def _session(engine: AsyncEngine, info: dict[str, Any]) -> AsyncSession:
    return AsyncSession(engine, sync_session_class=TenantSession, expire_on_commit=False, info=info)


class _SqliteConnection(sqlite3.Connection):
    """One that lets go of its lock when it is closed.

    SQLite itself keeps what is closed, and its transaction, until every row it was asked for is read or let
    go (https://sqlite.org/c3ref/close.html): what was cancelled while it read in a transaction that writes,
    its cursor in a traceback, kept all other writers waiting.
    """

    @override
    def close(self) -> None:
        """Roll back, then close."""
        with suppress(sqlite3.ProgrammingError):  # it is closed already
            self.rollback()
        super().close()


def _sqlite(url: URL, pool_size: int, begin: str) -> AsyncEngine:
    """Return an engine whose transactions begin as told; a writer takes the lock at once.

    A transaction that reads before it writes fails with SQLITE_BUSY_SNAPSHOT whatever the timeout.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        json_deserializer=read_json,
        connect_args={"factory": _SqliteConnection},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # what was accepted survives a power cut
            f"busy_timeout={int(BUSY_S * 1000)}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


@lru_cache(maxsize=1024)
def _criteria(organisation_id: UUID) -> tuple[LoaderCriteriaOption, ...]:
    """Return one condition a table; given to all of them, since a statement may hold any in a subquery."""
    return tuple(
        with_loader_criteria(table, col(table.organisation_id) == organisation_id, include_aliases=True)
        for table in TenantRow.__subclasses__()
    )


@event.listens_for(TenantSession, "do_orm_execute")
def _keep_within(state: ORMExecuteState) -> None:
    """Add the session's organisation to a statement, or refuse it."""
    info = state.session.info
    if SYSTEM in info:
        return
    organisation_id = info.get(TENANT)
    if organisation_id is None:
        raise Forbidden("a session without an organisation asked for rows")
    if state.is_insert:
        raise Forbidden("rows are added to a session, where their organisation is checked")
    if not state.is_orm_statement:
        raise Forbidden("only mapped tables may be asked: others have no organisation to add")
    state.statement = state.statement.options(*_criteria(organisation_id))


@event.listens_for(TenantSession, "before_flush")
def _own(session: SyncSession, _context: object, _instances: object) -> None:
    """Refuse to write a row of another organisation."""
    if SYSTEM in session.info:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if _owner(row) != session.info.get(TENANT):
            raise Forbidden(f"{type(row).__name__} belongs to another organisation")


@event.listens_for(TenantSession, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> Result[Any] | None:
    """Have feeds hear of what a statement deletes."""
    return noting.of_statement(state)


@event.listens_for(TenantSession, "before_flush")
def _note_flush(session: SyncSession, _context: object, _instances: object) -> None:
    """Have feeds hear of what is written."""
    noting.of_flush(session)


@event.listens_for(TenantSession, "before_commit")
def _note_all(session: SyncSession) -> None:
    """Write what feeds heard, with what they heard of."""
    noting.before_commit(session)


def _owner(row: object) -> UUID | None:
    """Return the organisation that a row belongs to; an organisation belongs to itself."""
    match row:
        case Organisation():
            return row.id
        case TenantRow():
            return row.organisation_id
    return None
