"""Clips over the API: made, read, heard by those who may, gone with their call."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from core.progress import ignore
from ingest.store import derived_key, open_store
from models.access import Scope
from models.recording import SAMPLE_RATE, Audio
from models.tables import Call, Recording
from tests.api.conftest import Running, Signed, both
from tests.factories.reviews import sample_call
from tests.factories.worlds import World
from transcription.decoding.render import playback

PACKET_S = 1024 / SAMPLE_RATE


@pytest.fixture
def call_id(world: World) -> str:
    """Return the call that pyannote's wheel ships, reviewed: Diane, the rep, and Sheila."""
    return str(world.reviewed("rep", sample_call()))


def clip(client: TestClient, call_id: str, **said: Any) -> dict[str, Any]:
    asked = {"start": 6.0, "end": 14.5, "title": "The opening", **said}
    answer = client.post(f"/v1/calls/{call_id}/clips", json=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def render(here: Running, call_id: str, sample: Path, folder: Path) -> bytes:
    """Make a call playable, as the pipeline does; return the file."""
    with av.open(str(sample)) as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    samples = np.concatenate(frames).reshape(-1, 1).astype(np.int16)
    path = playback(Audio(folder / "call.wav", samples), folder / "playback.m4a", ignore)
    key = derived_key(here.world.people["rep"].id, "1-playback.m4a")

    async def keep() -> None:
        await open_store(here.world.settings).put_file(key, path)
        async with here.world.writing() as session:
            call = await session.get_one(Call, UUID(call_id))
            recording = await session.get_one(Recording, call.recording_id)
            recording.playback_key, recording.playback_bytes = key, path.stat().st_size

    here.world.run(keep())
    return path.read_bytes()


@both
def test_a_clip_is_made_listed_renamed_and_removed(signed: Signed, call_id: str) -> None:
    made = clip(signed("rep"), call_id, note="How she asks.")
    assert (made["start"], made["end"], made["call_id"]) == (6.0, 14.5, call_id)
    assert (made["made_by"]["name"], made["title"], made["note"]) == ("Rep", "The opening", "How she asks.")
    other = clip(signed("coach"), call_id, start=20, end=30.4)
    assert (other["end"], other["note"]) == (30.0, "")
    page = signed("manager").get(f"/v1/calls/{call_id}/clips", params={"limit": 1}).json()
    asked = {"limit": 1, "cursor": page["next"]}
    rest = signed("manager").get(f"/v1/calls/{call_id}/clips", params=asked).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == [made["id"], other["id"]]
    path = f"/v1/clips/{made['id']}"
    assert signed("coach").patch(path, json={"title": "Mine"}).json()["code"] == "not_yours"
    changed = signed("rep").patch(path, json={"title": "How to begin", "note": None}).json()
    assert (changed["title"], changed["note"], changed["end"]) == ("How to begin", "", 14.5)
    assert signed("coach").delete(path).status_code == 403
    assert signed("admin").delete(path).status_code == 204
    assert signed("rep").get(path).status_code == 404


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"start": 5, "end": 5.3}, "wrong_length"),
        ({"start": 5, "end": 31}, "outside"),
        ({"start": 5, "end": 5}, "invalid"),
        ({"start": 30.0, "end": 30.4}, "outside"),
        ({"title": ""}, "invalid"),
        ({"end": None}, "invalid"),
    ],
)
def test_seconds_that_make_no_clip_are_refused(
    signed: Signed, call_id: str, said: dict[str, Any], code: str
) -> None:
    asked = {"start": 6.0, "end": 14.5, "title": "The opening", **said}
    answer = signed("rep").post(f"/v1/calls/{call_id}/clips", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_clip_is_ten_minutes_at_most(signed: Signed, world: World) -> None:
    long = str(world.call("rep", duration_s=3600.0))
    asked = {"start": 1, "end": 601.5, "title": "All of it"}
    answer = signed("rep").post(f"/v1/calls/{long}/clips", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_length")
    assert clip(signed("rep"), long, start=1, end=601)["end"] == 601.0


@both
def test_a_clip_tells_what_is_said_in_it_and_by_whom(signed: Signed, world: World, call_id: str) -> None:
    names = {"speakers": {"S1": {"name": "Diane"}}}
    assert signed("coach").patch(f"/v1/calls/{call_id}/speakers", json=names).status_code == 202
    made = clip(signed("rep"), call_id)
    said = signed("coach").get(f"/v1/clips/{made['id']}").json()["said"]
    lines = [
        line.text for line in sample_call().transcript.utterances if 6.0 <= line.start <= line.end <= 14.5
    ]
    assert len(lines) > 2
    assert [one["text"] for one in said][: len(lines)] == lines
    assert {(one["role"], one["name"]) for one in said} == {("rep", "Diane"), ("customer", None)}


@both
def test_who_hears_a_clip_is_who_sees_its_call_or_everybody_where_it_is_shared(
    signed: Signed, world: World, call_id: str
) -> None:
    names = {"speakers": {"S1": {"name": "Diane"}}}
    signed("coach").patch(f"/v1/calls/{call_id}/speakers", json=names)
    path = f"/v1/clips/{(made := clip(signed('rep'), call_id))['id']}"

    def heard() -> set[str]:
        names = ("rep", "mate", "outsider", "coach", "manager", "admin", "foreigner")
        answers = {name: signed(name).get(path).status_code for name in names}
        sounds = {name: signed(name).get(f"{path}/audio").status_code for name in names}
        assert {name for name in names if sounds[name] == 409} == {n for n in names if answers[n] == 200}
        assert set(answers.values()) | set(sounds.values()) <= {200, 404, 409}
        return {name for name in names if answers[name] == 200}

    assert heard() == {"rep", "coach", "manager", "admin"}
    own = signed("rep").post("/v1/playlists", json={"name": "Openings"}).json()
    signed("rep").put(f"/v1/playlists/{own['id']}/clips", json={"clips": [made["id"]]})
    assert heard() == {"rep", "coach", "manager", "admin"}
    signed("rep").patch(f"/v1/playlists/{own['id']}", json={"shared": True})
    assert heard() == {"rep", "mate", "outsider", "coach", "manager", "admin"}
    unseen = signed("mate").get(path).json()
    assert (unseen["call_id"], unseen["title"]) == (None, "The opening")
    assert {(one["role"], one["name"]) for one in unseen["said"]} == {("rep", None), ("customer", None)}
    assert signed("mate").patch(path, json={"title": "Mine"}).status_code == 403
    signed("rep").patch(f"/v1/playlists/{own['id']}", json={"shared": False})
    assert heard() == {"rep", "coach", "manager", "admin"}


def test_a_clip_is_heard_as_the_seconds_of_the_call(
    here: Running, sample: Path, tmp_path: Path, call_id: str
) -> None:
    rep = here.signed("rep")
    path = f"/v1/clips/{clip(rep, call_id, start=6.8, end=15.3)['id']}/audio"
    assert (rep.get(path).status_code, rep.get(path).json()["code"]) == (409, "not_rendered")
    whole = sound(render(here, call_id, sample, tmp_path))
    answer = rep.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mp4")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-disposition"].endswith('.m4a"')
    heard = sound(answer.content)
    assert len(heard) / SAMPLE_RATE == pytest.approx(8.5, abs=PACKET_S)
    first = round(6.8 * SAMPLE_RATE)
    assert np.allclose(heard, whole[first : first + len(heard)], rtol=0, atol=1e-3)
    assert np.abs(heard[:1024]).max() > 0.01  # it plays from its first packet
    _sought(rep, path, answer)


def _sought(client: TestClient, path: str, whole: Response) -> None:
    """Ask for parts of a file as players do."""
    size, tag = len(whole.content), whole.headers["etag"]
    for start, end in ((0, 2), (10, 5000), (size - 1000, size)):
        part = client.get(path, headers={"range": f"bytes={start}-{end - 1}", "if-range": tag})
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    assert client.get(path, headers={"range": f"bytes={size}-"}).status_code == 416
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def sound(content: bytes) -> Any:
    with av.open(io.BytesIO(content)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


@both
def test_an_erased_call_takes_its_clips_along(
    here: Running, sample: Path, tmp_path: Path, call_id: str
) -> None:
    rep, store = here.signed("rep"), here.world.settings.data / "store"
    made = clip(rep, call_id)
    shared = rep.post("/v1/playlists", json={"name": "Openings", "shared": True}).json()
    rep.put(f"/v1/playlists/{shared['id']}/clips", json={"clips": [made["id"]]})
    render(here, call_id, sample, tmp_path)
    assert rep.get(f"/v1/clips/{made['id']}/audio").status_code == 200
    assert len([path for path in store.rglob("*") if path.is_file()]) == 1  # a clip has no file
    assert here.signed("manager").delete(f"/v1/calls/{call_id}").status_code == 204
    for path in (f"/v1/clips/{made['id']}", f"/v1/clips/{made['id']}/audio"):
        assert rep.get(path).status_code == 404
    left = rep.get(f"/v1/playlists/{shared['id']}").json()
    assert (left["clips"], left["items"], left["seconds"]) == (0, [], 0)
    assert [path for path in store.rglob("*") if path.is_file()] == []


def test_a_program_makes_clips(program: Signed, world: World, call_id: str) -> None:
    client = program(world.client(Scope.COACHING_WRITE, Scope.CALLS_READ))
    made = clip(client, call_id)
    assert made["made_by"] is None
    assert client.get(f"/v1/clips/{made['id']}").json()["said"]
    assert client.delete(f"/v1/clips/{made['id']}").status_code == 204
