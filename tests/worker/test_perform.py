"""StageSpans of a call: claimed, finished, failed, cancelled and done again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import zstandard
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlmodel import col
from typing_extensions import override

from api import exports
from core.errors import Outage
from core.settings import Settings, TraceSettings
from core.telemetry import END
from ingest.disk import DiskStore
from ingest.stream import Written
from models.call import CallState, RunState
from models.queries import runs, work
from models.review import JudgedUtterance, Side
from models.stages import STAGE, Lane, StageName
from models.tables import (
    CallText,
    Correction,
    MetricRow,
    Product,
    Recording,
    ReviewRow,
    SpeakerRow,
    StageRun,
    UtteranceRow,
)
from models.transcript import Diarization, Recognition, Region, Role, Turn, Word
from tests.factories.collector import collector
from tests.factories.workplaces import Workplace, at_work
from worker import stored
from worker.case import Made
from worker.perform import work_folder
from worker.products import Attributed, Heard, Judged, Opened, Voices


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


WORDS = (
    ("S1", "Good morning, this is Ana from Northwind, how can I help you?", 1.0),
    ("S2", "Hello, our scanners drop off the network every afternoon.", 6.0),
)


def words_and_turns() -> tuple[tuple[Word, ...], tuple[Turn, ...]]:
    """Return two people each saying one thing."""
    words: list[Word] = []
    for _, text, start in WORDS:
        words += [
            Word(start + i * 0.3, start + i * 0.3 + 0.25, part, 0.9) for i, part in enumerate(text.split())
        ]
    turns = tuple(Turn(start, start + len(text.split()) * 0.3, who) for who, text, start in WORDS)
    return tuple(words), turns


async def engines_done(place: Workplace, call_id: UUID) -> None:
    """Let the stages that need engines be done: two people were heard."""
    words, turns = words_and_turns()
    speech = tuple(Region(turn.start, turn.end) for turn in turns)
    made: dict[StageName, object] = {
        StageName.LISTEN: Heard((0,), separate=False, speech=speech, warnings=()),
        StageName.TRANSCRIBE: Recognition("en", 1.0, words, ()),
        StageName.DIARIZE: Voices(Diarization(turns, turns, 0.9), {}),
    }
    for stage, value in made.items():
        await done(place, call_id, stage, value)


async def done(place: Workplace, call_id: UUID, stage: StageName, value: object) -> None:
    """Let a stage be done with this product."""
    async with place.here.database.system() as session:
        claimed = await runs.claim(session, STAGE[stage].lane, "other", timedelta(seconds=60))
    assert claimed is not None
    assert claimed.stage is stage
    result = work.Result("x@1", stored.dump(stage, Made(value, {}, 0.1)))
    async with place.here.database.write(place.here.organisation_id) as session:
        assert await work.save(session, claimed, result) is not None


async def judged(place: Workplace, call_id: UUID) -> None:
    """Let every utterance be judged as nothing in particular."""
    attributed = await newest(place, StageName.ATTRIBUTE)
    assert isinstance(attributed, Attributed)
    count = len(attributed.transcript.utterances)
    await done(
        place,
        call_id,
        StageName.JUDGE,
        Judged(tuple(JudgedUtterance(i, None, None) for i in range(count)), ()),
    )


async def newest(place: Workplace, stage: StageName) -> object:
    """Return what a stage made last."""
    products = [p for p in await place.rows(Product) if p.stage is stage]
    return stored.load(stage, max(products, key=lambda p: p.version).data).value


def test_corrected_roles_and_names_recompute_what_follows_and_nothing_before(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        for _ in (StageName.DECODE, StageName.RENDER):
            await place.look()
        await engines_done(place, call_id)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        assert (await place.call()).state is CallState.REVIEWED
        speakers = {row.label: (row.role, row.name) for row in await place.rows(SpeakerRow)}
        assert speakers == {"S1": (Role.REP, None), "S2": (Role.CUSTOMER, None)}
        before = {p.id for p in await place.rows(Product)}
        measured = len(await place.rows(MetricRow))
        said = [row.text for row in await place.rows(UtteranceRow)]

        content = {"roles": {"S1": "customer", "S2": "rep"}, "names": {"S2": "Ana"}}
        organisation_id = place.here.organisation_id
        async with place.here.database.write(organisation_id) as session:
            session.add(
                Correction(organisation_id=organisation_id, call_id=call_id, version=1, content=content)
            )
            await runs.rerun(session, call_id, StageName.ATTRIBUTE)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        assert (await place.call()).state is CallState.REVIEWED
        speakers = {row.label: (row.role, row.name) for row in await place.rows(SpeakerRow)}
        assert speakers == {"S1": (Role.CUSTOMER, None), "S2": (Role.REP, "Ana")}
        again = {p.stage for p in await place.rows(Product) if p.id not in before}
        assert again == {StageName.ATTRIBUTE, StageName.JUDGE, StageName.MEASURE, StageName.SCORE}
        assert len(await place.rows(MetricRow)) == measured
        assert [row.text for row in await place.rows(UtteranceRow)] == said
        assert sorted(row.version for row in await place.rows(ReviewRow)) == [1, 3]

    at_work(configured(), act)


def test_corrected_words_and_voices_recompute_what_rests_on_them(
    configured: Callable[..., Settings], sample: Path
) -> None:
    edits = (
        {"kind": "reassign", "speaker": "S1", "start": 1.0, "end": 2.2, "to": "S3"},
        {"kind": "text", "speaker": "S2", "start": 6.0, "end": 9.0, "text": "Hello, the scanners drop off."},
        {"kind": "text", "speaker": "S9", "start": 6.0, "end": 9.0, "text": "Nobody says this."},
    )

    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        for _ in (StageName.DECODE, StageName.RENDER):
            await place.look()
        await engines_done(place, call_id)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        measured = {(row.name, row.side): row.value for row in await place.rows(MetricRow)}

        sides = {"S1": "rep", "S2": "customer", "S3": "other"}
        content = {"roles": sides, "names": {"S3": "Ana"}, "edits": edits}
        organisation_id = place.here.organisation_id
        async with place.here.database.write(organisation_id) as session:
            session.add(
                Correction(organisation_id=organisation_id, call_id=call_id, version=1, content=content)
            )
            await runs.rerun(session, call_id, StageName.ATTRIBUTE)
        await place.look()
        await judged(place, call_id)
        await place.work_off()
        call = await place.call()
        assert call.state is CallState.REVIEWED
        said = sorted(await place.rows(UtteranceRow), key=lambda row: row.index)
        assert [(row.speaker, row.text) for row in said] == [
            ("S3", "Good morning, this is"),
            ("S1", "Ana from Northwind, how can I help you?"),
            ("S2", "Hello, the scanners drop off."),
        ]
        speakers = {row.label: row for row in await place.rows(SpeakerRow)}
        assert {label: row.name for label, row in speakers.items()} == {"S1": None, "S2": None, "S3": "Ana"}
        assert {label: row.role for label, row in speakers.items()} == sides
        assert round(speakers["S1"].talk_s + speakers["S3"].talk_s, 3) == 3.6
        after = {(row.name, row.side): row.value for row in await place.rows(MetricRow)}
        assert after["talk_share", Side.REP] < measured["talk_share", Side.REP]
        newest = max(await place.rows(ReviewRow), key=lambda row: row.version)
        assert newest.correction == 1
        document = zstandard.ZstdDecompressor().decompress(newest.document)
        assert "1 correction found nothing to change any more" in document.decode()
        names = {"S3": "Ana"}
        for kind in ("txt", "vtt", "srt", "csv", "json"):
            text = exports.export(kind, document, names).decode()
            assert "drop off" in text
            assert "every afternoon" not in text
        assert {row.text.count("afternoon") for row in await place.rows(CallText)} == {0}

    at_work(configured(), act)


def test_a_recording_keeps_its_name_and_must_be_what_was_handed_in(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act(place: Workplace) -> None:
        call_id = await place.here.hand_in(sample)
        await place.look()
        opened = await newest(place, StageName.DECODE)
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
