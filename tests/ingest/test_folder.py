from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from core.errors import Outage, Rejected
from core.settings import FolderSettings, Settings
from ingest.files import Intake, Outcome, take
from ingest.folder import Seen, put_away, watch
from ingest.receive import Received
from ingest.store import open_store
from models.call import CallDetails, Source
from models.tables import Call
from tests.factories.databases import Place, opened

SETTLE_S = 0.15


@dataclass
class Watched:
    """A folder under watch, and what was told of it."""

    place: Place
    intake: Intake
    folder: Path
    told: list[Outcome] = field(default_factory=list)

    async def until(self, done: Callable[[], bool]) -> None:
        for _ in range(2000):
            if done():
                return
            await asyncio.sleep(0.01)
        pytest.fail("not within 20 s")

    async def outcomes(self, count: int) -> list[Outcome]:
        await self.until(lambda: len(self.told) >= count)
        return self.told

    def put(self, name: str, content: bytes = b"sound") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def names(self, folder: str = ".") -> list[str]:
        where = self.folder / folder
        return sorted(path.name for path in where.iterdir() if path.is_file()) if where.exists() else []

    async def calls(self) -> list[Call]:
        async with self.place.database.system_read() as session:
            return list((await session.execute(select(Call).order_by(col(Call.id)))).scalars())


@asynccontextmanager
async def watched(
    settings: Settings, pattern: str = "", before: Callable[[Path], None] | None = None
) -> AsyncIterator[Watched]:
    folder = settings.data / "drop"
    folder.mkdir(parents=True)
    if before is not None:
        before(folder)
    async with opened(settings) as place:
        intake = Intake(place.database, open_store(settings), place.organisation.id, 1_000_000)
        found = Watched(place, intake, folder)

        async def told(outcome: Outcome) -> None:
            found.told.append(outcome)

        options = FolderSettings(path=folder, pattern=pattern, settle_s=SETTLE_S)
        task = asyncio.create_task(watch(intake, options, told, poll_s=0.02, pause_s=0.2))
        try:
            yield found
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.result()


def test_a_recording_is_taken_in_and_put_away(service: Settings, sample: Path) -> None:
    async def body() -> None:
        async with watched(service, "{started_at:%Y%m%d%z}_{customer}") as found:
            await found.place.add_user("jo@example.com")
            found.put("20240506Z_Li.wav.json", json.dumps({"rep": "jo@example.com"}).encode())
            shutil.copy(sample, found.folder / "20240506Z_Li.wav")
            (outcome,) = await found.outcomes(1)
            assert isinstance(outcome.result, Received)
            assert outcome.result.created
            (call,) = await found.calls()
            assert (call.id, call.customer, call.source) == (outcome.result.call_id, "Li", Source.FOLDER)
            assert call.rep_id is not None
            assert call.started_at.isoformat() == "2024-05-06T00:00:00+00:00"
            assert found.names() == []
            assert found.names("done") == ["20240506Z_Li.wav", "20240506Z_Li.wav.json"]

    asyncio.run(body())


def test_a_rejected_recording_is_put_away_with_the_reason(service: Settings) -> None:
    async def body() -> None:
        async with watched(service) as found:
            found.put("call.json", b'{"rep": "nobody@example.com"}')
            found.put("call.wav")
            (outcome,) = await found.outcomes(1)
            assert isinstance(outcome.result, Rejected)
            assert found.names("rejected") == ["call.json", "call.wav", "call.wav.reason.txt"]
            reason = (found.folder / "rejected/call.wav.reason.txt").read_text()
            assert "Why: Nobody here is known as nobody@example.com." in reason
            assert "What to do: Add the person first" in reason
            assert "Code: unknown_rep" in reason
            assert await found.calls() == []

    asyncio.run(body())


def test_what_is_no_recording_is_left_alone(service: Settings) -> None:
    async def body() -> None:
        async with watched(service) as found:
            others = [".hidden.wav", "call.wav.part", "call.mp3.tmp", "lonely.json", "old.reason.txt"]
            for name in others:
                found.put(name)
            (found.folder / "folder.wav").mkdir()
            (found.folder / "link.wav").symlink_to("/etc/passwd")
            found.put("real.wav")
            await found.outcomes(1)
            await asyncio.sleep(3 * SETTLE_S)
            assert [outcome.path.name for outcome in found.told] == ["real.wav"]
            assert found.names() == sorted([*others, "link.wav"])

    asyncio.run(body())


def test_a_file_counts_once_it_has_settled(service: Settings) -> None:
    async def body() -> None:
        async with watched(service) as found:
            path = found.put("growing.wav", b"")
            with path.open("ab", buffering=0) as file:
                for _ in range(20):
                    file.write(b"more")
                    await asyncio.sleep(SETTLE_S / 5)
                assert found.told == []
            await found.outcomes(1)
            assert (found.folder / "done/growing.wav").stat().st_size == 80

    asyncio.run(body())


def test_a_file_waits_for_its_sidecar_to_settle(tmp_path: Path) -> None:
    seen = Seen(tmp_path, 0)
    (tmp_path / "call.wav").write_bytes(b"x")
    assert seen.complete() == [tmp_path / "call.wav"]
    seen.settle_s = 60
    (tmp_path / "call.json").write_text("{}")
    since = seen.files["call.wav"][1]
    assert seen.complete() == []
    assert seen.files["call.wav"][1] > since


def test_what_was_taken_in_before_a_crash_is_put_away_and_gives_no_second_call(service: Settings) -> None:
    async def body() -> None:
        async with watched(service) as found:
            # As a process does that dies after taking in and before putting away:
            waiting = found.put("call.wav.part")
            outcome = await take(found.intake, waiting, CallDetails(Source.FOLDER), None)
            waiting.rename(found.folder / "call.wav")
            (told,) = await found.outcomes(1)
            assert isinstance(outcome.result, Received)
            assert told.result == Received(outcome.result.call_id, created=False, lanes=())
            assert found.names("done") == ["call.wav"]
            assert len(await found.calls()) == 1

    asyncio.run(body())


def test_names_that_are_taken_get_a_number(tmp_path: Path) -> None:
    for content in ("one", "two", "three"):
        path = tmp_path / "call.wav"
        path.write_text(content)
        path.with_suffix(".json").write_text("{}")
        put_away(Outcome(path, Rejected("code", "Reason.", "Remedy.")))
    assert sorted(file.name for file in (tmp_path / "rejected").iterdir()) == [
        "call-2.json",
        "call-2.wav",
        "call-2.wav.reason.txt",
        "call-3.json",
        "call-3.wav",
        "call-3.wav.reason.txt",
        "call.json",
        "call.wav",
        "call.wav.reason.txt",
    ]
    assert (tmp_path / "rejected/call-3.wav").read_text() == "three"


def test_what_cannot_be_taken_in_yet_is_tried_again(service: Settings) -> None:
    async def body() -> None:
        async with watched(service) as found:
            store = service.data / "store"
            store.write_text("in the way")
            found.put("call.wav")
            (outcome, *_) = await found.outcomes(1)
            assert isinstance(outcome.result, Outage)
            assert found.names() == ["call.wav"]
            store.unlink()
            await found.until(lambda: found.names("done") == ["call.wav"])
            assert len(await found.calls()) == 1

    asyncio.run(body())


def test_a_folder_that_is_away_is_looked_for_again(service: Settings) -> None:
    async def body() -> None:
        async with watched(service, before=lambda folder: folder.rmdir()) as found:
            (outcome, *_) = await found.outcomes(1)
            assert isinstance(outcome.result, Outage)
            found.folder.mkdir()
            found.put("call.wav")
            await found.until(lambda: found.names("done") == ["call.wav"])

    asyncio.run(body())


def test_a_pattern_that_is_none_ends_the_watch_at_once(service: Settings) -> None:
    async def body() -> None:
        async with opened(service) as place:
            intake = Intake(place.database, open_store(service), place.organisation.id, None)

            async def told(outcome: Outcome) -> None:
                pytest.fail(str(outcome))

            with pytest.raises(Rejected, match="no file-name pattern"):
                await watch(intake, FolderSettings(path=service.data, pattern="{x}"), told)

    asyncio.run(body())
