"""Sound by the range from a real server, as players ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from ingest.store import derived_key, open_store
from models.db import Database
from models.tables import Call, Recording
from tests.api.conftest import Served

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
PEAKS = b'{"version":2,"data":[0,1]}'


@pytest.fixture(scope="module")
def call_id(served: Served) -> UUID:
    """Return a call that is rendered."""
    found = served.world.call("rep")
    asyncio.run(_render(served, found))
    return found


async def _render(served: Served, call_id: UUID) -> None:
    store, database = open_store(served.world.settings), Database(served.world.settings)
    keys = derived_key(call_id, "1/playback.m4a"), derived_key(call_id, "1/peaks.json")
    for key, content in zip(keys, (CONTENT, PEAKS), strict=True):
        await store.write(key, _once(content), None)
    try:
        async with database.system() as session:
            call = await session.get_one(Call, call_id)
            recording = await session.get_one(Recording, call.recording_id)
            recording.playback_key, recording.peaks_key = keys
            recording.playback_bytes = SIZE
    finally:
        await database.close()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def test_the_whole_can_be_sought_in_and_kept(served: Served, call_id: UUID) -> None:
    answer = served.client.get(f"/v1/calls/{call_id}/audio")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["content-type"] == "audio/mp4"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["cache-control"].startswith("private")
    same = {"if-none-match": answer.headers["etag"]}
    assert served.client.get(f"/v1/calls/{call_id}/audio", headers=same).status_code == 304


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-100", 100, 101),
        ("bytes=10000-", 10000, SIZE),
        ("bytes=-40", SIZE - 40, SIZE),
        ("bytes=-999999999", 0, SIZE),
        (f"bytes=5-{SIZE * 2}", 5, SIZE),
    ],
)
def test_a_part_is_sent(served: Served, call_id: UUID, asked: str, start: int, end: int) -> None:
    answer = served.client.get(f"/v1/calls/{call_id}/audio", headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, CONTENT[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(served: Served, call_id: UUID, asked: str) -> None:
    answer = served.client.get(f"/v1/calls/{call_id}/audio", headers={"range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=a-b", "bytes=-", "pages=1-2", "bytes=0-1,5-6"])
def test_what_is_no_range_gives_the_whole(served: Served, call_id: UUID, asked: str) -> None:
    answer = served.client.get(f"/v1/calls/{call_id}/audio", headers={"range": asked})
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


def test_a_part_of_another_version_gives_the_whole(served: Served, call_id: UUID) -> None:
    where = f"/v1/calls/{call_id}/audio"
    tag = served.client.get(where).headers["etag"]
    part = {"range": "bytes=0-9"}
    assert served.client.get(where, headers={**part, "if-range": tag}).status_code == 206
    assert served.client.get(where, headers={**part, "if-range": '"old"'}).status_code == 200


def test_the_outline_is_json_as_it_was_made(served: Served, call_id: UUID) -> None:
    answer = served.client.get(f"/v1/calls/{call_id}/peaks")
    assert (answer.status_code, answer.content) == (200, PEAKS)
    assert answer.headers["content-type"] == "application/json"


def test_before_it_is_rendered_it_says_so(served: Served) -> None:
    answer = served.client.get(f"/v1/calls/{served.world.call('rep')}/audio")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_rendered")
