"""The process that decodes one recording: `python -m transcription.decoding.child`.

Whatever a hostile file does, it does here: without a path, without the right to open another
file, with bounds on memory, time and output, and gone when the parent is. The parent passes two
open files and one JSON line on standard input and keeps that pipe open; each line on standard
output is a JSON object: `{"progress": 0..1}`, then one of `{"sound": ...}`, `{"rejected": ...}`
or `{"full": true}` when the disk is full.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import resource
import signal
import sys
import threading
import time
from dataclasses import asdict
from typing import BinaryIO

from core.errors import Rejected
from transcription.decoding.canonical import HEADER, RATE, WIDTH
from transcription.decoding.convert import convert
from transcription.decoding.demux import Bounds, load_libraries
from transcription.decoding.refusals import refusal, span
from transcription.decoding.sniff import HEAD_BYTES, foreign

MEMORY_BYTES = 2 << 30
"""Address space; a decode takes about 0.3 GB of it, most of it libraries."""
HASH_SHARE = 0.05
"""Share of the progress that hashing the original takes."""
BLOCK_BYTES = 1 << 20
REPORT_EVERY_S = 0.2
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Decode what the first line of standard input describes."""
    job = json.loads(sys.stdin.buffer.readline())
    _die_with_parent()
    bounds = Bounds(job["max_duration_s"], job["max_channels"], job["max_streams"])
    _limit(bounds, job["timeout_s"])
    with os.fdopen(job["source"], "rb", buffering=0) as file, os.fdopen(job["target"], "r+b") as target:
        try:
            _say(_decode(file, target, bounds))
        except Rejected as error:
            _say({"rejected": asdict(error)})
        except MemoryError:
            _say({"rejected": asdict(refusal("decoder_failed"))})
        except OSError as error:
            _say(_full(error, bounds))


def _die_with_parent() -> None:
    """End this process when the parent dies: by the kernel where it can, and by the closed pipe."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    """Wait until the parent closes the pipe, which it never does while it wants an answer."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


def _limit(bounds: Bounds, timeout_s: float) -> None:
    """Bound memory, processor time and output; leave no core file."""
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_AS, MEMORY_BYTES)
    _cap(resource.RLIMIT_CPU, int(timeout_s) + 1)
    _cap(
        resource.RLIMIT_FSIZE,
        HEADER.size + int((bounds.max_duration_s + 10) * RATE) * WIDTH * bounds.max_channels,
    )


def _cap(which: int, value: int) -> None:
    """Lower one limit to `value`, or leave the lower one that is set."""
    hard = resource.getrlimit(which)[1]
    lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (lowest, lowest))


def _decode(file: BinaryIO, target: BinaryIO, bounds: Bounds) -> dict[str, object]:
    """Return the answer for the recording in `file`, its sound written to `target`."""
    kind = foreign(file.read(HEAD_BYTES))
    if kind is not None:
        raise refusal(kind.code, what=kind.what)
    size = os.fstat(file.fileno()).st_size
    report = _Reporter()
    sha256 = _hash(file, size, report)
    file.seek(0)
    _forbid_opening()
    sound = convert(file, size, target, bounds, lambda done: report(HASH_SHARE + (1 - HASH_SHARE) * done))
    return {
        "sound": asdict(sound),
        "sha256": sha256,
        "memory_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def _forbid_opening() -> None:
    """Load the libraries, then take away the right to open any file: the limit lies at those open now."""
    load_libraries()
    _cap(resource.RLIMIT_NOFILE, 0)


def _hash(file: BinaryIO, size: int, report: _Reporter) -> str:
    """Return the SHA-256 of the whole file."""
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
        report(HASH_SHARE * file.tell() / max(size, 1))
    return digest.hexdigest()


class _Reporter:
    """Says how far the work is, a few times a second, never falling."""

    def __init__(self) -> None:
        self._last = 0.0
        self._next = 0.0

    def __call__(self, fraction: float) -> None:
        """Report `fraction` where it is news and the last report is old enough."""
        now = time.monotonic()
        if now < self._next or fraction <= self._last:
            return
        self._last, self._next = min(fraction, 1.0), now + REPORT_EVERY_S
        _say({"progress": self._last})


def _full(error: OSError, bounds: Bounds) -> dict[str, object]:
    """Return the answer for a write that failed; any other error is a fault and goes on."""
    if error.errno == errno.EFBIG:
        return {"rejected": asdict(refusal("too_long", most=span(bounds.max_duration_s)))}
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return {"full": True}
    raise error


def _say(answer: dict[str, object]) -> None:
    """Write one line to the parent."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
