"""Recordings in a bucket of an S3 server.

An upload that is broken off is taken back on the server too. Only a process that is killed in the middle
leaves parts there, which no listing shows: give the bucket a rule that removes incomplete uploads.
"""

from __future__ import annotations

import asyncio
import atexit
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store as Bucket

from core.clock import now
from core.errors import NotReady, Outage
from core.settings import StoreSettings
from ingest.completion import in_thread, to_completion
from ingest.disk import DiskStore
from ingest.stream import Meter, Written, blocks, of_file

PART_BYTES = 8 * 1024 * 1024
"""Bytes of one part of an upload; S3 takes 10,000 parts, so up to 80 GB."""
PARTS_AT_ONCE = 2
READ_BYTES = 4 * 1024 * 1024
"""Bytes asked for at a time: each is a request of its own, so a slow reader breaks none."""
REQUEST_S, CONNECT_S = 300, 10
"""How long one request may take, and a connection."""
TRIES, TRYING_S = 4, 60
"""How often a request is tried again, and for how long."""
LET_GO_S = 0.1
"""How long a process that leaves waits for obstore's threads: one that still lets go of a block when Python
ends aborts the process (https://github.com/PyO3/pyo3/pull/4874), whose work would count as failed."""


class S3Store:
    """A store in a bucket; a key is the name of an object below the prefix."""

    def __init__(self, settings: StoreSettings) -> None:
        """Prepare; nothing connects before the first use."""
        _wait_at_exit()
        address = urlsplit(settings.url)
        self._name = address.netloc
        self._bucket = Bucket(
            address.netloc,
            prefix=address.path.strip("/") or None,
            region=settings.region,
            endpoint=settings.endpoint or None,
            access_key_id=settings.access_key_id.get_secret_value() or None,
            secret_access_key=settings.secret_access_key.get_secret_value() or None,
            client_options={
                "allow_http": settings.endpoint.startswith("http://"),
                "timeout": timedelta(seconds=REQUEST_S),
                "connect_timeout": timedelta(seconds=CONNECT_S),
            },
            retry_config={"max_retries": TRIES, "retry_timeout": timedelta(seconds=TRYING_S)},
        )

    async def write(self, key: str, chunks: AsyncIterator[bytes], limit: int | None) -> Written:
        """Keep what arrives under a key; see `ingest.store.Store.write`."""
        meter, feed = Meter(limit), _Feed()
        sending, sent = asyncio.create_task(self._send(key, feed)), False
        try:
            async for block in blocks(chunks):
                await in_thread(meter.add, block)
                if sending.done():
                    break
                await feed.put(block)
            await feed.put(None)
            await asyncio.shield(sending)
            sent = True
        finally:
            if not sent:
                feed.break_off()
                await to_completion(self._taken_back(key, sending))
        return meter.written()

    async def put_file(self, key: str, path: Path) -> Written:
        """Keep a copy of a file under a key."""
        return await self.write(key, of_file(path), None)

    async def local(self, key: str, folder: Path) -> Path:
        """Return the object as a file in `folder`, fetched unless it is there already."""
        name = PurePosixPath(key).name
        target = folder / name
        if not target.is_file():
            await DiskStore(folder).write(name, self.read(key), None)
        return target

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `end`."""
        size = await self.size(key)
        end = size if end is None else min(end, size)
        for at in range(start, end, READ_BYTES):
            with self._reached():
                block = await obstore.get_range_async(
                    self._bucket, key, start=at, end=min(at + READ_BYTES, end)
                )
            yield bytes(block)

    async def size(self, key: str) -> int:
        """Return the number of bytes."""
        with self._reached():
            return (await obstore.head_async(self._bucket, key))["size"]

    async def delete(self, key: str) -> None:
        """Remove a key; one that is not there is no error."""
        with self._reached():
            await obstore.delete_async(self._bucket, key)

    async def keys_older_than(self, seconds: float) -> AsyncIterator[str]:
        """Yield keys last written before so long ago."""
        before = now() - timedelta(seconds=seconds)
        with self._reached():
            async for found in obstore.list(self._bucket):
                for item in found:
                    if item["last_modified"] < before:
                        yield item["path"]

    async def _send(self, key: str, feed: _Feed) -> None:
        """Send what the feed gives; the object appears once all of it is there."""
        try:
            await obstore.put_async(
                self._bucket, key, feed, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
            )
        except FileNotFoundError as error:
            raise self._unready(f"There is no bucket {self._name}.") from error
        except BaseError as error:
            raise self._failure(error) from error
        finally:
            feed.close()

    async def _taken_back(self, key: str, sending: asyncio.Task[None]) -> None:
        """Wait until sending has stopped; remove the object where it had come through all the same."""
        await asyncio.wait({sending})
        if sending.exception() is None:
            await self.delete(key)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Turn what the server or the way to it does into our errors; a missing key stays as it is."""
        try:
            yield
        except BaseError as error:
            raise self._failure(error) from error

    def _failure(self, error: BaseError) -> NotReady | Outage:
        if isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
            return self._unready(f"The recording store refuses access to the bucket {self._name}.")
        return Outage("The recording store does not answer as it should.")

    def _unready(self, reason: str) -> NotReady:
        return NotReady(
            reason, "export DEBRIEF_STORE__URL=... DEBRIEF_STORE__ACCESS_KEY_ID=... and its secret"
        )


class _BrokenOff(Exception):
    """Tells the client to take the upload back."""


class _Feed:
    """Blocks handed from the task that receives to the client that sends, one at a time."""

    def __init__(self) -> None:
        self._blocks: asyncio.Queue[bytes | _BrokenOff | None] = asyncio.Queue(1)
        self._closed = False

    def __aiter__(self) -> _Feed:
        return self

    async def __anext__(self) -> bytes:
        block = await self._blocks.get()
        if block is None:
            raise StopAsyncIteration
        if isinstance(block, _BrokenOff):
            raise block
        return block

    async def put(self, block: bytes | None) -> None:
        """Hand a block over, None at the end; once the client has stopped this does nothing."""
        if not self._closed:
            await self._blocks.put(block)

    def break_off(self) -> None:
        """Have the client stop at its next block."""
        self._empty()
        self._blocks.put_nowait(_BrokenOff())

    def close(self) -> None:
        """Let nobody wait for a client that has stopped."""
        self._closed = True
        self._empty()

    def _empty(self) -> None:
        while not self._blocks.empty():
            self._blocks.get_nowait()


@cache
def _wait_at_exit() -> None:
    atexit.register(time.sleep, LET_GO_S)
