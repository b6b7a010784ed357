"""What happens to calls, told by a real server as it happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select
from sqlmodel import col

from api import watch
from models.call import CallState, RunState
from models.event import Kind
from models.queries import following
from models.queries.events import record
from models.tables import Call, StageRun
from tests.api.conftest import Served


class Stream:
    """An event stream that is open."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self, kind: str = "") -> dict[str, Any]:
        """Return the next event, of a kind where one is given, with its id."""
        found: dict[str, Any] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if not line and found.get("event", "").startswith(kind or "call"):
                return {"id": found.get("id"), "event": found["event"], **json.loads(found["data"])}
            found = {} if not line else {**found, name: value}
        raise EOFError


@pytest.fixture
def rep(served: Served) -> httpx2.Client:
    return served.signed("rep")


def opened(client: httpx2.Client, path: str, **headers: str) -> Iterator[Stream]:
    with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


def touch(served: Served, call_id: UUID, kind: Kind = Kind.CHANGED, organisation: str = "acme") -> None:
    async def change() -> None:
        async with served.world.writing(organisation) as session:
            record(session, await session.get_one(Call, call_id), kind)

    served.world.run(change())


def test_only_calls_within_reach_are_told_of(served: Served, rep: httpx2.Client) -> None:
    own, mates = served.world.call("rep"), served.world.call("mate")
    theirs = served.world.call("foreigner", "other")
    for stream in opened(rep, "/v1/events", **{"last-event-id": "0"}):
        for call_id, organisation in ((mates, "acme"), (theirs, "other"), (own, "acme")):
            touch(served, call_id, organisation=organisation)
        these = {str(one) for one in (own, mates, theirs)}
        told = stream.next(Kind.CHANGED)
        while told["call_id"] not in these:  # what other tests did before
            told = stream.next(Kind.CHANGED)
        assert told["call_id"] == str(own)
        assert int(told["id"]) > 0


def test_after_a_cut_it_goes_on_where_it_was(served: Served, rep: httpx2.Client) -> None:
    call_id = served.world.call("rep")
    path = f"/v1/calls/{call_id}/events"
    touch(served, call_id)
    touch(served, call_id, Kind.CORRECTED)
    first = next(stream.next() for stream in opened(rep, path, **{"last-event-id": "0"}))
    assert first["event"] == Kind.CHANGED
    for stream in opened(rep, path, **{"last-event-id": first["id"]}):
        assert stream.next()["event"] == Kind.CORRECTED
    for stream in opened(rep, f"{path}?since={first['id']}"):
        assert stream.next()["event"] == Kind.CORRECTED


def test_without_a_place_it_begins_now(served: Served, rep: httpx2.Client) -> None:
    call_id = served.world.call("rep")
    touch(served, call_id)
    for stream in opened(rep, f"/v1/calls/{call_id}/events"):
        assert next(iter(stream.response.iter_bytes())) == b"retry: 2000\n\n"
        break


def test_progress_is_told_as_it_goes(served: Served, rep: httpx2.Client) -> None:
    call_id = served.world.call("rep", state=CallState.PROCESSING, progress=0.1, duration_s=60.0)

    async def go(progress: float) -> None:
        async with served.world.writing() as session:
            (await session.get_one(Call, call_id)).progress = progress
            run = (await session.execute(select(StageRun).where(col(StageRun.call_id) == call_id))).scalars()
            next(run).state = RunState.RUNNING

    for stream in opened(rep, f"/v1/calls/{call_id}/events"):
        told = stream.next("call.progress")
        assert (told["progress"], told["id"]) == (0.1, None)
        served.world.run(go(0.5))
        told = stream.next("call.progress")
        assert told["progress"] == 0.5
        assert told["expected_at"] is not None


def test_a_stream_far_behind_is_told_everything_once(
    served: Served, rep: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "KEPT", 2)
    monkeypatch.setattr(following, "MOST", 3)
    call_id = served.world.call("rep")
    for stream in opened(rep, f"/v1/calls/{call_id}/events", **{"last-event-id": "0"}):
        for _ in range(8):
            touch(served, call_id)
        told = [int(stream.next(Kind.CHANGED)["id"]) for _ in range(8)]
        touch(served, call_id, Kind.CORRECTED)
        assert stream.next()["event"] == Kind.CORRECTED
        assert told == sorted(set(told))


def test_a_call_out_of_reach_has_no_stream(served: Served, rep: httpx2.Client) -> None:
    assert rep.get(f"/v1/calls/{served.world.call('mate')}/events").status_code == 404


def test_cancelling_is_told(served: Served, rep: httpx2.Client) -> None:
    call_id = served.world.call("rep")
    for stream in opened(rep, f"/v1/calls/{call_id}/events"):
        assert rep.post(f"/v1/calls/{call_id}/cancel").json()["state"] == "cancelled"
        assert stream.next()["event"] == Kind.CANCELLED
