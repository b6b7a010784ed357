from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from core.errors import Rejected, Retryable
from core.settings import Settings, WebSettings
from ingest.receive import Received
from ingest.resumable import Busy, Uploads, WrongOffset
from ingest.store import Store, open_store
from models.call import CallDetails, Consent, ConsentPolicy, Source
from models.tables import Call, Upload
from tests.factories.databases import Place, opened

CONTENT = os.urandom(3_000_000)
DETAILS = CallDetails(
    Source.RESUMABLE,
    name="call.wav",
    rep_email="jo@example.com",
    started_at=datetime(2024, 5, 6, tzinfo=UTC),
    crm={"account": "1"},
    consent=Consent.GIVEN,
)


async def pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@dataclass
class Desk:
    place: Place
    store: Store
    uploads: Uploads
    folder: Path

    async def begin(self, length: int = len(CONTENT), details: CallDetails = DETAILS) -> Upload:
        return await self.uploads.create(self.place.organisation.id, uuid4(), length, details)

    async def again(self, upload: Upload) -> Upload | None:
        return await self.uploads.find(self.place.organisation.id, upload.id)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    async def kept(self) -> list[str]:
        return [key async for key in self.store.keys_older_than(-60)]

    async def calls(self) -> list[Call]:
        async with self.place.database.system_read() as session:
            return list((await session.execute(select(Call))).scalars())


@asynccontextmanager
async def desk(settings: Settings, policy: ConsentPolicy = ConsentPolicy.NOT_CHECKED) -> AsyncIterator[Desk]:
    async with opened(settings, policy) as place:
        await place.add_user("jo@example.com")
        store = open_store(settings)
        yield Desk(place, store, Uploads(place.database, store, settings), settings.data / "uploads")


def test_an_upload_in_pieces_gives_the_call(any_service: Settings) -> None:
    async def body() -> None:
        async with desk(any_service) as d:
            upload = await d.begin()
            assert await d.uploads.offset(upload) == 0
            assert await d.uploads.append(upload, 0, pieces(CONTENT[:1_000_000])) == 1_000_000
            assert await d.uploads.append(upload, 1_000_000, pieces(CONTENT[1_000_000:])) == len(CONTENT)
            assert await d.uploads.offset(upload) == len(CONTENT)
            received = await d.uploads.complete(upload)
            assert received.created
            (call,) = await d.calls()
            assert (call.id, call.started_at, call.crm) == (received.call_id, DETAILS.started_at, DETAILS.crm)
            assert call.rep_id is not None
            (key,) = await d.kept()
            assert b"".join([block async for block in d.store.read(key)]) == CONTENT
            assert d.files() == []
            done = await d.again(upload)
            assert done is not None
            assert done.call_id == call.id

    asyncio.run(body())


def test_a_finished_upload_stays_finished(service: Settings) -> None:
    async def body() -> None:
        async with desk(service) as d:
            upload = await d.begin()
            await d.uploads.append(upload, 0, pieces(CONTENT))
            received = await d.uploads.complete(upload)
            assert await d.uploads.complete(upload) == Received(received.call_id, created=False, lanes=())
            done = await d.again(upload)
            assert done is not None
            assert await d.uploads.offset(done) == len(CONTENT)
            assert await d.uploads.append(done, len(CONTENT), pieces(b"")) == len(CONTENT)
            with pytest.raises(WrongOffset):
                await d.uploads.append(done, 0, pieces(CONTENT))
            assert d.files() == []
            assert len(await d.calls()) == 1

    asyncio.run(body())


class TestCut:
    def test_what_arrived_before_the_connection_broke_is_kept(self, service: Settings) -> None:
        async def cut() -> AsyncIterator[bytes]:
            async for piece in pieces(CONTENT[:1_500_001]):
                yield piece
            raise ConnectionResetError

        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                with pytest.raises(ConnectionResetError):
                    await d.uploads.append(upload, 0, cut())
                assert await d.uploads.offset(upload) == 1_500_001
                await d.uploads.append(upload, 1_500_001, pieces(CONTENT[1_500_001:]))
                assert (await d.uploads.complete(upload)).created

        asyncio.run(body())

    @pytest.mark.parametrize("delay", [0.0, 0.002, 0.005, 0.01, 0.02, 0.03])
    def test_cancelled_whenever_the_file_holds_a_beginning(self, service: Settings, delay: float) -> None:
        async def slow() -> AsyncIterator[bytes]:
            async for piece in pieces(CONTENT):
                yield piece
                await asyncio.sleep(0)

        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                task = asyncio.create_task(d.uploads.append(upload, 0, slow()))
                await asyncio.sleep(delay)
                task.cancel()
                await asyncio.wait({task})
                offset = await d.uploads.offset(upload)
                there = (d.folder / str(upload.id)).read_bytes() if offset else b""
                assert there == CONTENT[:offset]
                assert await d.uploads.append(upload, offset, pieces(CONTENT[offset:])) == len(CONTENT)

        asyncio.run(body())

    def test_a_client_that_falls_silent_gives_the_upload_free(self, service: Settings) -> None:
        async def silent() -> AsyncIterator[bytes]:
            yield CONTENT[:10]
            await asyncio.Event().wait()

        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                with pytest.raises(Retryable, match=r"Nothing arrived for 0\.1 s"):
                    await d.uploads.append(upload, 0, silent(), idle_s=0.1)
                assert await d.uploads.append(upload, 10, pieces(CONTENT[10:])) == len(CONTENT)

        asyncio.run(body())


class TestRefused:
    @pytest.mark.parametrize("offset", [1, len(CONTENT)])
    def test_an_offset_that_is_not_the_end(self, service: Settings, offset: int) -> None:
        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                with pytest.raises(WrongOffset) as caught:
                    await d.uploads.append(upload, offset, pieces(CONTENT))
                assert caught.value.offset == 0
                assert await d.uploads.offset(upload) == 0

        asyncio.run(body())

    def test_two_requests_at_once(self, service: Settings) -> None:
        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                go, begun = asyncio.Event(), asyncio.Event()

                async def held() -> AsyncIterator[bytes]:
                    begun.set()
                    await go.wait()
                    yield CONTENT

                first = asyncio.create_task(d.uploads.append(upload, 0, held()))
                await begun.wait()
                for refused in (
                    d.uploads.append(upload, 0, pieces(CONTENT)),
                    d.uploads.complete(upload),
                    d.uploads.cancel(upload),
                ):
                    with pytest.raises(Busy):
                        await refused
                go.set()
                assert await first == len(CONTENT)
                assert (await d.uploads.complete(upload)).created

        asyncio.run(body())

    def test_more_than_was_announced(self, service: Settings) -> None:
        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin(length=100)
                with pytest.raises(Rejected, match="More bytes") as caught:
                    await d.uploads.append(upload, 0, pieces(CONTENT[:150], size=60))
                assert caught.value.code == "upload_too_long"
                assert await d.uploads.offset(upload) == 60

        asyncio.run(body())

    def test_more_than_is_accepted(self, service: Settings) -> None:
        settings = service.model_copy(update={"web": WebSettings(max_upload_bytes=1000)})

        async def body() -> None:
            async with desk(settings) as d:
                with pytest.raises(Rejected) as caught:
                    await d.begin(length=1001)
                assert caught.value.code == "too_large"

        asyncio.run(body())

    def test_completing_what_is_not_all_there(self, service: Settings) -> None:
        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                await d.uploads.append(upload, 0, pieces(CONTENT[:100]))
                with pytest.raises(WrongOffset) as caught:
                    await d.uploads.complete(upload)
                assert caught.value.offset == 100

        asyncio.run(body())

    @pytest.mark.parametrize(
        ("length", "details", "code"),
        [
            (0, DETAILS, "empty"),
            (5, replace(DETAILS, consent=Consent.REFUSED), "no_consent"),
            (5, replace(DETAILS, rep_email="nobody@example.com"), "unknown_rep"),
        ],
    )
    def test_of_a_recording_that_is_refused_nothing_is_left(
        self, service: Settings, length: int, details: CallDetails, code: str
    ) -> None:
        async def body() -> None:
            async with desk(service, ConsentPolicy.REQUIRED) as d:
                upload = await d.begin(length, details)
                await d.uploads.append(upload, 0, pieces(CONTENT[:length]))
                with pytest.raises(Rejected) as caught:
                    await d.uploads.complete(upload)
                assert caught.value.code == code
                assert await d.calls() == []
                assert d.files() == await d.kept() == []
                assert await d.again(upload) is None

        asyncio.run(body())


def test_a_request_of_a_process_that_is_killed_holds_nothing(service: Settings) -> None:
    async def body() -> None:
        async with desk(service) as d:
            upload = await d.begin()
            await d.uploads.append(upload, 0, pieces(CONTENT[:100]))
            holder = await asyncio.create_subprocess_exec(
                sys.executable, "-c", HOLD, str(d.folder / str(upload.id)), stdout=subprocess.PIPE
            )
            assert holder.stdout is not None
            assert await holder.stdout.readline() == b"held\n"
            with pytest.raises(Busy):
                await d.uploads.append(upload, 100, pieces(CONTENT[100:]))
            holder.kill()
            await holder.wait()
            assert await d.uploads.append(upload, 100, pieces(CONTENT[100:])) == len(CONTENT)

    asyncio.run(body())


HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


class TestOver:
    def test_cancelled(self, service: Settings) -> None:
        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                await d.uploads.append(upload, 0, pieces(CONTENT[:100]))
                await d.uploads.cancel(upload)
                assert await d.again(upload) is None
                assert d.files() == []

        asyncio.run(body())

    def test_expired(self, any_service: Settings) -> None:
        async def body() -> None:
            async with desk(any_service) as d:
                old, fresh, done = await d.begin(), await d.begin(), await d.begin(5)
                await d.uploads.append(old, 0, pieces(CONTENT[:100]))
                await d.uploads.append(fresh, 0, pieces(CONTENT[:100]))
                await d.uploads.append(done, 0, pieces(CONTENT[:5]))
                await d.uploads.complete(done)
                await age(d, old.id, done.id)
                assert await d.again(old) is None
                assert await d.uploads.expire() == 2
                assert d.files() == [str(fresh.id)]
                assert await d.uploads.expire() == 0
                assert len(await d.calls()) == 1
                with pytest.raises(Rejected, match="has expired"):
                    await d.uploads.complete(old)

        asyncio.run(body())

    def test_one_that_is_being_sent_to_is_left_to_the_next_time(self, service: Settings) -> None:
        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                go, begun = asyncio.Event(), asyncio.Event()

                async def held() -> AsyncIterator[bytes]:
                    begun.set()
                    await go.wait()
                    yield CONTENT

                task = asyncio.create_task(d.uploads.append(upload, 0, held()))
                await begun.wait()
                await age(d, upload.id)
                assert await d.uploads.expire() == 0
                go.set()
                await task
                assert await d.uploads.expire() == 1

        asyncio.run(body())

    def test_files_that_no_row_names(self, service: Settings) -> None:
        async def body() -> None:
            async with desk(service) as d:
                upload = await d.begin()
                await d.uploads.append(upload, 0, pieces(CONTENT[:100]))
                stray, young = d.folder / str(uuid4()), d.folder / str(uuid4())
                for path in (stray, young, d.folder / "note.txt"):
                    path.write_bytes(b"x")
                for path in (stray, d.folder / str(upload.id), d.folder / "note.txt"):
                    os.utime(path, (1, 1))
                await d.uploads.expire()
                assert d.files() == sorted([str(upload.id), young.name, "note.txt"])

        asyncio.run(body())


async def age(d: Desk, *ids: UUID) -> None:
    async with d.place.database.system() as session:
        for upload in (await session.execute(select(Upload).where(col(Upload.id).in_(ids)))).scalars():
            upload.expires_at = datetime.now(UTC) - timedelta(seconds=1)
