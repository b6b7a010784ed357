from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from core.errors import Rejected, Retryable
from core.settings import Settings
from ingest.bulk import import_files
from ingest.files import Intake
from ingest.naming import Pattern
from ingest.receive import Received, receive
from ingest.store import open_store
from ingest.stream import of_file
from models.call import CallDetails, Consent, Priority, Source
from models.queries import runs
from models.tables import Call, StageRun
from tests.factories.databases import opened


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    for number, name in enumerate(["2020/Li.wav", "2021/b/Wang.mp3", "2021/a.wav", ".trash/old.wav"]):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound" * (number + 1))
        os.utime(path, (1_500_000_000 + number, 1_500_000_000 + number))
    (root / "2021/a.json").write_text('{"customer": "Sidecar Ltd", "direction": "sideways"}')
    (root / "2021/notes.part").write_text("no recording")
    return root


def test_each_file_has_its_outcome_and_keeps_its_date(service: Settings, archive: Path) -> None:
    async def body() -> None:
        async with opened(service) as place:
            intake = Intake(place.database, open_store(service), place.organisation.id, None)
            base = CallDetails(Source.UPLOAD, consent=Consent.GIVEN)
            given = [archive, archive / "2020/Li.wav", archive / "none.wav"]
            found = [o async for o in import_files(intake, given, base, Pattern.parse("{customer}"))]
            assert [outcome.path.relative_to(archive).as_posix() for outcome in found] == [
                "2020/Li.wav",
                "2021/a.wav",
                "2021/b/Wang.mp3",
                "2020/Li.wav",
                "none.wav",
            ]
            first, sidecar, second, again, missing = (outcome.result for outcome in found)
            assert isinstance(first, Received)
            assert isinstance(second, Received)
            assert first.created and second.created  # noqa: PT018
            assert again == Received(first.call_id, created=False, lanes=())
            assert isinstance(sidecar, Rejected)
            assert "a.json" in sidecar.reason
            assert "direction" in sidecar.reason
            assert isinstance(missing, Rejected)
            assert missing.code == "missing"
            async with place.database.system_read() as session:
                calls = (await session.execute(select(Call).order_by(col(Call.id)))).scalars().all()
                planned = (await session.execute(select(col(StageRun.priority)).distinct())).scalars().all()
            assert [(c.customer, c.started_at, c.consent, c.source, c.priority) for c in calls] == [
                (name, datetime.fromtimestamp(at, UTC), Consent.GIVEN, Source.IMPORT, Priority.BULK)
                for name, at in (("Li", 1_500_000_000), ("Wang", 1_500_000_001))
            ]
            assert planned == [Priority.BULK]

    asyncio.run(body())


def test_what_is_imported_waits_for_all_else(service: Settings, archive: Path, tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(service) as place:
            store = open_store(service)
            intake = Intake(place.database, store, place.organisation.id, None)
            assert len([o async for o in import_files(intake, [archive / "2020"])]) == 1
            urgent = await receive(
                place.database,
                store,
                place.organisation.id,
                of_file(archive / "2021/a.wav"),
                CallDetails(Source.UPLOAD),
                None,
            )
            async with place.database.system() as session:
                claimed = await runs.claim(session, urgent.lanes[0], "worker", timedelta(minutes=1))
            assert claimed is not None
            assert claimed.call_id == urgent.call_id

    asyncio.run(body())


def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(bytes(3_000_000))

    async def body() -> None:
        chunks = of_file(path)
        await anext(chunks)
        with path.open("ab") as file:
            file.write(b"more")
        with pytest.raises(Retryable, match="was changed"):
            [chunk async for chunk in chunks]

    asyncio.run(body())


def test_a_fifo_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    async def body() -> None:
        with pytest.raises(Rejected, match="is not a file"):
            await anext(of_file(tmp_path / "pipe"))

    asyncio.run(body())
