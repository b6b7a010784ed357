"""One contract, held by the store on disk and by that in a bucket of a real S3 server."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from core.errors import NotReady, Outage, Rejected
from core.settings import Settings, StoreSettings
from ingest.store import DiskStore, Store, derived_key, open_store, recording_key
from ingest.stream import BLOCK

MB = 1_000_000
KEY = "recordings/one"


async def pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def broken(content: bytes) -> AsyncIterator[bytes]:
    yield content
    raise ConnectionResetError


async def stuck(started: asyncio.Event, content: bytes) -> AsyncIterator[bytes]:
    yield content
    started.set()
    await asyncio.Event().wait()


async def read(store: Store, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([block async for block in store.read(key, start, end)])


async def keys(store: Store, older_than: float = -60.0) -> list[str]:
    return sorted([key async for key in store.keys_older_than(older_than)])


def s3_settings(server: str, url: str = "s3://calls/of/ours") -> StoreSettings:
    return StoreSettings(
        url=url, endpoint=server, access_key_id=SecretStr("id"), secret_access_key=SecretStr("secret")
    )


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return open_store(Settings(data=tmp_path / "data"))
    request.getfixturevalue("bucket")
    return open_store(Settings(data=tmp_path, store=s3_settings(request.getfixturevalue("s3_server"))))


class TestContract:
    @pytest.mark.parametrize("size", [0, 1, BLOCK, 3 * BLOCK + 17, 20 * MB])
    def test_what_is_written_is_read(self, store: Store, size: int) -> None:
        content = os.urandom(size)

        async def body() -> None:
            written = await store.write(KEY, pieces(content), None)
            assert (written.bytes, written.sha256) == (size, hashlib.sha256(content).hexdigest())
            assert await store.size(KEY) == size
            assert await read(store, KEY) == content
            assert await keys(store) == [KEY]

        asyncio.run(body())

    def test_ranges(self, store: Store) -> None:
        content = os.urandom(5 * MB)

        async def body() -> None:
            await store.write(KEY, pieces(content), None)
            for start, end in ((0, 1), (10, 20), (4_194_300, 4_194_310), (4 * MB, None), (7, 10 * MB)):
                assert await read(store, KEY, start, end) == content[start:end]
            assert await read(store, KEY, 3, 3) == b""
            assert await read(store, KEY, 6 * MB, 7 * MB) == b""

        asyncio.run(body())

    def test_exactly_the_limit_is_kept_and_one_byte_more_is_not(self, store: Store) -> None:
        async def body() -> None:
            assert (await store.write(KEY, pieces(bytes(9 * MB)), 9 * MB)).bytes == 9 * MB
            with pytest.raises(Rejected, match="larger than 9 MB") as caught:
                await store.write("recordings/two", pieces(bytes(9 * MB + 1)), 9 * MB)
            assert caught.value.code == "too_large"
            assert await keys(store) == [KEY]

        asyncio.run(body())

    def test_a_broken_stream_leaves_nothing(self, store: Store) -> None:
        async def body() -> None:
            with pytest.raises(ConnectionResetError):
                await store.write(KEY, broken(bytes(9 * MB)), None)
            assert await keys(store) == []

        asyncio.run(body())

    def test_a_cancelled_write_leaves_nothing(self, store: Store) -> None:
        async def body() -> None:
            started = asyncio.Event()
            task = asyncio.create_task(store.write(KEY, stuck(started, bytes(17 * MB)), None))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await keys(store) == []

        asyncio.run(body())

    @pytest.mark.parametrize("delay", [0.0, 0.001, 0.004, 0.01, 0.02, 0.04, 0.08])
    def test_cancelled_whenever_it_is_there_whole_or_not_at_all(self, store: Store, delay: float) -> None:
        async def body() -> None:
            task = asyncio.create_task(store.write(KEY, pieces(bytes(6 * MB)), None))
            await asyncio.sleep(delay)
            task.cancel()
            await asyncio.wait({task})
            assert await keys(store) == ([] if task.cancelled() else [KEY])

        asyncio.run(body())

    def test_a_key_is_replaced_at_once(self, store: Store, tmp_path: Path) -> None:
        key = derived_key(uuid4(), "playback.m4a")
        (tmp_path / "new").write_bytes(b"new" * MB)

        async def body() -> None:
            await store.write(key, pieces(b"old"), None)
            assert (await store.put_file(key, tmp_path / "new")).bytes == 3 * MB
            assert await read(store, key) == b"new" * MB
            with pytest.raises(ConnectionResetError):
                await store.write(key, broken(b"worse"), None)
            assert await read(store, key) == b"new" * MB

        asyncio.run(body())

    def test_a_local_file_is_whole(self, store: Store, tmp_path: Path) -> None:
        content, folder = os.urandom(9 * MB), tmp_path / "job"

        async def body() -> None:
            await store.write(KEY, pieces(content), None)
            path = await store.local(KEY, folder)
            assert path.read_bytes() == content
            assert await store.local(KEY, folder) == path
            with pytest.raises(FileNotFoundError):
                await store.local("recordings/none", folder)
            assert [file for file in folder.glob("*") if file.name != "one"] == []

        asyncio.run(body())

    def test_what_is_not_there(self, store: Store) -> None:
        async def body() -> None:
            with pytest.raises(FileNotFoundError):
                await store.size("recordings/none")
            with pytest.raises(FileNotFoundError):
                await read(store, "recordings/none")
            await store.delete("recordings/none")
            assert await keys(store) == []

        asyncio.run(body())

    def test_deleted_keys_are_gone_and_others_stay(self, store: Store) -> None:
        async def body() -> None:
            for key in ("recordings/one", "derived/a/x", "derived/a/y", "derived/b/x"):
                await store.write(key, pieces(b"content"), None)
            await store.delete("derived/a/x")
            await store.delete("derived/b/x")
            assert await keys(store) == ["derived/a/y", "recordings/one"]

        asyncio.run(body())

    def test_only_old_keys_are_listed_for_sweeping(self, store: Store) -> None:
        async def body() -> None:
            await store.write(KEY, pieces(b"content"), None)
            assert await keys(store, older_than=3600) == []

        asyncio.run(body())

    def test_many_at_once(self, store: Store) -> None:
        contents = {f"recordings/{number}": os.urandom(MB + number) for number in range(12)}

        async def body() -> None:
            await asyncio.gather(*(store.write(key, pieces(c), None) for key, c in contents.items()))
            for key, content in contents.items():
                assert await read(store, key) == content

        asyncio.run(body())


@pytest.mark.parametrize("kind", ["disk", "s3"])
def test_memory_does_not_grow_with_the_recording(
    kind: str, tmp_path: Path, bucket: Any, s3_server: str
) -> None:
    """In a process of its own: 160 MB written, 50 MB of memory at most."""
    environment = {"DEBRIEF_DATA": str(tmp_path)}
    if kind == "s3":
        environment |= {
            "DEBRIEF_STORE__URL": "s3://calls",
            "DEBRIEF_STORE__ENDPOINT": s3_server,
            "DEBRIEF_STORE__ACCESS_KEY_ID": "id",
            "DEBRIEF_STORE__SECRET_ACCESS_KEY": "secret",
        }
    run = python(GROWTH, environment=environment)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 50_000, "KB"


def python(
    program: str, *arguments: str, environment: dict[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
        cwd=Path(__file__).parents[2],
        **options,
    )


GROWTH = """
import asyncio, resource
from core.settings import Settings
from ingest.store import open_store

async def chunks(count):
    for _ in range(count):
        yield bytes(65_536)

async def main():
    store = open_store(Settings())
    await store.write("recordings/small", chunks(20), None)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await store.write("recordings/large", chunks(2500), None)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

asyncio.run(main())
"""


class TestDisk:
    def test_parts_nobody_finished_are_swept(self, tmp_path: Path) -> None:
        store = DiskStore(tmp_path)

        async def body() -> None:
            await store.write(KEY, pieces(b"content"), None)
            (tmp_path / "recordings/dead.0a.part").write_bytes(b"half")
            os.utime(tmp_path / "recordings/dead.0a.part", (1, 1))
            assert await keys(store, 3600) == ["recordings/dead.0a.part"]
            await store.delete("recordings/dead.0a.part")
            assert await keys(store) == [KEY]

        asyncio.run(body())

    def test_a_part_is_seen_under_no_key(self, tmp_path: Path) -> None:
        store = DiskStore(tmp_path)

        async def body() -> None:
            started = asyncio.Event()
            task = asyncio.create_task(store.write(KEY, stuck(started, bytes(2 * MB)), None))
            await started.wait()
            assert [path.name.startswith("one.") for path in (tmp_path / "recordings").iterdir()] == [True]
            with pytest.raises(FileNotFoundError):
                await store.size(KEY)
            task.cancel()
            await asyncio.wait({task})

        asyncio.run(body())

    def test_file_and_folder_reach_the_disk_in_the_right_order(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order: list[str] = []
        fsync, replace = os.fsync, os.replace

        def noted_fsync(descriptor: int) -> None:
            order.append("folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "file")
            fsync(descriptor)

        def noted_replace(source: Any, target: Any, **kwargs: Any) -> None:
            order.append("rename")
            replace(source, target, **kwargs)

        (tmp_path / "recordings").mkdir()
        monkeypatch.setattr(os, "fsync", noted_fsync)
        monkeypatch.setattr(os, "replace", noted_replace)
        asyncio.run(DiskStore(tmp_path).write(KEY, pieces(b"content"), None))
        assert order == ["file", "rename", "folder"]

    @pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a//b", "a/../b", "", ".hidden", "a/b\0"])
    def test_a_key_leads_nowhere_else(self, tmp_path: Path, key: str) -> None:
        with pytest.raises(ValueError, match="is no key"):
            asyncio.run(DiskStore(tmp_path).size(key))

    def test_files_are_for_the_service_alone(self, tmp_path: Path) -> None:
        asyncio.run(DiskStore(tmp_path / "new").write(KEY, pieces(b"content"), None))
        assert (tmp_path / "new" / KEY).stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "new/recordings").stat().st_mode & 0o777 == 0o700

    def test_a_full_disk_says_so_and_leaves_nothing(self, tmp_path: Path) -> None:
        """In a process that may write no file over 5 MB: a disk that takes no more, made without one."""
        run = python(
            FULL,
            str(tmp_path),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5 * MB, 5 * MB)),
        )
        assert run.stdout.strip() == f"The disk that holds {tmp_path} is full. Free some space.", run.stderr
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


FULL = """
import asyncio, sys
from pathlib import Path
from core.errors import Outage
from ingest.store import DiskStore

async def chunks():
    for _ in range(20):
        yield bytes(1_000_000)

try:
    asyncio.run(DiskStore(Path(sys.argv[1])).write("recordings/one", chunks(), None))
except Outage as error:
    print(error)
"""


class TestS3:
    @pytest.mark.parametrize("stream", ["limit", "broken", "cancelled"])
    def test_an_upload_broken_off_is_taken_back_on_the_server(
        self, bucket: Any, s3_server: str, tmp_path: Path, stream: str
    ) -> None:
        store = open_store(Settings(data=tmp_path, store=s3_settings(s3_server)))

        async def body() -> None:
            started = asyncio.Event()
            chunks = broken(bytes(20 * MB)) if stream == "broken" else stuck(started, bytes(20 * MB))
            task = asyncio.create_task(store.write(KEY, chunks, MB if stream == "limit" else None))
            if stream == "cancelled":
                await started.wait()
                task.cancel()
            await asyncio.wait({task})

        asyncio.run(body())
        assert bucket.list_multipart_uploads(Bucket="calls").get("Uploads", []) == []

    def test_the_prefix_is_kept(self, bucket: Any, s3_server: str, tmp_path: Path) -> None:
        store = open_store(Settings(data=tmp_path, store=s3_settings(s3_server)))
        asyncio.run(store.write(KEY, pieces(b"content"), None))
        found = bucket.list_objects_v2(Bucket="calls")["Contents"]
        assert [item["Key"] for item in found] == [f"of/ours/{KEY}"]

    def test_a_bucket_that_is_not_there(self, s3_server: str, tmp_path: Path) -> None:
        store = open_store(Settings(data=tmp_path, store=s3_settings(s3_server, "s3://absent")))
        with pytest.raises(NotReady, match="no bucket absent"):
            asyncio.run(store.write(KEY, pieces(b"content"), None))

    def test_a_server_that_is_away(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ingest.s3.TRIES", 0)
        store = open_store(Settings(data=tmp_path, store=s3_settings("http://127.0.0.1:9")))
        with pytest.raises(Outage, match="does not answer"):
            asyncio.run(store.write(KEY, pieces(bytes(30 * MB)), None))
        with pytest.raises(Outage, match="does not answer"):
            asyncio.run(store.size(KEY))


def test_a_store_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="use s3://"):
        open_store(Settings(data=tmp_path, store=StoreSettings(url="ftp://server/folder")))


def test_keys_of_recordings_differ() -> None:
    assert recording_key() != recording_key()
