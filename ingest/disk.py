"""Recordings as files: whole or not there, and on the disk itself before anybody is told."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from core.clock import now
from core.errors import Outage
from ingest.completion import in_thread
from ingest.stream import BLOCK, Meter, Written, blocks, of_file, write_all

PART = ".part"
"""What the name of a file that is still being written ends with."""
LISTED = 500
"""Keys looked up at a time."""
_STEP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DiskStore:
    """A store in a folder; a key is the path of a file below it."""

    def __init__(self, root: Path) -> None:
        """Keep files below `root`, which need not be there yet."""
        self._root = root

    async def write(self, key: str, chunks: AsyncIterator[bytes], limit: int | None) -> Written:
        """Keep what arrives under a key; see `ingest.store.Store.write`."""
        part, meter = _Part(self._path(key)), Meter(limit)
        try:
            with room(self._root):
                await in_thread(part.open)
                async for block in blocks(chunks):
                    await in_thread(part.append, block, meter)
                await in_thread(part.keep)
            part.wanted = True
        finally:
            if not part.wanted:
                await in_thread(part.drop)
        return meter.written()

    async def put_file(self, key: str, path: Path) -> Written:
        """Keep a copy of a file under a key."""
        return await self.write(key, of_file(path), None)

    async def local(self, key: str, folder: Path) -> Path:
        """Return the file itself; nothing may be written to it."""
        del folder
        path = self._path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        return path

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `end`."""
        with await in_thread(_opened, self._path(key), start) as file:
            left = None if end is None else end - start
            while left is None or left > 0:
                block = await in_thread(file.read, BLOCK if left is None else min(BLOCK, left))
                if not block:
                    break
                yield block
                left = None if left is None else left - len(block)

    async def size(self, key: str) -> int:
        """Return the number of bytes."""
        return (await in_thread(self._path(key).stat)).st_size

    async def delete(self, key: str) -> None:
        """Remove a key and the folder that it leaves empty."""
        await in_thread(self._remove, self._path(key))

    async def keys_older_than(self, seconds: float) -> AsyncIterator[str]:
        """Yield keys last written before so long ago; parts that nobody finished too."""
        found = self._walk(now().timestamp() - seconds)
        while keys := await in_thread(lambda: list(islice(found, LISTED))):
            for key in keys:
                yield key

    def _path(self, key: str) -> Path:
        """Return where a key is kept; raises `ValueError` for one that could lead elsewhere."""
        if not all(_STEP.fullmatch(step) for step in key.split("/")):
            raise ValueError(f"{key!r} is no key")
        return self._root / key

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        if path.parent.parent not in {self._root, self._root.parent}:
            with suppress(OSError):  # another key is in it
                path.parent.rmdir()

    def _walk(self, before: float) -> Iterator[str]:
        """Yield the keys of files last written before a time, a folder at a time."""
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        yield path.relative_to(self._root).as_posix()


class _Part:
    """A file being written beside the place where it will be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")
        self._file: BinaryIO | None = None
        self._new = False
        self.wanted = False

    def open(self) -> None:
        """Create the part; a folder that is just being removed as empty is made again."""
        try:
            self._file = self._create()
        except FileNotFoundError:
            self._file = self._create()
        self._new = not self._path.exists()

    def append(self, block: bytes, meter: Meter) -> None:
        """Count a block and write it."""
        meter.add(block)
        write_all(self._writing().fileno(), block)

    def keep(self) -> None:
        """Bring the bytes to the disk, then the file to its place, then the folder to the disk."""
        file = self._writing()
        os.fsync(file.fileno())
        file.close()
        self._part.replace(self._path)
        synced(self._path.parent)

    def drop(self) -> None:
        """Leave nothing: neither the part, nor a file that came to its place for nobody."""
        if self._file is not None:
            placed = self._file.closed and not self._part.exists()
            self._file.close()
            self._part.unlink(missing_ok=True)
            if placed and self._new:
                self._path.unlink(missing_ok=True)

    def _create(self) -> BinaryIO:
        made(self._path.parent)
        return os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", 0)

    def _writing(self) -> BinaryIO:
        if self._file is None:
            raise AssertionError("a part is opened before it is written")
        return self._file


def made(folder: Path) -> None:
    """Make a folder with those above it, so that a power cut does not unmake it."""
    missing = [step for step in (folder, *folder.parents) if not step.is_dir()]
    for step in reversed(missing):
        step.mkdir(mode=0o700, exist_ok=True)
        synced(step.parent)


def synced(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Turn the error of a full disk, or of a used-up quota, into `Outage`, which passes."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Outage(f"The disk that holds {folder} is full. Free some space.") from error


def _opened(path: Path, start: int) -> BinaryIO:
    file = path.open("rb", buffering=0)
    file.seek(start)
    return file
