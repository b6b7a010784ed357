"""From a recording to the record: a real call handed in, proposed, put right, approved and counted."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.environment import inherited
from core.settings import LEVELS, PREFIX

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-P", "-m", "scripts.debrief")
PASSWORD = "a long enough password"  # noqa: S105 - of people who are not
WITHIN_S = 60.0
"""How soon after an approval a record must have changed."""
CARD = {
    "key": "first",
    "name": "First call",
    "coverage": 0.5,
    "sections": [
        {
            "title": "All",
            "items": [
                {
                    "kind": "metric",
                    "key": "talk",
                    "label": "Lets the customer talk",
                    "weight": 3,
                    "metric": "talk_share",
                    "side": "rep",
                    "target": {"low": 0.2, "high": 0.6, "fade": 0.3},
                },
                {
                    "kind": "human",
                    "key": "next",
                    "label": "A next step is agreed",
                    "weight": 2,
                    "options": [
                        {"key": "yes", "label": "Agreed", "share": 1},
                        {"key": "no", "label": "Not agreed", "share": 0},
                    ],
                },
            ],
        }
    ],
}


@contextmanager
def served(data: Path) -> Iterator[Callable[[str], httpx2.Client]]:
    """Give a function that signs somebody in to a service of our own."""
    environment = inherited(
        PYTHONPATH=str(ROOT),
        **{f"{PREFIX}DATA": str(data), f"{PREFIX}WORKER{LEVELS}HEARTBEAT_S": "1"},
    )
    with (data / "serve.log").open("a") as log:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            cwd=ROOT,
        )
    clients = list[httpx2.Client]()
    try:
        assert server.stdout is not None
        ready = server.stdout.readline()
        assert ready.startswith("ready "), (data / "serve.log").read_text()
        asked = [*COMMAND, "user", "add", "--email", "admin@acme.example", "--role", "admin"]
        subprocess.run(
            [*asked, "--password-stdin"], input=PASSWORD, text=True, check=True, env=environment, cwd=ROOT
        )

        def signed(name: str) -> httpx2.Client:
            address = ready.split()[1]
            client = httpx2.Client(base_url=address, headers={"origin": address}, timeout=60.0)
            clients.append(client)
            said(client.post("/v1/session", json={"email": f"{name}@acme.example", "password": PASSWORD}))
            return client

        yield signed
    finally:
        for client in clients:
            client.close()
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        if server.stdout is not None:
            server.stdout.close()


def said(answer: httpx2.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def until(found: Callable[[], Any], seconds: float) -> Any:
    """Return what is found, as soon as there is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.25)
    raise TimeoutError


def add(admin: httpx2.Client, name: str, role: str, team: str) -> str:
    person = {"email": f"{name}@acme.example", "name": name.title(), "role": role, "team_id": team}
    found: str = said(admin.post("/v1/users", json={**person, "password": PASSWORD}))["id"]
    return found


@pytest.mark.usefixtures("weights")
def test_a_real_call_comes_into_the_record_of_its_rep(tmp_path: Path, sample: Path) -> None:
    with served(tmp_path) as signed:
        admin = signed("admin")
        team = said(admin.post("/v1/teams", json={"name": "East"}))["id"]
        rep_id = add(admin, "rep", "rep", team)
        add(admin, "coach", "coach", team)
        version = said(admin.post("/v1/scorecards", json=CARD))["id"]
        said(admin.post(f"/v1/scorecards/versions/{version}/moves", json={"move": "activate"}))
        rep, coach = signed("rep"), signed("coach")

        # the rep hands a call in, and a score is proposed
        facts = {"title": "First call", "call_type": "discovery", "started_at": "2026-03-02T09:00:00Z"}
        answer = rep.post("/v1/calls", params={"filename": "a.wav", **facts}, content=sample.read_bytes())
        call = said(answer)["id"]

        def reviewed() -> bool:
            state = said(rep.get(f"/v1/calls/{call}"))["state"]
            assert state not in {"failed", "rejected"}
            return bool(state == "reviewed")

        until(reviewed, 300)
        (waiting,) = said(coach.get("/v1/reviews"))["items"]
        assert (waiting["call_id"], waiting["state"]) == (call, "proposed")
        assert waiting["why"]
        score = f"/v1/assessments/{waiting['id']}"

        # the coach puts right who is rep and who is customer; the score follows
        sides = {"S1": {"role": "customer"}, "S2": {"role": "rep"}}
        said(coach.patch(f"/v1/calls/{call}/speakers", json={"speakers": sides}))
        until(reviewed, 300)
        roles = {one["label"]: one["role"] for one in said(rep.get(f"/v1/calls/{call}/speakers"))}
        assert roles == {"S1": "customer", "S2": "rep"}
        proposed = said(coach.get(score))
        share = next(
            one["value"]
            for one in said(coach.get(f"/v1/calls/{call}/metrics"))
            if (one["name"], one["side"]) == ("talk_share", "rep")
        )
        talk = next(item for item in proposed["items"] if item["item"]["key"] == "talk")
        assert talk["machine"]["value"] == share

        # the coach answers what only a person can, and approves
        said(coach.post(f"{score}/moves", json={"move": "take"}))
        said(coach.post(f"{score}/answers", json={"answers": [{"item": "next", "option": "yes"}]}))
        approved = said(coach.post(f"{score}/moves", json={"move": "approve"}))
        assert approved["state"] == "approved"
        parts = approved["score"]["parts"]
        assert sum(part["points"] for part in parts) / 1000 == approved["points"]

        # the record and the team's view have it
        asked: dict[str, str | int] = {"period": "month", "until": "2026-03-31", "periods": 1}

        def counted() -> Any:
            (month,) = said(rep.get(f"/v1/users/{rep_id}/record", params=asked))["periods"]
            return month if month["calls"] else None

        month = until(counted, WITHIN_S)
        figures = month["figures"]
        assert figures["score"]["mean"] == approved["points"]
        assert figures["talk_share.rep"]["mean"] == share
        span = {"period": "month", "start": "2026-03-01"}
        team_view = said(coach.get(f"/v1/teams/{team}/record", params=span))
        assert [one["calls"] for one in team_view["members"] if one["user_id"] == rep_id] == [1]
        (behind,) = said(coach.get(f"/v1/users/{rep_id}/record-calls", params=span))["items"]
        assert behind["id"] == call

        # the rep says that they have seen it, and the trail tells all of it
        assert said(rep.post(f"{score}/own-moves", json={"move": "acknowledge"}))["acknowledged_at"]
        told = {entry["action"] for entry in said(rep.get(f"/v1/calls/{call}/trail"))["items"]}
        assert {"seen", "score.proposed", "score.answered", "score.moved", "call.corrected"} <= told
        assert said(admin.get("/v1/trail-verification"))["whole"] is True
