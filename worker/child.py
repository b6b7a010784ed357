"""The process that infers: `python -m worker.child`, started and killed by `worker.lane`.

It loads each engine once and does one stage at a time. It ends when the worker does, in the middle of
inference too. Whatever libraries print goes to standard error: standard output carries the answers.
"""

from __future__ import annotations

import ctypes
import errno
import os
import queue
import signal
import sys
import threading
import time
from typing import BinaryIO

import structlog
from structlog.contextvars import bound_contextvars

from core.environment import seal
from core.errors import DebriefError
from core.logs import configure
from core.progress import Progress
from core.settings import Settings
from core.traces import trace
from worker import frames, stored
from worker.case import Case
from worker.engines import Engines
from worker.frames import (
    LENGTH,
    Answer,
    Broken,
    Done,
    Job,
    OutOfMemory,
    Passing,
    Progressed,
)
from worker.pipeline import WORK

REPORT_EVERY_S = 0.25
BLOCK = 1 << 20
PR_SET_PDEATHSIG = 1
log = structlog.get_logger()

AROUND = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EIO, errno.EROFS}
"""Errors of a machine that is full or fails, whatever the recording is."""


def main() -> None:
    """Answer jobs until standard input ends."""
    answers = _own_output()
    _die_with_parent()
    seal()
    configure(process="child")
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(inbox,), daemon=True).start()
    settings = frames.read_setup(inbox.get()).read()
    engines = Engines(settings)
    while True:
        job = frames.read_job(inbox.get())
        with bound_contextvars(call_id=job.folder.name, stage=job.stage):
            answer = _answer(job, settings, engines, _Reporter(answers))
        _say(answers, answer)


def _own_output() -> BinaryIO:
    """Return the pipe to the worker, and let everybody else who writes to standard output meet the log."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _die_with_parent() -> None:
    """Have the kernel end this process with the worker where it can; the closed pipe does so everywhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _receive(inbox: queue.SimpleQueue[bytes]) -> None:
    """Put each message into the inbox as it comes, and end the process at once when the pipe is closed."""
    while (head := _exactly(LENGTH.size)) is not None:
        (length,) = LENGTH.unpack(head)
        text = _exactly(length)
        if text is None:
            break
        inbox.put(text)
    os._exit(1)


def _exactly(size: int) -> bytes | None:
    """Return so many bytes from the worker, None where it ended first.

    Straight from the descriptor: a lock of `sys.stdin` held here would not let the interpreter end.
    """
    parts = []
    while size and (part := os.read(0, min(size, BLOCK))):
        parts.append(part)
        size -= len(part)
    return None if size else b"".join(parts)


def _say(answers: BinaryIO, message: Progressed | Answer) -> None:
    answers.write(frames.framed(message))
    answers.flush()


def _answer(job: Job, settings: Settings, engines: Engines, progress: Progress) -> Answer:
    """Return what came of a job, whatever that was."""
    try:
        return _done(job, settings, engines, progress)
    except DebriefError as error:
        return frames.answer_to(error)
    except MemoryError:
        return OutOfMemory()
    except OSError as error:
        return _after_os_error(error)
    except Exception as error:  # noqa: BLE001 - an edge of the process
        return OutOfMemory() if lacks_memory(error) else _broken(error)


def _done(job: Job, settings: Settings, engines: Engines, progress: Progress) -> Done:
    job.folder.mkdir(parents=True, exist_ok=True)
    made = {stage: stored.from_json(stage, text) for stage, text in job.products.items()}
    case = Case(job.path, job.folder, job.request, settings, engines, made)
    after = WORK[job.stage](case, progress)
    return Done(stored.to_json(job.stage, after.made[job.stage]).decode())


def lacks_memory(error: BaseException) -> bool:
    """Return whether an error of torch or CTranslate2 says that memory ran out."""
    named = any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__)
    said = str(error).lower() if isinstance(error, RuntimeError) else ""
    return named or "out of memory" in said or "can't allocate memory" in said or "alloc_failed" in said


def breaks_device(error: BaseException) -> bool:
    """Return whether an error leaves CUDA in a state in which nothing works any more in this process."""
    said = str(error).lower() if isinstance(error, RuntimeError) else ""
    return any(name in said for name in ("cuda", "cudnn", "cublas", "nccl"))


def _after_os_error(error: OSError) -> Answer:
    """Return the answer where a file could not be read or written."""
    if error.errno in AROUND:
        return Passing(f"{error.strerror}.", outage=True)
    if error.errno == errno.ENOMEM:
        return OutOfMemory()
    log.warning("child.file_failed", trace=trace(error))
    return Passing(f"A file could not be read or written: {error.strerror}.")


def _broken(error: Exception) -> Broken:
    return Broken(type(error).__name__, trace(error), breaks_device(error))


class _Reporter:
    """Says how far a stage is, a few times a second, never falling."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._last = 0.0
        self._next = 0.0

    def __call__(self, fraction: float) -> None:
        """Report `fraction` where it is news and the last report is old enough."""
        now = time.monotonic()
        if now < self._next or fraction <= self._last:
            return
        self._last, self._next = min(fraction, 1.0), now + REPORT_EVERY_S
        _say(self._answers, Progressed(self._last))


if __name__ == "__main__":
    main()
