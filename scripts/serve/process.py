"""A process of the service that is started again whenever it ends unasked."""

from __future__ import annotations

import asyncio
import ctypes
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
"""Pause before the first new start, doubled with each that follows soon, up to the longest."""
STEADY_S = 30.0
"""A process that ran so long starts anew without a pause."""
_PR_SET_PDEATHSIG = 1

log = structlog.get_logger()


class Process:
    """One process by name; it ends with us, however we end."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._descriptors = fds
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._starting = asyncio.Lock()

    async def run(self) -> None:
        """Keep the process alive until `stop`."""
        pause = FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while (process := await self._started()) is not None:
            began = loop.time()
            code = await process.wait()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE_S if loop.time() - began > STEADY_S else min(pause * 2, LONGEST_PAUSE_S)
            log.warning("serve.process_ended", process=self.name, code=code, restart_in_s=pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()

    async def _started(self) -> asyncio.subprocess.Process | None:
        """Return the process, just started; None once it is to stop: `stop` waits for what it must end."""
        async with self._starting:
            if self._stopping.is_set():
                return None
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=dict(self._environment),
                pass_fds=self._descriptors,
                preexec_fn=_end_with_parent,
                start_new_session=True,
            )
            return self._process

    async def stop(self, patience_s: float) -> None:
        """Ask the process to end; kill it when it has not after a while."""
        self._stopping.set()
        async with self._starting:
            process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience_s):
                await process.wait()
        except TimeoutError:
            log.warning("serve.process_killed", process=self.name)
            process.kill()
            await process.wait()


def _end_with_parent() -> None:
    """Have the kernel end this process when the one that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
