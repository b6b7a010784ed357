"""Stages of a call: claimed, finished, failed, cancelled and done again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlmodel import col
from typing_extensions import override

from core.errors import Outage
from core.settings import Settings, TraceSettings
from core.telemetry import END
from ingest.disk import DiskStore
from ingest.stream import Written
from models.call import CallState, RunState
from models.queries import runs, work
from models.stages import Lane, StageName
from models.tables import (
    Product,
    Recording,
    StageRun,
)
from tests.factories.collector import collector
from tests.factories.workplaces import Workplace, at_work
from worker.perform import work_folder
from worker.products import Opened


def test_what_is_no_recording_is_rejected_with_a_remedy(
    configured: Callable[..., Settings], tmp_path: Path
) -> None:
    text = tmp_path / "notes.wav"
    text.write_text("These are notes and no sound.\n" * 100)

    async def act(place: Workplace) -> None:
        await place.here.hand_in(text)
        assert await place.look() is True
        assert await place.look() is False
        call = await place.call()
        assert call.state is CallState.REJECTED
        assert call.reason
        assert call.remedy
        assert not (work_folder(place.tools.settings) / str(call.id)).exists()

    at_work(configured(), act)


def test_a_try_is_traced_with_how_it_ended(configured: Callable[..., Settings], tmp_path: Path) -> None:
    text = tmp_path / "notes.wav"
    text.write_text("These are notes and no sound.\n" * 100)

    async def act(place: Workplace) -> None:
        await place.here.hand_in(text)
        await place.look()

    with collector() as collected:
        traced = {"trace": TraceSettings(endpoint=collected.endpoint)}
        at_work(configured().model_copy(update=traced), act)
    (span,) = collected.spans
    assert (span["name"], span[END], span["failed"]) == (f"stage {StageName.DECODE}", "refused", True)


def test_cancelling_stops_the_process_in_the_middle(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        assert await place.look()
        looking = asyncio.create_task(place.look())
        await asyncio.sleep(0.05)
        async with place.here.database.write(place.here.organisation_id) as session:
            await runs.cancel(session, call_id)
        assert await looking is True
        call = await place.call()
        assert call.state is CallState.CANCELLED
        assert not (work_folder(place.tools.settings) / str(call_id)).exists()
        assert await place.keys() == {recording.key for recording in await place.rows(Recording)}

    at_work(configured(lease_s=2, heartbeat_s=0.1), act)


def test_a_worker_told_to_stop_hands_its_stage_back(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        looking = asyncio.create_task(place.look())
        while (await place.run_of(call_id, StageName.DECODE)).state is not RunState.RUNNING:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.01)
        looking.cancel()
        await asyncio.wait({looking})
        assert looking.cancelled()
        assert place.tools.child.pid is None
        run = await place.run_of(call_id, StageName.DECODE)
        assert (run.state, run.attempt, run.failures, run.lost) == (RunState.QUEUED, 1, 0, 0)

    at_work(configured(), act)


class Away(DiskStore):
    """A store that does not answer at first."""

    def __init__(self, root: Path, times: int) -> None:
        super().__init__(root)
        self.times = times

    @override
    async def local(self, key: str, folder: Path) -> Path:
        self.times -= 1
        if self.times >= 0:
            raise Outage("The store is away.")
        return await super().local(key, folder)


def test_a_store_that_is_away_is_waited_for_and_counts_as_no_failure(
    configured: Callable[..., Settings], sample: Path
) -> None:
    settings = configured(retry_s=0)

    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        for _ in range(5):
            assert await place.look()
        assert (await place.run_of(call_id, StageName.DECODE)).error == "The store is away."
        await place.look()
        run = await place.run_of(call_id, StageName.DECODE)
        assert (run.state, run.failures, run.attempt) == (RunState.DONE, 0, 6)

    at_work(settings, act, lambda _: Away(settings.data / "store", 5))


def test_a_database_that_is_away_while_a_result_is_saved_loses_nothing(
    configured: Callable[..., Settings], sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, left = work.save, [3]

    async def sometimes(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
        return await save(*arguments)

    monkeypatch.setattr(work, "save", sometimes)

    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        await place.look()
        run = await place.run_of(call_id, StageName.DECODE)
        assert (run.state, run.attempt, left[0]) == (RunState.DONE, 1, -1)

    at_work(configured(), act)


def test_a_fault_of_the_program_fails_the_call_in_few_words(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        await place.here.hand_in(sample)
        await place.look()
        async with place.here.database.write(place.here.organisation_id) as session:
            await session.execute(update(Product).values(data=b"no such thing"))
        await place.look()
        call = await place.call()
        assert (call.state, call.reason_code) == (CallState.FAILED, "failed")
        assert call.reason == "A fault of the program (ZstdError) while making it playable."

    at_work(configured(), act)


def test_what_the_installation_lacks_is_said_with_the_command(
    configured: Callable[..., Settings], sample: Path, tmp_path: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        await place.work_off()
        assert await place.look(Lane.GPU)
        run = await place.run_of(call_id, StageName.TRANSCRIBE)
        assert (run.state, run.failures) == (RunState.QUEUED, 1)
        assert run.error is not None
        assert "Run: make weights" in run.error
        assert run.not_before is not None
        assert run.queued_at is not None
        assert (run.not_before - run.queued_at).total_seconds() == pytest.approx(7.0)

    at_work(configured(retry_s=7).model_copy(update={"weights": tmp_path / "none"}), act)


def test_playing_again_replaces_the_files_and_leaves_none_over(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        await place.work_off()
        (before,) = await place.rows(Recording)
        async with place.here.database.write(place.here.organisation_id) as session:
            await runs.rerun(session, call_id, StageName.RENDER)
        await place.work_off()
        (after,) = await place.rows(Recording)
        assert after.playback_key != before.playback_key
        assert await place.keys() == {after.key, after.playback_key, after.peaks_key}

    at_work(configured(), act)


class Thief(DiskStore):
    """A store under whose last file the stage is taken away."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.steal: Callable[[], Coroutine[Any, Any, None]] | None = None

    @override
    async def put_file(self, key: str, path: Path) -> Written:
        if self.steal is not None and key.endswith("peaks.json"):
            await self.steal()
        return await super().put_file(key, path)


def test_a_stage_that_was_taken_away_leaves_neither_row_nor_file(
    configured: Callable[..., Settings], sample: Path
) -> None:
    settings = configured()
    store = Thief(settings.data / "store")

    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        await place.look()

        async def steal() -> None:
            async with place.here.database.system() as session:
                mine = col(StageRun.stage) == StageName.RENDER
                await session.execute(update(StageRun).where(mine).values(attempt=StageRun.attempt + 1))

        store.steal = steal
        await place.look()
        run = await place.run_of(call_id, StageName.RENDER)
        assert (run.state, run.attempt) == (RunState.RUNNING, 2)
        (recording,) = await place.rows(Recording)
        assert recording.playback_key is None
        assert await place.keys() == {recording.key}
        assert {product.stage for product in await place.rows(Product)} == {StageName.DECODE}

    at_work(settings, act, lambda _: store)


def test_a_recording_keeps_its_name_and_must_be_what_was_handed_in(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        await place.look()
        opened = await place.newest(StageName.DECODE)
        assert isinstance(opened, Opened)
        assert opened.recording.name == "sample.wav"
        async with place.here.database.write(place.here.organisation_id) as session:
            await session.execute(update(Recording).values(sha256="0" * 64))
            await runs.rerun(session, call_id, StageName.DECODE)
        await place.look()
        run = await place.run_of(call_id, StageName.DECODE)
        assert (run.state, run.failures) == (RunState.QUEUED, 1)
        assert run.error == "The stored recording differs from what was handed in."

    at_work(configured(), act)
