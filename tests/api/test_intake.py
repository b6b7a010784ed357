"""Recordings handed in to a real server, each way there is."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx2
import pytest
from typing_extensions import override

from models.call import CallState, ConsentPolicy
from models.db import Database
from tests.api.conftest import LIMIT, Served


def sound(seed: int, size: int = 200_000) -> bytes:
    return hashlib.shake_128(str(seed).encode()).digest(size)


def pieces(content: bytes, size: int = 65536) -> Iterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


def test_a_recording_is_the_body_and_what_is_known_the_query(served: Served) -> None:
    rep = served.world.people["rep"]
    content = sound(1)
    said = {
        "filename": "Acme, third call.wav",
        "rep_id": str(rep.id),
        "customer": "Acme",
        "started_at": "2026-01-05T09:30:00+01:00",
        "direction": "outbound",
        "crm.deal": "D-17",
        "external_id": "pbx-1",
        "urgent": "true",
    }
    answer = served.client.post("/v1/calls", params=said, content=pieces(content))
    assert answer.status_code == 202, answer.text
    shape = answer.json()
    assert answer.headers["location"] == f"/v1/calls/{shape['id']}"
    assert shape["title"] == "Acme, third call"
    assert shape["started_at"] == "2026-01-05T08:30:00Z"
    assert (shape["crm"], shape["priority"], shape["team_id"]) == ({"deal": "D-17"}, 0, str(rep.team_id))
    assert shape["state"] == CallState.QUEUED
    _, recording = served.rows(shape["id"])
    assert recording.sha256 == hashlib.sha256(content).hexdigest()
    assert served.client.get(answer.headers["location"]).json()["external_id"] == "pbx-1"


def test_the_same_bytes_give_the_call_that_is_there(served: Served) -> None:
    first = served.client.post("/v1/calls", content=sound(2))
    files = served.files()
    again = served.client.post("/v1/calls", content=pieces(sound(2)))
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]
    assert served.files() == files
    forced = served.client.post("/v1/calls", params={"force": "1"}, content=sound(2))
    assert forced.status_code == 202
    assert forced.json()["id"] != first.json()["id"]


def test_a_browser_sends_a_form(served: Served) -> None:
    content = sound(3)
    fields = {"customer": "北辰科技", "crm.deal": "D-1", "title": ""}
    files = {"file": ("回访.m4a", content, "audio/mp4")}
    answer = served.client.post("/v1/calls", data=fields, files=files)
    assert answer.status_code == 202, answer.text
    shape = answer.json()
    assert (shape["title"], shape["customer"], shape["crm"]) == ("回访", "北辰科技", {"deal": "D-1"})
    assert served.rows(shape["id"])[1].sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'--x\r\ncontent-disposition: form-data; name="title"\r\n\r\nA\r\n--x--\r\n', "no_file"),
        (b'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc', "malformed_form"),
        (b"no form at all", "malformed_form"),
        (
            (
                b'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n'
                b'--x\r\ncontent-disposition: form-data; name="title"\r\n\r\nA\r\n--x--\r\n'
            ),
            "field_after_file",
        ),
        (b'--x\r\ncontent-disposition: form-data; name="t"\r\n\r\n' + b"a" * 70_000, "form_too_large"),
    ],
)
def test_a_form_that_cannot_be_read_leaves_nothing(served: Served, content: bytes, code: str) -> None:
    files = served.files()
    kind = {"content-type": "multipart/form-data; boundary=x"}
    answer = served.client.post("/v1/calls", content=content, headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert served.files() == files


def test_too_much_is_refused_by_its_length_or_once_it_is(served: Served) -> None:
    files = served.files()
    announced = served.client.post("/v1/calls", content=b"x" * (LIMIT + 300_000))
    streamed = served.client.post("/v1/calls", content=pieces(b"x" * (LIMIT + 1)))
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["content-type"] == "application/problem+json"
    assert served.files() == files


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"started_at": "2026-01-05T09:30:00"}, "started_at"),
        ({"costumer": "Acme"}, "costumer"),
        ({"rep_channel": "8"}, "rep_channel"),
        ({"title": "a\0b"}, "title"),
    ],
)
def test_what_is_wrong_is_listed_by_the_field(served: Served, said: dict[str, str], field: str) -> None:
    answer = served.client.post("/v1/calls", params=said, content=sound(4))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["fields"]] == [field]


def test_nothing_at_all_is_no_recording(served: Served) -> None:
    assert served.client.post("/v1/calls", content=b"").json()["code"] == "empty"


def test_an_upload_cut_off_leaves_nothing(served: Served) -> None:
    import socket

    files = served.files()
    host, port = served.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as wire:
        key = served.client.headers["authorization"]
        head = f"POST /v1/calls HTTP/1.1\r\nhost: x\r\nauthorization: {key}\r\ncontent-length: 100000\r\n\r\n"
        wire.sendall(head.encode() + b"x" * 50_000)
    assert served.client.get("/v1/me").status_code == 200
    assert served.files() == files


def test_a_rep_hands_in_for_nobody_else(served: Served) -> None:
    rep, mates = served.signed("rep"), served.signed("mate")
    own = rep.post("/v1/calls", content=sound(5)).json()
    assert own["rep_id"] == str(served.world.people["rep"].id)
    himself = {"rep_email": "REP@acme.example", "force": "true"}
    assert rep.post("/v1/calls", params=himself, content=sound(5)).json()["rep_id"] == own["rep_id"]
    mates_own = {"rep_email": "mate@acme.example"}
    assert rep.post("/v1/calls", params=mates_own, content=sound(6)).json()["code"] == "no_such_rep"
    mate = {"rep_id": str(served.world.people["mate"].id)}
    assert rep.post("/v1/calls", params=mate, content=sound(6)).json()["code"] == "no_such_rep"
    team = {"team_id": str(served.world.teams["support"].id)}
    assert rep.post("/v1/calls", params=team, content=sound(6)).json()["code"] == "no_such_team"
    again = mates.post("/v1/calls", content=sound(5))
    assert (again.status_code, again.json()["code"]) == (422, "recording_known")


def test_without_consent_where_it_is_demanded_nothing_is_kept(served: Served) -> None:
    world, files = served.world, served.files()

    async def demand(policy: ConsentPolicy) -> None:
        database = Database(world.settings)
        async with database.system() as session:
            found = await session.get_one(type(world.organisations["acme"]), world.organisations["acme"].id)
            found.consent_policy = policy
        await database.close()

    asyncio.run(demand(ConsentPolicy.REQUIRED))
    try:
        answer = served.client.post("/v1/calls", content=sound(7))
        assert (answer.status_code, answer.json()["code"]) == (422, "no_consent")
        assert served.files() == files
        given = served.client.post("/v1/calls", params={"consent": "given"}, content=sound(7))
        assert given.status_code == 202
    finally:
        asyncio.run(demand(ConsentPolicy.NOT_CHECKED))


def test_a_key_makes_a_request_once(served: Served) -> None:
    headers = {"idempotency-key": "a-1"}
    first = served.client.post("/v1/calls", content=sound(8), headers=headers)
    again = served.client.post("/v1/calls", content=pieces(sound(8)), headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = served.client.post("/v1/calls", content=sound(9), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    renamed = served.client.post("/v1/calls", params={"title": "B"}, content=sound(8), headers=headers)
    assert renamed.json()["code"] == "idempotency_key_reused"


def test_a_failed_request_frees_its_key(served: Served) -> None:
    headers = {"idempotency-key": "a-2"}
    wrong = served.client.post("/v1/calls", params={"direction": "x"}, content=sound(10), headers=headers)
    assert wrong.status_code == 422
    assert served.client.post("/v1/calls", content=sound(10), headers=headers).status_code == 202


def test_a_key_in_use_says_so(served: Served) -> None:
    headers = {"idempotency-key": "a-3"}
    going, finish = threading.Event(), threading.Event()

    def slowly() -> Iterator[bytes]:
        yield sound(11, 70_000)
        going.set()
        finish.wait(10)
        yield b"end"

    answers: list[httpx2.Response] = []
    thread = threading.Thread(
        target=lambda: answers.append(served.client.post("/v1/calls", content=slowly(), headers=headers))
    )
    thread.start()
    going.wait(10)
    try:
        busy = httpx2.post(
            f"{served.address}/v1/calls",
            content=sound(11),
            headers={**headers, "authorization": served.client.headers["authorization"]},
        )
    finally:
        finish.set()
        thread.join(10)
    assert (busy.status_code, busy.json()["code"]) == (409, "under_way")
    assert answers[0].status_code == 202


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/call.wav", "http://169.254.169.254/latest", "http://[::1]/"]
)
def test_an_address_inside_the_network_is_not_fetched(served: Served, url: str) -> None:
    answer = served.client.post("/v1/calls", json={"url": url})
    assert answer.status_code == 422
    assert answer.json()["remedy"]


def test_json_is_checked_like_the_rest(served: Served) -> None:
    assert served.client.post("/v1/calls", json={"customer": "x"}).json()["fields"][0]["field"] == "url"
    kind = {"content-type": "application/json"}
    assert served.client.post("/v1/calls", content=b"{", headers=kind).json()["code"] == "malformed_json"
    many = b"[" * 100_000
    assert served.client.post("/v1/calls", content=many, headers=kind).status_code == 422
    long = served.client.post("/v1/calls", content=b" " * 300_000, headers=kind)
    assert long.status_code == 413


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Give the address of a server with a recording."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = sound(12)
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.send_header("content-disposition", 'attachment; filename="from afar.wav"')
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/call"
    server.shutdown()
    server.server_close()


def test_a_recording_is_fetched(served: Served, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.routes import intake
    from ingest.fetch import Rules

    port = int(elsewhere.rpartition(":")[2].partition("/")[0])
    monkeypatch.setattr(
        intake,
        "Rules",
        lambda limit: Rules(limit=limit, ports=frozenset({port}), public=lambda _address: True),
    )
    headers = {"idempotency-key": "a-4"}
    answer = served.client.post("/v1/calls", json={"url": elsewhere, "customer": "Far"}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["title"], answer.json()["source"]) == ("from afar", "url")
    again = served.client.post("/v1/calls", json={"url": elsewhere, "customer": "Far"}, headers=headers)
    assert again.json()["id"] == answer.json()["id"]
