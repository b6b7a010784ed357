"""The schema of a database brought up to date, or taken back, by alembic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from core.errors import NotReady
from models.db import Database
from models.tables import metadata

LOCK = 0x64656272
"""PostgreSQL advisory lock under which one process migrates at a time."""


def compared(name: str | None, kind: str, _parents: Any) -> bool:
    """Return whether alembic compares a name: the search index is made by hand in a migration."""
    return not (
        kind in {"table", "column", "index"}
        and (name or "").startswith(("call_fts", "lexemes", "neighbours", "ix_call_text_lexemes"))
    )


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up to a revision; safe while other processes do the same; raises as `known` does."""
    await known(database)
    async with database.writer.begin() as connection:
        await connection.run_sync(_locked)
        await connection.run_sync(lambda c: command.upgrade(_config(c), revision))


async def downgrade(database: Database, revision: str = "base") -> None:
    """Take the schema back to a revision."""
    async with database.writer.begin() as connection:
        await connection.run_sync(_locked)
        await connection.run_sync(lambda c: command.downgrade(_config(c), revision))


async def differences(database: Database) -> list[Any]:
    """Return what the schema and the tables do not agree on: nothing after a migration."""
    async with database.writer.connect() as connection:
        return await connection.run_sync(
            lambda c: list(
                compare_metadata(
                    MigrationContext.configure(c, opts={"include_name": compared, "compare_type": True}),
                    metadata,
                )
            )
        )


async def current(database: Database) -> tuple[str | None, str | None]:
    """Return the revision that the database has, and the one this program needs."""
    async with database.writer.connect() as connection:
        has = await connection.run_sync(_revision)
        needs = await connection.run_sync(lambda c: _scripts(c).get_current_head())
    return has, needs


async def known(database: Database) -> None:
    """Raise `NotReady` where the database has a revision that this program does not know: it is older."""
    async with database.writer.connect() as connection:
        has = await connection.run_sync(_revision)
        every = await connection.run_sync(lambda c: {one.revision for one in _scripts(c).walk_revisions()})
    if has is not None and has not in every:
        raise NotReady(
            f"The database is of a later version of Debrief: its tables are at {has}.",
            "git pull && make env weights",
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts(connection: Connection) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(connection))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _locked(connection: Connection) -> None:
    """Let one process migrate at a time; SQLite's write transaction does so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
