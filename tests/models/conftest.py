"""A new database for each test, of each kind that is supported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.settings import DatabaseSettings, Settings
from tests.factories.databases import copied_postgresql, copied_sqlite, migrated_sqlite, postgresql


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file."""
    return migrated_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    """Give the address of a running PostgreSQL."""
    with postgresql() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def on(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Return settings with a database of its own for this test."""
    if request.param == "sqlite":
        copied_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        return Settings(data=tmp_path)
    address: Callable[[], str] = lambda: copied_postgresql(request.getfixturevalue("postgresql_address"))  # noqa: E731
    return Settings(data=tmp_path, database=DatabaseSettings(url=SecretStr(address())))
