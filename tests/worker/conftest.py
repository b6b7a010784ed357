"""A Redis for the worker's tests, and installations that use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from tests.factories.services import redis_server, settings_for


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Give the address of a running Redis."""
    with redis_server() as url:
        yield url


@pytest.fixture
def configured(tmp_path: Path, redis_url: str) -> Callable[..., Settings]:
    """Return a function that makes settings of an installation of this test's own."""

    def make(**worker: float) -> Settings:
        return settings_for(tmp_path / "data", redis_url, worker=worker)

    return make
