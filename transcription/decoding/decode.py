"""A file of any accepted kind to the canonical 16 kHz WAV, decoded in a process that can be killed."""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from core.environment import inherited
from core.errors import Outage, Rejected, Retryable
from core.progress import Progress
from core.settings import DecodeSettings
from models.recording import SAMPLE_RATE, Audio, Recording
from transcription.decoding.canonical import HEADER, read_header
from transcription.decoding.refusals import refusal, span

CANONICAL = "canonical.wav"
"""Name of the decoded sound in its folder."""
POLL_S = 0.2
"""How often progress is reported, and with it the chance to cancel."""
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A recording, its sound, and what a user should know about how it was read."""

    recording: Recording
    audio: Audio
    warnings: tuple[str, ...]


def decode(path: Path, into: Path, limits: DecodeSettings, progress: Progress) -> Decoded:
    """Return the sound of the recording at `path`, kept as `canonical.wav` in the folder `into`.

    All channels of the first usable sound stream, at 16 kHz, on the time line of a player: gaps
    are silent, a late start stays late. Raises `Rejected` for what cannot be reviewed,
    `Outage` when the disk is full, `Retryable` when the decoder was killed from outside. When `progress`
    raises, decoding stops and its exception goes on. The file appears whole or not at all.
    """
    into.mkdir(parents=True, exist_ok=True)
    with _opened(path) as source, _unfinished(into) as (target, part):
        answer = _run_child(source, target, limits, progress)
        final = into / CANONICAL
        part.replace(final)
    audio = open_audio(final)
    progress(1.0)
    return Decoded(_recording(path, answer, audio), audio, tuple(answer["sound"]["warnings"]))


def open_audio(path: Path) -> Audio:
    """Return the sound of a file that `decode` wrote, memory-mapped; raises `Rejected` for any other."""
    with _opened(path) as file:
        head = os.pread(file, HEADER.size, 0)
        shape = read_header(head, os.fstat(file).st_size)
    if shape is None:
        raise refusal("damaged")
    samples = np.memmap(path, np.dtype("<i2"), "r", HEADER.size, (shape.frames, shape.channels))
    return Audio(path, samples)


def _recording(path: Path, answer: dict[str, Any], audio: Audio) -> Recording:
    """Return what was handed in, from the answer of the child."""
    source = answer["sound"]["source"]
    return Recording(
        name=path.name,
        duration_s=audio.samples.shape[0] / SAMPLE_RATE,
        sample_rate_hz=source["sample_rate_hz"],
        channels=source["channels"],
        sha256=answer["sha256"],
        container=source["container"],
        codec=source["codec"],
    )


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Give the descriptor of a regular, readable, non-empty file; raises `Rejected` otherwise.

    O_NONBLOCK keeps a FIFO without a writer from blocking for ever.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unopened(path, error) from error
    try:
        _check_regular(path, os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _unopened(path: Path, error: OSError) -> Rejected:
    """Return why a path cannot be opened, in words for a user."""
    if isinstance(error, PermissionError):
        return refusal("unreadable", path=path)
    if error.errno in (errno.ENXIO, errno.ENODEV):
        return refusal("not_a_file", path=path, what="a socket or a device")
    return refusal("missing", path=path)


def _check_regular(path: Path, status: os.stat_result) -> None:
    """Raise `Rejected` unless the status is that of a regular file with something in it."""
    if stat.S_ISDIR(status.st_mode):
        raise refusal("not_a_file", path=path, what="a folder")
    if not stat.S_ISREG(status.st_mode):
        raise refusal("not_a_file", path=path, what="a pipe or a device")
    if not status.st_size:
        raise refusal("empty")


@contextmanager
def _unfinished(into: Path) -> Iterator[tuple[int, Path]]:
    """Give a new file in `into`, removed again unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=".canonical-", suffix=".part", dir=into)
    try:
        yield descriptor, Path(name)
    finally:
        os.close(descriptor)
        Path(name).unlink(missing_ok=True)


def _run_child(source: int, target: int, limits: DecodeSettings, progress: Progress) -> dict[str, Any]:
    """Return the answer of a decoding process over two open files; it never outlives this call."""
    job = limits.model_dump() | {"source": source, "target": target}
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            [sys.executable, "-m", "transcription.decoding.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=ROOT,
            env=_environment(),
            pass_fds=(source, target),
            start_new_session=True,
        )
        try:
            answer = _converse(child, job, limits.timeout_s, progress)
            return answer if answer is not None else _explain(child.wait(), complaints, limits)
        except _Late as error:
            raise refusal("timeout", most=span(limits.timeout_s)) from error
        finally:
            _end(child)


def _environment() -> dict[str, str]:
    """Return the environment of the child: ours, with one thread a library and few heaps.

    Each thread reserves address space (glibc heaps, OpenBLAS buffers), which many cores would
    multiply past the child's memory limit.
    """
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return inherited(**single, PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")


def _converse(
    child: subprocess.Popen[bytes], job: dict[str, Any], timeout_s: float, progress: Progress
) -> dict[str, Any] | None:
    """Return the final answer of the child, None where it ended without one."""
    to_child, from_child = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
    try:
        to_child.write(json.dumps(job).encode() + b"\n")
        to_child.flush()
    except BrokenPipeError:
        return None
    done = 0.0
    for line in _lines(from_child, time.monotonic() + timeout_s):
        if line is None:
            progress(done)
            continue
        answer = json.loads(line)
        if "progress" not in answer:
            return _accepted(answer)
        done = max(done, answer["progress"])
        progress(done)
    return None


class _Late(Exception):
    """The child took too long."""


def _lines(stream: IO[bytes], deadline: float) -> Iterator[bytes | None]:
    """Yield whole lines as they come, None each time nothing came for a while; raises past the deadline."""
    rest = b""
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([stream], [], [], min(POLL_S, left))[0]:
            yield None
            continue
        block = os.read(stream.fileno(), 1 << 16)
        if not block:
            return
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    raise _Late


def _accepted(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with sound in it; raises what the child found otherwise."""
    if "rejected" in answer:
        raise Rejected(**answer["rejected"])
    if "full" in answer:
        raise Outage("The disk is full: the decoded sound could not be written.")
    return answer


def _explain(status: int, complaints: IO[bytes], limits: DecodeSettings) -> dict[str, Any]:
    """Raise the error for a child that ended with `status` and without an answer."""
    if status == -signal.SIGXCPU:
        raise refusal("timeout", most=span(limits.timeout_s))
    if status == -signal.SIGKILL:
        raise Retryable("The decoder was killed from outside, most often because memory ran out.")
    complaints.seek(0)
    error = refusal("decoder_failed")
    error.add_note(complaints.read()[-4000:].decode(errors="replace") or f"exit status {status}")
    raise error


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
