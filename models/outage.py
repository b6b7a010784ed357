"""Which errors of a database say that it is away or full, so that the same may work a little later."""

from __future__ import annotations

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

ERRORS = (SQLAlchemyError, PostgresError, OSError)
"""What a statement may raise; asyncpg's own comes unchanged where a connection is made."""
AWAY = (OperationalError, InterfaceError, PoolTimeoutError, OSError)
"""A refused connection comes as `OSError`; SQLite's full disk and held lock as `OperationalError`."""
STATES = ("08", "40", "53", "57P")
"""SQLSTATE classes of PostgreSQL: connection, rolled back for another, lacks resources, starts or stops."""


def passing(error: BaseException) -> bool:
    """Return whether a statement failed for the state of the database and not for what was asked."""
    if isinstance(error, AWAY):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(cause, "sqlstate", "") or "").startswith(STATES)
