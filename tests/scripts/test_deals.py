"""Tables of deals taken in from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from core.settings import Settings
from scripts.debrief import app
from tests.factories.serving import serving

TABLE = """external_id;name;rep_email;opened_at;Next step
d1;Acme;ana@x.example;2026-03-02;call
d2;Acme;\x1b[31mnobody@x.example;2026-03-02;
"""


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


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "deals.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


def debrief(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_good_rows_go_in_and_bad_ones_are_said(data: Path, table: str) -> None:
    assert debrief("user", "add", "--email", "ana@x.example", "--role", "rep").exit_code == 0
    first = debrief("deals", "import", table)
    assert first.exit_code == 2
    assert first.stdout.strip() == "1 created 0 changed 0 unchanged 1 refused"
    assert "Columns left out: Next step" in first.stderr
    assert "Line 3: Nobody here has the e-mail address" in first.stderr
    assert "\x1b[31mnobody" not in first.stderr
    key = debrief("apikey", "add", "--scopes", "deals:write").stdout.strip()
    with serving(Settings(data=data)) as server:
        again = debrief("deals", "import", table, "--server", server, "--key", key)
        assert again.stdout.strip() == "0 created 0 changed 1 unchanged 1 refused"
        refused = debrief("deals", "import", table, "--server", server, "--key", "wrong")
        assert refused.exit_code == 2
        assert "/v1/session" in refused.stderr


def test_a_file_that_is_not_there_is_said(data: Path, tmp_path: Path) -> None:
    answer = debrief("deals", "import", str(tmp_path / "none.csv"))
    assert answer.exit_code == 2
    assert "cannot be read" in answer.stderr
