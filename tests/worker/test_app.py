from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import UUID

import numpy as np
import psutil
import pytest
import redis.asyncio
import zstandard
from sqlalchemy import func, select
from sqlmodel import col

from core.settings import Settings
from models.bell import Bell
from models.call import CallState, RunState
from models.stages import Lane, StageName
from models.tables import (
    Call,
    CallText,
    MetricRow,
    Product,
    Recording,
    ReviewRow,
    SpeakerRow,
    StageRun,
    UtteranceRow,
)
from report.document import document
from tests.factories.services import Installation, installation, redis_server, settings_for
from worker.analyze import analyze
from worker.case import Request
from worker.engines import Engines

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"lease_s": 2.0, "heartbeat_s": 0.5, "reconcile_s": 1.0, "retry_s": 0.2}
"""Settings under which nothing takes long."""


class Started:
    """A worker process, its log in a file."""

    def __init__(self, settings: Settings, lane: Lane, log: Path) -> None:
        self.log = log
        self.port = free_port()
        names = {f"DEBRIEF_WORKER__{name.upper()}": str(value) for name, value in QUICK.items()}
        with log.open("ab") as file:
            self.popen = subprocess.Popen(
                [sys.executable, "-P", "-m", "worker", "--lane", lane],
                cwd=ROOT,
                stderr=file,
                env={
                    **os.environ,
                    **names,
                    "PYTHONPATH": str(ROOT),
                    "DEBRIEF_WORKER__METRICS_PORT": str(self.port),
                    "DEBRIEF_DATA": str(settings.data),
                    "DEBRIEF_REDIS__URL": settings.redis.url.get_secret_value(),
                },
            )

    @property
    def child(self) -> psutil.Process:
        """Return the process that infers."""
        return psutil.Process(self.popen.pid).children()[0]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(15)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


Start = Callable[..., Started]


@contextmanager
def starting(settings: Settings, folder: Path) -> Iterator[Start]:
    """Give a function that starts workers, all of which are gone at the end."""
    started: list[Started] = []

    def start(lane: Lane = Lane.CPU) -> Started:
        started.append(Started(settings, lane, folder / f"{lane}-{len(started)}.log"))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            if one.popen.poll() is None:
                one.popen.kill()
            one.popen.wait()


@asynccontextmanager
async def service(settings: Settings, folder: Path) -> AsyncIterator[tuple[Installation, Start]]:
    """Give an installation and a way to start workers for it."""
    async with installation(settings) as here:
        with starting(settings, folder) as start:
            yield here, start


async def until(met: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait until a condition is met."""
    async with asyncio.timeout(seconds):
        while not await met():  # noqa: ASYNC110 - what it waits for happens in another process
            await asyncio.sleep(0.05)


async def run_of(here: Installation, call_id: UUID, stage: StageName) -> StageRun:
    async with here.database.read(here.organisation_id) as session:
        query = select(StageRun).where(col(StageRun.call_id) == call_id, col(StageRun.stage) == stage)
        return (await session.execute(query)).scalar_one()


def has(
    here: Installation, call_id: UUID, stage: StageName, state: RunState
) -> Callable[[], Awaitable[bool]]:
    async def met() -> bool:
        return (await run_of(here, call_id, stage)).state is state

    return met


def call_is(here: Installation, call_id: UUID, state: CallState) -> Callable[[], Awaitable[bool]]:
    async def met() -> bool:
        async with here.database.read(here.organisation_id) as session:
            call = (await session.execute(select(Call).where(col(Call.id) == call_id))).scalar_one()
        return call.state is state

    return met


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return minutes of noise: long enough to be interrupted while they are made playable."""
    path = tmp_path_factory.mktemp("long") / "long.wav"
    noise = np.random.default_rng(7).normal(0, 900, 16_000 * 400).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(noise.tobytes())
    return path


async def rendering(here: Installation, long: Path) -> tuple[UUID, Callable[[], Awaitable[bool]]]:
    """Return a call of the long recording, and the condition that it is being made playable."""
    call_id = await here.hand_in(long)

    async def met() -> bool:
        run = await run_of(here, call_id, StageName.RENDER)
        return run.state is RunState.RUNNING and run.progress > 0

    return call_id, met


def test_a_call_goes_all_the_way_though_redis_is_wiped(
    configured: Callable[..., Settings], tmp_path: Path, excerpt: Path
) -> None:
    async def act() -> None:
        settings = configured()
        async with service(settings, tmp_path) as (here, start):
            workers = [start(lane) for lane in Lane]
            call_id = await here.hand_in(excerpt, customer="Somebody")
            bell = Bell(settings)
            await bell.ring([Lane.CPU])
            await until(has(here, call_id, StageName.TRANSCRIBE, RunState.RUNNING))
            await bell.redis.flushall()
            await bell.close()
            await until(call_is(here, call_id, CallState.REVIEWED))
            await until(cleared(settings))
            assert [worker.stop() for worker in workers] == [0, 0]
            await compare(here, call_id, excerpt)
            await check_logs(here, [worker.log for worker in workers])

    asyncio.run(act())


def cleared(settings: Settings) -> Callable[[], Awaitable[bool]]:
    async def met() -> bool:
        return not any((settings.data / "work").iterdir())

    return met


async def compare(here: Installation, call_id: UUID, excerpt: Path) -> None:
    """Assert that rows and document are those of the same recording reviewed in one go."""
    settings = here.settings
    expected = document(analyze(excerpt, Request(), Engines(settings), settings, lambda *_: None))
    async with here.database.read(here.organisation_id) as session:
        call = (await session.execute(select(Call))).scalar_one()
        review = (await session.execute(select(ReviewRow))).scalar_one()
        speakers = (await session.execute(select(SpeakerRow))).scalars().all()
        metrics = (await session.execute(select(MetricRow))).scalars().all()
        recording = (await session.execute(select(Recording))).scalar_one()
        said = await session.execute(select(UtteranceRow).order_by(col(UtteranceRow.index)))
        utterances = said.scalars().all()
        versions = (await session.execute(select(col(Product.stage), col(Product.version)))).all()
        indexed = (await session.execute(select(func.count()).select_from(CallText))).scalar_one()
    found = json.loads(zstandard.ZstdDecompressor().decompress(review.document))
    assert {**found, "timings": None} == {**expected, "timings": None}
    assert [(u.text, u.speaker) for u in utterances] == [
        (u["text"], u["speaker"]) for u in expected["utterances"]
    ]
    words = [w for u in utterances for w in json.loads(zstandard.ZstdDecompressor().decompress(u.words))]
    assert words == [[w[k] for k in WORD] for w in expected["words"]]
    assert {(m.name, str(m.side)): m.value for m in metrics} == pytest.approx(
        {(m["name"], m["side"]): m["value"] for m in expected["metrics"]}, abs=1e-3
    )
    assert {s.label for s in speakers} == {s["id"] for s in expected["speakers"]}
    assert sorted(versions) == sorted((stage, 1) for stage in StageName)
    assert (call.spoken_language, call.duration_s, call.progress) == ("en", 12.0, 1.0)
    assert call.depth == pytest.approx(expected["depth"]["value"], abs=1e-3)
    assert (recording.duration_s, recording.channels, recording.sample_rate_hz) == (12.0, 1, 16_000)
    assert recording.playback_key is not None
    assert await here.store.size(recording.playback_key) == recording.playback_bytes
    assert recording.peaks_key is not None
    assert await here.store.size(recording.peaks_key) > 0
    assert indexed > 0


WORD = ("start", "end", "text", "probability", "spaced")


async def check_logs(here: Installation, logs: list[Path]) -> None:
    """Assert that logs tell of every stage, as JSON, and hold nothing that was said."""
    async with here.database.read(here.organisation_id) as session:
        texts = (await session.execute(select(col(UtteranceRow.text)))).scalars().all()
    lines = [line for log in logs for line in log.read_text().splitlines()]
    entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
    done = {entry["stage"] for entry in entries if entry["event"] == "stage.done"}
    assert done == set(StageName)
    assert all({"call_id", "attempt"} <= set(e) for e in entries if e["event"].startswith("stage."))
    spoken = [text.strip().casefold() for text in texts if len(text.split()) > 1]
    assert spoken
    assert [text for text in spoken if text in "\n".join(lines).casefold()] == []
    assert "somebody" not in "\n".join(lines).casefold()


def test_a_killed_worker_is_replaced_and_its_stage_done_once(
    configured: Callable[..., Settings], tmp_path: Path, long: Path
) -> None:
    async def act() -> None:
        async with service(configured(), tmp_path) as (here, start):
            first = start()
            call_id, renders = await rendering(here, long)
            await until(renders)
            child = first.child
            first.stop(signal.SIGKILL)
            psutil.wait_procs([child], timeout=3)
            assert not child.is_running()
            second = start()
            await until(has(here, call_id, StageName.RENDER, RunState.DONE))
            run = await run_of(here, call_id, StageName.RENDER)
            assert (run.attempt, run.lost, run.failures) == (2, 1, 0)
            async with here.database.read(here.organisation_id) as session:
                query = select(col(Product.version)).where(col(Product.stage) == StageName.RENDER)
                assert (await session.execute(query)).scalars().all() == [2]
            assert second.stop() == 0

    asyncio.run(act())


def test_a_killed_child_costs_one_more_try_and_no_failure(
    configured: Callable[..., Settings], tmp_path: Path, long: Path
) -> None:
    async def act() -> None:
        async with service(configured(), tmp_path) as (here, start):
            worker = start()
            call_id, renders = await rendering(here, long)
            await until(renders)
            worker.child.kill()
            await until(has(here, call_id, StageName.RENDER, RunState.DONE))
            run = await run_of(here, call_id, StageName.RENDER)
            assert (run.attempt, run.lost, run.failures) == (2, 1, 0)
            assert worker.stop() == 0

    asyncio.run(act())


def test_a_worker_told_to_stop_hands_its_stage_back(
    configured: Callable[..., Settings], tmp_path: Path, long: Path
) -> None:
    async def act() -> None:
        async with service(configured(), tmp_path) as (here, start):
            worker = start()
            call_id, renders = await rendering(here, long)
            await until(renders)
            child = worker.child
            shown = await asyncio.to_thread(urlopen, f"http://127.0.0.1:{worker.port}/metrics")
            with shown:
                assert b'debrief_stage_tries_total{end="done",stage="decode"} 1.0' in shown.read()
            assert worker.stop() == 0
            assert not child.is_running()
            run = await run_of(here, call_id, StageName.RENDER)
            assert (run.state, run.attempt, run.lost, run.failures) == (RunState.QUEUED, 1, 0, 0)

    asyncio.run(act())


def test_a_worker_outlives_redis_and_works_on_without_it(tmp_path: Path, sample: Path) -> None:
    async def act() -> None:
        with redis_server() as url:
            settings = settings_for(tmp_path / "data", url)
            async with service(settings, tmp_path) as (here, start):
                worker = start()
                first = await here.hand_in(sample)
                await until(has(here, first, StageName.LISTEN, RunState.DONE))
                await stopped(url)
                second = await here.hand_in(rewritten(sample, tmp_path))
                await until(has(here, second, StageName.LISTEN, RunState.DONE))
                assert worker.popen.poll() is None
                assert worker.stop() == 0

    asyncio.run(act())


async def stopped(url: str) -> None:
    """Stop a Redis."""
    client = redis.asyncio.Redis.from_url(url)
    await client.shutdown(nosave=True)
    await client.aclose()


@pytest.fixture
def excerpt(sample: Path, tmp_path: Path) -> Path:
    """Return twelve seconds of the sample call, in which both speak."""
    path = tmp_path / "excerpt.wav"
    with wave.open(str(sample)) as whole, wave.open(str(path), "wb") as file:
        whole.setpos(6 * whole.getframerate())
        file.setparams(whole.getparams())
        file.writeframes(whole.readframes(12 * whole.getframerate()))
    return path


def rewritten(sample: Path, folder: Path) -> Path:
    """Return a recording of the same sound and other bytes."""
    path = folder / "other.wav"
    path.write_bytes(sample.read_bytes() + b"\0\0")
    return path
