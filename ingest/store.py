"""Where recordings and what is made of them are kept: one interface, on disk or in a bucket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from uuid import UUID

from core.ids import new_id
from core.settings import Settings
from ingest.disk import DiskStore
from ingest.s3 import S3Store
from ingest.stream import Written

__all__ = [
    "DiskStore",
    "S3Store",
    "Store",
    "Written",
    "derived_for",
    "derived_key",
    "open_store",
    "recording_key",
]


class Store(Protocol):
    """Bytes under opaque keys.

    Every method raises `Outage` (a `Retryable`) where the disk is full or the server does not answer,
    `NotReady` where a bucket is not there or refuses; those that read, `FileNotFoundError` for a key
    that is not there.
    """

    async def write(self, key: str, chunks: AsyncIterator[bytes], limit: int | None) -> Written:
        """Keep what arrives under a key and return its size and hash; memory stays constant.

        Once this returns the bytes survive a power cut. Over `limit` bytes it raises `Rejected`. When it
        raises, is cancelled, or `chunks` raises, nothing is left. A key that is there is replaced at once.
        """
        ...

    async def put_file(self, key: str, path: Path) -> Written:
        """Keep a copy of a file under a key, as `write` does."""
        ...

    async def local(self, key: str, folder: Path) -> Path:
        """Return a file with the bytes of a key, to be read only; fetched into `folder` whole or not."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to but without `end`, None to the last, in blocks of some MB."""
        ...

    async def size(self, key: str) -> int:
        """Return the number of bytes under a key."""
        ...

    async def delete(self, key: str) -> None:
        """Remove a key; one that is not there is no error."""
        ...

    def keys_older_than(self, seconds: float) -> AsyncIterator[str]:
        """Yield keys last written before so long ago, files that nobody finished writing too.

        For the sweeper: what no row names may be deleted.
        """
        ...


def open_store(settings: Settings) -> Store:
    """Return the store that is set: a bucket, else a folder in the data folder.

    Raises `ValueError` for an address of another kind.
    """
    url = settings.store.url
    if not url:
        return DiskStore(settings.data / "store")
    if not url.startswith("s3://"):
        raise ValueError(f"'{url}' is no store: use s3://bucket/prefix, or nothing for the data folder.")
    return S3Store(settings.store)


def recording_key() -> str:
    """Return a fresh key for a recording."""
    return f"recordings/{new_id()}"


def derived_key(call_id: UUID, name: str) -> str:
    """Return the key of something made for a call, for example `playback.m4a`."""
    return f"derived/{call_id}/{name}"


def derived_for(key: str) -> UUID | None:
    """Return the call that a derived file was made for, None for any other key."""
    steps = key.split("/")
    try:
        return UUID(steps[1]) if len(steps) == 3 and steps[0] == "derived" else None  # noqa: PLR2004 - its form
    except ValueError:
        return None
