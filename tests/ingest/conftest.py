"""A service without its web and its workers: settings, a migrated database of each kind, a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from core.settings import DatabaseSettings, Settings
from tests.factories.databases import copied_postgresql, copied_sqlite, migrated_sqlite, postgresql


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    with postgresql() as address:
        yield address


@pytest.fixture
def service(sqlite_template: Path, tmp_path: Path) -> Settings:
    """Return the settings of a service on SQLite."""
    return _settings(copied_sqlite(sqlite_template, tmp_path), tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_service(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Return the settings of a service, on each kind of database in turn."""
    if request.param == "sqlite":
        url = copied_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
    else:
        url = copied_postgresql(request.getfixturevalue("postgresql_address"))
    return _settings(url, tmp_path)


def _settings(url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", database=DatabaseSettings(url=SecretStr(url)))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Give the address of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str) -> Iterator[Any]:
    """Give a client of a bucket `calls`, emptied afterwards."""
    session = boto3.Session("id", "secret", region_name="us-east-1")
    client = session.client("s3", endpoint_url=s3_server)
    client.create_bucket(Bucket="calls")
    yield client
    for found in client.list_objects_v2(Bucket="calls").get("Contents", ()):
        client.delete_object(Bucket="calls", Key=found["Key"])
    client.close()
