"""Bytes on their way in: gathered into blocks, counted and hashed, never all in memory."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import Rejected, Retryable
from ingest.completion import in_thread

BLOCK = 1024 * 1024
"""Bytes read, hashed and written at a time."""
_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_STEP = 1000


@dataclass(frozen=True, slots=True)
class Written:
    """How many bytes were kept, and the SHA-256 of them in hexadecimal."""

    bytes: int
    sha256: str


class Meter:
    """Counts and hashes what passes."""

    def __init__(self, limit: int | None) -> None:
        """Start at nothing; `limit` is the most bytes that may pass, None any number."""
        self._limit = limit
        self._hash = hashlib.sha256()
        self._bytes = 0

    def add(self, block: bytes) -> None:
        """Count and hash a block; raises `Rejected` where it goes over the limit."""
        self._bytes += len(block)
        if self._limit is not None and self._bytes > self._limit:
            raise too_large(self._limit)
        self._hash.update(block)

    def written(self) -> Written:
        """Return what has passed."""
        return Written(self._bytes, self._hash.hexdigest())


def too_large(limit: int) -> Rejected:
    """Return why a recording over the limit is refused."""
    return Rejected(
        "too_large",
        f"The recording is larger than {readable(limit)}, the most that is accepted.",
        "Export it in a compressed format such as MP3 or M4A, or raise DEBRIEF_WEB__MAX_UPLOAD_BYTES.",
    )


def readable(size: int) -> str:
    """Return a number of bytes as people say it: `512 bytes`, `4.3 GB`."""
    value, unit = float(size), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{value:.3g} {_UNITS[unit]}" if unit else f"{size} {_UNITS[0]}"


def write_all(file: int, block: bytes) -> None:
    """Write all of a block to a descriptor; the system may take less at a time."""
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(file, rest) :]


async def blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same bytes in pieces of at least `BLOCK`, the last one shorter; none is empty."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= BLOCK:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


async def of_file(path: Path) -> AsyncIterator[bytes]:
    """Yield the bytes of a regular file.

    Raises `Rejected` for anything else, `Retryable` at the end where the file was changed meanwhile:
    then somebody still writes it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise Rejected("not_a_file", f"{path} is not a file.", "Name the recording itself.")
        while block := await in_thread(os.read, descriptor, BLOCK):
            yield block
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Retryable(f"{path.name} was changed while it was read.")
