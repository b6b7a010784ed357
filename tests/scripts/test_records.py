"""Records made anew from the command line."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from core.settings import Settings
from scripts.debrief import app
from tests.factories.databases import migrated_sqlite
from tests.factories.offices import Office, at_office


def test_records_are_made_anew_and_what_differed_is_counted(tmp_path: Path) -> None:
    migrated_sqlite(tmp_path)

    async def act(here: Office) -> None:
        await here.approve()

    at_office(Settings(data=tmp_path), act)
    command = ["records", "rebuild", "--data", str(tmp_path)]
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 0, first.output
    acme = "acme: 1 reps, 1 approved calls, 8 cells"
    assert f"{acme}, 8 of which were not like that before" in first.output
    assert "other: 0 reps" in first.output
    again = CliRunner().invoke(app, [*command, "--organisation", "acme"])
    assert f"{acme}, 0 of which" in again.output
    assert "other" not in again.output
    assert CliRunner().invoke(app, [*command, "--organisation", "nobody"]).exit_code == 2
