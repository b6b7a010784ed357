from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from typing_extensions import override

from core.settings import Settings
from models.stages import StageName
from worker.case import Request
from worker.frames import Died, Done, Job, Late, OutOfMemory, Passing
from worker.lane import Child, Outcome


def job(path: Path, folder: Path, stage: StageName = StageName.DECODE) -> Job:
    return Job(stage, path, folder, Request())


def ignore(_fraction: float) -> None:
    pass


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_the_process_is_kept_from_stage_to_stage_until_it_has_done_enough(
    settings: Settings, sample: Path, tmp_path: Path
) -> None:
    few = settings.model_copy(update={"worker": settings.worker.model_copy(update={"child_jobs": 2})})

    async def act() -> None:
        child = Child(few)
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)
        first = child.pid
        assert first is not None
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)
        assert child.pid is None
        assert not alive(first)
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)
        await child.close()

    asyncio.run(act())


def test_a_process_that_has_grown_is_replaced(settings: Settings, sample: Path, tmp_path: Path) -> None:
    little = settings.model_copy(update={"worker": settings.worker.model_copy(update={"child_memory_mb": 1})})

    async def act() -> None:
        child = Child(little)
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)
        assert child.pid is None

    asyncio.run(act())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_dies_is_told_and_started_again(
    settings: Settings, sample: Path, tmp_path: Path, number: signal.Signals
) -> None:
    async def act() -> None:
        child = Child(settings)
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)

        async def kill() -> None:
            await asyncio.sleep(0.05)
            assert child.pid is not None
            os.kill(child.pid, number)

        killing = asyncio.create_task(kill())
        assert await child.run(job(sample, tmp_path, StageName.LISTEN), 60, ignore) == Died(-number)
        await killing
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)
        await child.close()

    asyncio.run(act())


def test_a_stage_that_takes_too_long_is_killed(settings: Settings, sample: Path, tmp_path: Path) -> None:
    async def act() -> None:
        child = Child(settings)
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)
        pid = child.pid
        assert pid is not None
        assert await child.run(job(sample, tmp_path, StageName.LISTEN), 0.05, ignore) == Late(0.05)
        assert not alive(pid)

    asyncio.run(act())


def test_a_cancelled_stage_takes_its_process_with_it(
    settings: Settings, sample: Path, tmp_path: Path
) -> None:
    async def act() -> None:
        child = Child(settings)
        assert isinstance(await child.run(job(sample, tmp_path), 60, ignore), Done)
        pid = child.pid
        assert pid is not None
        running = asyncio.create_task(child.run(job(sample, tmp_path, StageName.LISTEN), 60, ignore))
        await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.wait({running})
        assert running.cancelled()
        assert not alive(pid)

    asyncio.run(act())


class Scripted(Child):
    """A child whose processes run out of memory until the settings suit."""

    def __init__(self, settings: Settings, suits: Callable[[Settings], bool]) -> None:
        super().__init__(settings)
        self.suits = suits
        self.tried: list[tuple[int, str]] = []

    @override
    async def _try(
        self, settings: Settings, job: Job, timeout_s: float, on_progress: Callable[[float], None]
    ) -> Outcome:
        self.tried.append((settings.recognizer.batch_size, settings.device))
        return Done("[]") if self.suits(settings) else OutOfMemory()


TRANSCRIBE = Job(StageName.TRANSCRIBE, Path(), Path(), Request())


def test_smaller_batches_that_suit_are_kept_for_the_stages_after(settings: Settings) -> None:
    async def act() -> None:
        child = Scripted(settings, lambda s: s.recognizer.batch_size <= 2)
        await child.run(TRANSCRIBE, 1, ignore)
        assert child.tried == [(8, "auto"), (4, "auto"), (2, "auto")]
        await child.run(TRANSCRIBE, 1, ignore)
        assert child.tried[3:] == [(2, "auto")]

    asyncio.run(act())


def test_the_processor_serves_one_stage_and_the_next_tries_the_gpu_again(settings: Settings) -> None:
    async def act() -> None:
        child = Scripted(settings, lambda s: s.device == "cpu")
        assert isinstance(await child.run(TRANSCRIBE, 1, ignore), Done)
        assert child.tried[-1] == (1, "cpu")
        await child.run(TRANSCRIBE, 1, ignore)
        assert child.tried[5] == (8, "auto")

    asyncio.run(act())


def test_memory_that_never_suffices_is_a_passing_failure(settings: Settings) -> None:
    async def act() -> None:
        child = Scripted(settings, lambda _: False)
        outcome = await child.run(TRANSCRIBE, 1, ignore)
        assert isinstance(outcome, Passing)
        assert not outcome.outage

    asyncio.run(act())
