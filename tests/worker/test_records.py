"""Workers bring records up to date with whatever was noted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import structlog

from core.settings import Settings
from models.queries import due
from models.tables import Contribution, Organisation, RecordDue
from tests.factories.databases import migrated_sqlite
from tests.factories.offices import Office, at_office
from worker.records import keep_records


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    migrated_sqlite(tmp_path)
    return Settings(data=tmp_path)


def test_what_was_noted_is_in_the_record_soon(home: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve()
        assert await here.cell() is None
        await keep_records(here.database)
        assert await here.cell() is not None
        assert await here.rows(RecordDue) == 0
        await keep_records(here.database)

    at_office(home, act)


def test_an_organisation_whose_records_cannot_be_kept_holds_up_no_other(home: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve()
        other = here.world.organisations["other"].id
        async with here.database.system() as session:
            (await session.get_one(Organisation, other)).time_zone = "Mars/Olympus"
        async with here.database.write(other) as session:
            due.note(session, other, rep_id=here.id("foreigner"))
        with structlog.testing.capture_logs() as logged:
            await keep_records(here.database)
        failed: list[Any] = [one for one in logged if one["event"] == "records.failed"]
        assert [one["organisation_id"] for one in failed] == [str(other)]
        assert "Mars/Olympus" in failed[0]["error"]
        assert await here.rows(Contribution) == 1

    at_office(home, act)
