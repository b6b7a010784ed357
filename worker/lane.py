"""The process that infers, as the worker of its lane sees it: one stage at a time, killed when it must be.

It is started with the first stage and kept, with the engines it has loaded. It is replaced when it has
grown, after many stages, and after every answer that says it cannot be trusted any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path

import psutil
import structlog

from core.environment import inherited
from core.settings import PREFIX, Settings
from worker import frames
from worker.frames import LENGTH, Answer, Broken, Died, Job, Late, OutOfMemory, Passing, Progressed, Setup
from worker.ladder import rungs

ROOT = Path(__file__).resolve().parents[1]
LONGEST_WAIT_S = 10.0
"""How long a killed process may take to be gone; only one that hangs in a driver takes longer."""
NO_MEMORY = "Memory ran out, with the smallest batches and on the processor too."
Outcome = Answer | Late | Died

log = structlog.get_logger()


class Child:
    """Owner of the process that infers. Close it at the end."""

    def __init__(self, settings: Settings) -> None:
        """Start nothing yet."""
        self._settings = settings
        self._process: Process | None = None
        self._jobs = 0

    @property
    def pid(self) -> int | None:
        """Return the process id, None where none runs."""
        process = self._running()
        return process.pid if process else None

    async def run(self, job: Job, timeout_s: float, on_progress: Callable[[float], None]) -> Outcome:
        """Return what came of a stage; each try may take `timeout_s`.

        Where memory runs out it is tried in other ways first. Cancelled, or late, the process is killed.
        """
        outcome = await self._try(self._settings, job, timeout_s, on_progress)
        if not isinstance(outcome, OutOfMemory):
            return outcome
        for settings in rungs(self._settings, job.stage):
            log.warning(
                "lane.memory_ran_out", batch_size=settings.recognizer.batch_size, device=settings.device
            )
            await self.close()
            outcome = await self._try(settings, job, timeout_s, on_progress)
            if not isinstance(outcome, OutOfMemory):
                return await self._keep(settings, outcome)
        await self.close()
        return Passing(NO_MEMORY)

    async def close(self) -> None:
        """End the process, at once."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT_S):
                await _drained(process)

    async def _keep(self, settings: Settings, outcome: Outcome) -> Outcome:
        """Stay with smaller batches; go back from the processor, which is far slower, at the next stage."""
        if settings.device == self._settings.device:
            self._settings = settings
        else:
            await self.close()
        return outcome

    async def _try(
        self, settings: Settings, job: Job, timeout_s: float, on_progress: Callable[[float], None]
    ) -> Outcome:
        """Return what came of a stage in a process with some settings, a new one where none runs."""
        try:
            process = self._running() or await self._started(settings)
            async with asyncio.timeout(timeout_s):
                outcome = await _converse(process, job, on_progress)
        except TimeoutError:
            await self.close()
            return Late(timeout_s)
        except asyncio.CancelledError:
            await asyncio.shield(self.close())
            raise
        self._jobs += 1
        if isinstance(outcome, Died) or self._worn(outcome):
            await self.close()
        return outcome

    def _running(self) -> Process | None:
        return self._process if self._process and self._process.returncode is None else None

    async def _started(self, settings: Settings) -> Process:
        """Start a process in a group of its own: a signal to the worker is the worker's to act on."""
        await self.close()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "worker.child"),
            stdin=PIPE,
            stdout=PIPE,
            cwd=ROOT,
            env=_environment(),
            start_new_session=True,
        )
        self._jobs = 0
        log.info("lane.child_started", child=self._process.pid, device=settings.device)
        _send(self._process, frames.framed(Setup.of(settings)))
        return self._process

    def _worn(self, outcome: Outcome) -> bool:
        """Return whether the process should be replaced before the next stage."""
        if isinstance(outcome, Broken) and outcome.spent:
            return True
        limits = self._settings.worker
        if self._jobs >= limits.child_jobs or self._memory_mb() > limits.child_memory_mb:
            log.info("lane.child_recycled", jobs=self._jobs)
            return True
        return False

    def _memory_mb(self) -> float:
        """Return the resident memory of the process, MB."""
        try:
            return float(psutil.Process(self.pid).memory_info().rss) / 1e6 if self.pid else 0.0
        except psutil.Error:
            return 0.0


async def _converse(process: Process, job: Job, on_progress: Callable[[float], None]) -> Answer | Died:
    """Return the answer to a job, `Died` where the process ends before it gives one."""
    _send(process, frames.framed(job))
    while (text := await _read(process)) is not None:
        said = frames.read_said(text)
        if not isinstance(said, Progressed):
            return said
        on_progress(said.fraction)
    return Died(await process.wait())


def _send(process: Process, frame: bytes) -> None:
    """Hand a message to the pipe; a process that is gone is noticed where it should answer."""
    if process.stdin is not None:
        process.stdin.write(frame)


async def _read(process: Process) -> bytes | None:
    """Return the next message, None where the process ended."""
    if process.stdout is None:
        return None
    try:
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        return await process.stdout.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def _drained(process: Process) -> None:
    """Wait until a killed process is gone and its pipes are closed."""
    if process.stdout is not None:
        while await process.stdout.read(1 << 16):
            pass
    await process.wait()


def _environment() -> dict[str, str]:
    """Return our environment without our settings, which come through the pipe and hold no secrets."""
    ours = inherited(PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")
    return {name: value for name, value in ours.items() if not name.upper().startswith(PREFIX)}
