"""One recording handed in from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from typer.testing import CliRunner, Result

from core.settings import Settings
from models.db import Database
from models.queries import runs
from models.tables import Call
from scripts.debrief import app
from tests.factories.serving import serving


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEBRIEF_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """Keep what the server logs out of what the command prints: both are in this process."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


def debrief(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


async def _cancel(data: Path, call_id: str) -> str:
    database = Database(Settings(data=data))
    try:
        async with database.system_read() as session:
            found = await session.get_one(Call, UUID(call_id))
        async with database.write(found.organisation_id) as writing:
            await runs.cancel(writing, found.id)
        return found.title
    finally:
        await database.close()


def test_a_recording_goes_straight_in(data: Path, sample: Path) -> None:
    added = debrief("call", "add", str(sample), "--customer", "Acme")
    assert added.exit_code == 0, added.output
    call_id = added.stdout.strip()
    assert debrief("call", "add", str(sample)).stdout.strip() == call_id
    assert asyncio.run(_cancel(data, call_id)) == "sample"
    waited = debrief("call", "add", str(sample), "--wait")
    assert waited.exit_code == 2
    assert "cancelled" in waited.stderr


def test_a_recording_goes_in_over_the_api(data: Path, sample: Path, tmp_path: Path) -> None:
    key = debrief("apikey", "add", "--scopes", "calls:read,calls:write").stdout.strip()
    with serving(Settings(data=data)) as server:
        over = ("--server", server, "--key", key)
        added = debrief("call", "add", str(sample), "--title", "A call", *over)
        assert added.exit_code == 0, added.output
        assert asyncio.run(_cancel(data, added.stdout.strip())) == "A call"
        assert debrief("call", "add", str(sample), "--wait", *over).exit_code == 2
        refused = debrief("call", "add", str(sample), "--server", server, "--key", "wrong")
        assert refused.exit_code == 2
        assert "/v1/session" in refused.stderr
    away = debrief("call", "add", str(sample), *over)
    assert away.exit_code == 2
    assert "does not answer" in away.stderr


def test_a_file_that_is_not_there_is_said(data: Path, tmp_path: Path) -> None:
    assert debrief("call", "add", str(tmp_path / "none.wav")).exit_code == 2
