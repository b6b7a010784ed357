"""Resumable uploads, as tus 1.0 has them: the file says how much is there, a row the rest.

What arrived before a connection broke is kept. A lock on the file lets one request at a time at an upload,
from whichever process; it goes with the process. The files lie in the data folder, so the web processes
of one service share that folder, or a proxy sends all requests of an upload to the same machine.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pydantic import TypeAdapter

from core.clock import now
from core.errors import DebriefError, Rejected, Retryable
from core.settings import Settings
from ingest.completion import in_thread
from ingest.disk import made, room, synced
from ingest.receive import Received, receive
from ingest.store import Store
from ingest.stream import BLOCK, of_file, too_large, write_all
from models.call import CallDetails
from models.db import Database, Session
from models.queries import uploads
from models.tables import Upload

IDLE_S = 60.0
"""Seconds without a byte after which a request gives the upload free, keeping what it brought."""
STRAY_S = 3600.0
"""Age from which a file that no row names is removed."""
_DETAILS = TypeAdapter(CallDetails)


@dataclass(eq=False)
class WrongOffset(DebriefError):
    """The bytes do not begin where the file ends; `offset` is where it does (HTTP 409)."""

    offset: int


class Busy(Retryable):
    """Another request holds the upload (HTTP 423); the client asks for the offset and tries again."""


class Uploads:
    """The resumable uploads of one data folder."""

    def __init__(self, database: Database, store: Store, settings: Settings) -> None:
        """Keep unfinished files in `uploads` in the data folder."""
        self._database, self._store = database, store
        self._folder = settings.data / "uploads"
        self._limit = settings.web.max_upload_bytes
        self._kept = timedelta(seconds=settings.web.upload_expiry_s)

    async def create(
        self, organisation_id: UUID, owner_id: UUID, length: int, details: CallDetails
    ) -> Upload:
        """Return a new upload of `length` bytes; raises `Rejected` where those are too many.

        `owner_id` is the user or program that may go on with it; the caller checks that.
        """
        if length > self._limit:
            raise too_large(self._limit)
        at = now()
        row = Upload(
            organisation_id=organisation_id,
            owner_id=owner_id,
            length=length,
            details=_DETAILS.dump_python(details, mode="json"),
            created_at=at,
            expires_at=at + self._kept,
        )
        async with self._database.write(organisation_id) as session:
            session.add(row)
        return row

    async def find(self, organisation_id: UUID, upload_id: UUID) -> Upload | None:
        """Return an upload that is not over, finished or not."""
        async with self._database.read(organisation_id) as session:
            row = await uploads.find(session, upload_id)
        return row if row is not None and row.expires_at > now() else None

    async def offset(self, upload: Upload) -> int:
        """Return how many bytes are there; all of them once a call was made."""
        if upload.call_id is not None:
            return upload.length
        with suppress(FileNotFoundError):
            return (await in_thread(self._path(upload.id).stat)).st_size
        return 0

    async def append(
        self, upload: Upload, offset: int, chunks: AsyncIterator[bytes], idle_s: float = IDLE_S
    ) -> int:
        """Add what arrives at an offset; return the new offset, whose bytes survive a power cut.

        Whatever stops it, what arrived is kept. Raises `WrongOffset` where the file does not end at
        `offset`, `Busy` while another request holds the upload, `Rejected` (`upload_too_long`) for bytes
        beyond the length, `Retryable` where nothing arrives for `idle_s` or the disk is full.
        """
        if upload.call_id is not None:
            return _same(offset, upload.length)
        await in_thread(made, self._folder)
        with self._held(upload.id) as file, room(self._folder):
            _same(offset, os.fstat(file).st_size)
            await self._fill(file, chunks, upload.length - offset, idle_s)
            return os.fstat(file).st_size

    async def complete(self, upload: Upload) -> Received:
        """Return the call of an upload that is all there; asked again, the same call.

        Raises `WrongOffset` where bytes are missing, `Busy` as `append` does, and what `receive` raises;
        after `Rejected` nothing is left of the upload.
        """
        with self._held(upload.id) as file:
            row = await self.find(upload.organisation_id, upload.id)
            if row is None:
                raise Rejected("upload_expired", "The upload has expired.", "Begin a new upload.")
            if row.call_id is not None:
                self._unlink(upload.id)
                return Received(row.call_id, created=False, lanes=())
            _same(row.length, os.fstat(file).st_size)
            try:
                received = await self._received(row)
            except Rejected:
                await self._forget(upload.id)
                raise
            self._unlink(upload.id)
            return received

    async def cancel(self, upload: Upload) -> None:
        """Leave nothing of an upload but the call it made, if it did; raises `Busy` as `append` does."""
        with self._held(upload.id):
            await self._forget(upload.id)

    async def expire(self) -> int:
        """Remove uploads whose time is over and files that belong to none; return how many uploads.

        Those that a request holds are left to the next time.
        """
        async with self._database.system_read() as session:
            over = await uploads.expired(session, now())
        gone = 0
        for upload_id in over:
            with suppress(Busy), self._held(upload_id):
                await self._forget(upload_id)
                gone += 1
        await self._sweep()
        return gone

    async def _fill(self, file: int, chunks: AsyncIterator[bytes], space: int, idle_s: float) -> None:
        """Write chunks to the end of a file; what arrived is on the disk even when this is stopped."""
        gathered = bytearray()
        try:
            async for chunk in _prompt(chunks, idle_s):
                if len(chunk) > space:
                    raise _too_long()
                space -= len(chunk)
                gathered += chunk
                if len(gathered) >= BLOCK:
                    block, gathered = bytes(gathered), bytearray()
                    await in_thread(write_all, file, block)
        finally:
            await in_thread(self._settle, file, bytes(gathered))

    def _settle(self, file: int, rest: bytes) -> None:
        """Write the rest and bring file and name to the disk."""
        write_all(file, rest)
        os.fsync(file)
        synced(self._folder)

    async def _received(self, row: Upload) -> Received:
        """Return the call of an upload, noted with the upload in the transaction that makes it."""

        async def note(session: Session, call_id: UUID) -> None:
            found = await uploads.find(session, row.id)
            if found is not None:
                found.call_id = call_id

        return await receive(
            self._database,
            self._store,
            row.organisation_id,
            of_file(self._path(row.id)),
            _DETAILS.validate_python(row.details),
            self._limit,
            also=note,
        )

    async def _forget(self, upload_id: UUID) -> None:
        """Remove the file of an upload, then its row."""
        self._unlink(upload_id)
        async with self._database.system() as session:
            await uploads.remove(session, upload_id)

    async def _sweep(self) -> None:
        """Remove old files that no row names, as a crash between two removals leaves them."""
        old = await in_thread(self._old)
        async with self._database.system_read() as session:
            known = await uploads.known(session, old)
        for upload_id in set(old) - known:
            with suppress(Busy), self._held(upload_id):
                self._unlink(upload_id)

    def _old(self) -> list[UUID]:
        before, found = now().timestamp() - STRAY_S, []
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(ValueError, FileNotFoundError):
                    if entry.stat(follow_symlinks=False).st_mtime < before:
                        found.append(UUID(entry.name))
        return found

    def _path(self, upload_id: UUID) -> Path:
        return self._folder / str(upload_id)

    def _unlink(self, upload_id: UUID) -> None:
        self._path(upload_id).unlink(missing_ok=True)

    @contextmanager
    def _held(self, upload_id: UUID) -> Iterator[int]:
        """Give the descriptor of an upload's file, locked; raises `Busy` where another has it."""
        made(self._folder)
        path = self._path(upload_id)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with _busy():
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not os.path.samestat(os.fstat(file), path.stat()):
                    raise FileNotFoundError(path)  # removed between opening and locking
            yield file
        finally:
            os.close(file)


@contextmanager
def _busy() -> Iterator[None]:
    try:
        yield
    except (BlockingIOError, FileNotFoundError) as error:
        raise Busy("Another request is sending to this upload.") from error


async def _prompt(chunks: AsyncIterator[bytes], idle_s: float) -> AsyncIterator[bytes]:
    """Yield chunks; raises `Retryable` where one is too long in coming."""
    iterator = aiter(chunks)
    while True:
        try:
            async with asyncio.timeout(idle_s):
                chunk = await anext(iterator)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise Retryable(f"Nothing arrived for {idle_s:g} s.") from error
        yield chunk


def _same(offset: int, there: int) -> int:
    """Return an offset that is where the file ends; raises `WrongOffset` otherwise."""
    if offset != there:
        raise WrongOffset(there)
    return offset


def _too_long() -> Rejected:
    return Rejected(
        "upload_too_long",
        "More bytes were sent than the upload was announced with.",
        "Begin a new upload with the length of the file.",
    )
