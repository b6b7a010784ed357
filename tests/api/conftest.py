"""An application on a database of its own, with a world in it to ask about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from api.app import create_app
from api.auth import COOKIE
from core.settings import DatabaseSettings, Settings, WebSettings
from models.access import Scope
from models.db import Database
from models.tables import Call, Recording
from tests.factories.databases import copied_postgresql, copied_sqlite, migrated_sqlite, postgresql
from tests.factories.serving import serving
from tests.factories.worlds import World, cookie, made

PASSWORD = "correct horse battery staple"  # noqa: S105 - of people who are not
LIMIT = 3_000_000
"""Largest recording that the real server takes, bytes."""
HOME = "http://testserver"

Signed = Callable[[str], TestClient]


@pytest.fixture(scope="session", autouse=True)
def _short_logs() -> None:
    """Have errors logged without the values around them: rendering those takes seconds."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ]
    )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file to copy."""
    return migrated_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Give the address of a running PostgreSQL."""
    with postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Return the hash of everybody's password."""
    return PasswordHasher().hash(PASSWORD)


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Settings:
    """Return the settings of an installation; on PostgreSQL where a test asks for that by `kind`."""
    if getattr(request, "param", "sqlite") == "postgresql":
        address = copied_postgresql(request.getfixturevalue("postgresql_server"))
    else:
        address = copied_sqlite(sqlite_template, tmp_path)
    return Settings(data=tmp_path, database=DatabaseSettings(url=SecretStr(address)))


both = pytest.mark.parametrize("home", ["sqlite", "postgresql"], indirect=True)


@dataclass
class Running:
    """An application that runs, the world it is asked about, and clients of everybody in it."""

    app: FastAPI
    world: World
    anybody: TestClient

    def signed(self, name: str) -> TestClient:
        """Return the client of somebody who is signed in."""
        return self._client(headers={"origin": HOME}, cookies={COOKIE: cookie(name)})

    def program(self, key: str) -> TestClient:
        """Return the client of a program with a key."""
        return self._client(headers={"authorization": f"Bearer {key}"})

    def _client(self, **known: Any) -> TestClient:
        client = TestClient(self.app, base_url=HOME, **known)
        client.portal = self.anybody.portal  # the loop on which the application's connections are
        return client


@contextmanager
def running(settings: Settings, password_hash: str) -> Iterator[Running]:
    """Give an application with a world, running."""
    world, app = asyncio.run(made(settings, password_hash)), create_app(settings)
    with TestClient(app, base_url=HOME, headers={"origin": HOME}) as anybody:
        yield Running(app, world, anybody)


@pytest.fixture(scope="module")
def there(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, password_hash: str
) -> Iterator[Running]:
    """Give an application for all tests of a module, to which requests may be many."""
    folder = tmp_path_factory.mktemp("home")
    address = copied_sqlite(sqlite_template, folder)
    limits = WebSettings(requests_per_minute=10**6)
    settings = Settings(data=folder, web=limits, database=DatabaseSettings(url=SecretStr(address)))
    with running(settings, password_hash) as found:
        yield found


@pytest.fixture
def here(home: Settings, password_hash: str) -> Iterator[Running]:
    """Give an application with a world, running."""
    with running(home, password_hash) as found:
        yield found


@pytest.fixture
def app(here: Running) -> FastAPI:
    """Return the application."""
    return here.app


@pytest.fixture
def world(here: Running) -> World:
    """Return the world."""
    return here.world


@pytest.fixture
def anybody(here: Running) -> TestClient:
    """Return a client that is nobody yet."""
    return here.anybody


@pytest.fixture
def signed(here: Running) -> Signed:
    """Return a function that gives the client of somebody who is signed in."""
    return here.signed


@pytest.fixture
def program(here: Running) -> Signed:
    """Return a function that gives the client of a program with a key."""
    return here.program


@dataclass
class Served:
    """A server, its world, and a program that may hand recordings in."""

    address: str
    world: World
    client: httpx2.Client
    clients: list[httpx2.Client] = field(default_factory=list)

    def rows(self, call_id: str) -> tuple[Call, Recording]:
        """Return the rows of a call and its recording."""

        async def read() -> tuple[Call, Recording]:
            database = Database(self.world.settings)
            try:
                async with database.system_read() as session:
                    calls = await session.execute(select(Call))
                    call = next(one for one in calls.scalars() if str(one.id) == call_id)
                    return call, await session.get_one(Recording, call.recording_id)
            finally:
                await database.close()

        return asyncio.run(read())

    def signed(self, name: str) -> httpx2.Client:
        """Return the client of somebody who is signed in, closed with the server."""
        headers, cookies = {"origin": self.address}, {COOKIE: cookie(name)}
        client = httpx2.Client(base_url=self.address, headers=headers, cookies=cookies, timeout=30)
        self.clients.append(client)
        return client

    def files(self) -> list[Path]:
        """Return the files in the store."""
        return sorted(p for p in (self.world.settings.data / "store").rglob("*") if p.is_file())


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, password_hash: str
) -> Iterator[Served]:
    """Give a real server with a world."""
    folder = tmp_path_factory.mktemp("home")
    settings = Settings(
        data=folder,
        web=WebSettings(max_upload_bytes=LIMIT, requests_per_minute=10**6),
        database=DatabaseSettings(url=SecretStr(copied_sqlite(sqlite_template, folder))),
    )
    world = asyncio.run(made(settings, password_hash))
    key = world.client(Scope.CALLS_READ, Scope.CALLS_WRITE)
    with serving(settings) as address:
        headers = {"authorization": f"Bearer {key}"}
        with httpx2.Client(base_url=address, headers=headers, timeout=30) as client:
            found = Served(address, world, client)
            yield found
            for one in found.clients:
                one.close()
