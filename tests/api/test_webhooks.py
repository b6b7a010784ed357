"""Webhooks over the API: added, tried, looked at, replayed; and what is sent when something is done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.clock import now
from core.settings import WebhookSettings
from models.access import Scope
from models.db import Database
from models.delivery import SCHEDULE
from models.webhook import TYPES
from tests.api.conftest import Running, both
from tests.factories.assessing import assessed
from tests.factories.receivers import Receiver, Reply, receiving
from tests.factories.sites import names
from tests.factories.webhooks import ELSEWHERE
from tests.factories.worlds import World
from worker.figures import Figures
from worker.sender import Sender

INSIDE = {"inside.example": ["10.0.0.7"], "mixed.example": ["93.184.216.34", "127.0.0.1"]}


@pytest.fixture
def receiver(here: Running) -> Iterator[Receiver]:
    """Give a receiver that the application lets be reached by its name."""
    with receiving() as found:
        resolve = names({"hooks.example": ["127.0.0.1"], **INSIDE})
        service = here.app.state.service
        settings = service.settings.model_copy(update={"webhooks": WebhookSettings(timeout_s=3.0)})
        here.app.state.service = replace(service, receivers=found.guard(resolve=resolve), settings=settings)
        yield found


@pytest.fixture
def admin(here: Running) -> TestClient:
    return here.signed("admin")


def added(admin: TestClient, **given: Any) -> dict[str, Any]:
    answer = admin.post("/v1/webhooks", json=given)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def send(world: World, receiver: Receiver) -> None:
    """Send what there is to send, as a worker would."""

    async def act() -> None:
        database = Database(world.settings)
        try:
            sender = Sender(database, WebhookSettings(timeout_s=3.0), Figures(), receiver.guard())
            await sender.look()
            while sender.busy:
                await sender.idle()
                await sender.look()
        finally:
            await database.close()

    asyncio.run(act())


def said(admin: TestClient, webhook_id: str) -> list[str]:
    """Return what the trail tells of an endpoint, the oldest first."""
    found = admin.get("/v1/trail", params={"subject": f"webhook:{webhook_id}"}).json()["items"]
    return [one["details"]["what"] for one in reversed(found)]


@both
def test_whatever_is_done_with_a_call_is_told_signed(
    here: Running, admin: TestClient, receiver: Receiver
) -> None:
    hook = added(admin, url=receiver.url())
    scored = assessed(here.world, "rep")
    moves = f"/v1/assessments/{scored.assessment_id}/moves"
    for move in ("take", "approve"):
        assert here.signed("coach").post(moves, json={"move": move}).status_code == 200
    reason = {"move": "reopen", "comment": "Look again at the end."}
    assert here.signed("coach").post(moves, json=reason).status_code == 200
    assert admin.patch(f"/v1/calls/{scored.call_id}", json={"customer": "Acme"}).status_code == 200
    assert admin.delete(f"/v1/calls/{scored.call_id}").status_code == 204
    send(here.world, receiver)
    told = [got.verified(hook["secret"]) for got in sorted(receiver.got, key=lambda got: got.id)]
    assert [one["type"] for one in told] == [
        *("call.scored", "score.reviewed", "score.reopened", "call.changed", "call.deleted")
    ]
    assert {one["data"]["call_id"] for one in told} == {str(scored.call_id)}
    score = [one["data"] for one in told if "assessment_id" in one["data"]]
    assert [one["state"] for one in score] == ["proposed", "approved", "in_review"]
    assert [one["version"] for one in score] == sorted({one["version"] for one in score})
    assert all("Acme" not in got.body.decode() and "end" not in got.body.decode() for got in receiver.got)
    link = told[1]["data"]["links"]["assessment"]
    assert link == f"/v1/assessments/{scored.assessment_id}"


def test_the_secret_is_shown_when_it_is_made_and_when_asked_for(
    admin: TestClient, receiver: Receiver
) -> None:
    hook = added(admin, url=receiver.url(), description="Our CRM", types=["call.reviewed", "call.reviewed"])
    at = f"/v1/webhooks/{hook['id']}"
    shown = admin.get(at)
    assert hook["secret"] not in shown.text + admin.get("/v1/webhooks").text
    assert shown.json() == {name: value for name, value in hook.items() if name != "secret"}
    assert (hook["types"], hook["active"], hook["waiting"]) == (["call.reviewed"], True, 0)
    assert admin.get(f"{at}/secret").json() == {"secret": hook["secret"], "old_until": []}
    assert admin.get(f"{at}/secret").headers["cache-control"] == "no-store"
    assert said(admin, hook["id"]) == ["added", "secret shown", "secret shown"]


def test_a_secret_is_rotated_and_both_sign_for_a_while(admin: TestClient, receiver: Receiver) -> None:
    hook = added(admin, url=receiver.url())
    at = f"/v1/webhooks/{hook['id']}"
    new = admin.post(f"{at}/rotate", json={}).json()
    (until,) = new["old_until"]
    assert new["secret"] != hook["secret"]
    assert timedelta(hours=23) < _time(until) - now() <= timedelta(days=1)
    assert admin.post(f"{at}/test").json()["state"] == "delivered"
    for secret in (hook["secret"], new["secret"]):
        assert receiver.got[-1].verified(secret)["type"] == "webhook.test"
    newest = admin.post(f"{at}/rotate", json={"keep_old_s": 0}).json()
    assert newest["old_until"] == [until]
    admin.post(f"{at}/test")
    receiver.got[-1].verified(newest["secret"])
    assert len(receiver.got[-1].headers["webhook-signature"].split(" ")) == 2
    assert said(admin, hook["id"]) == ["added", "secret rotated", "secret rotated"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://inside.example/hook", "url_refused"),
        ("https://mixed.example/hook", "url_refused"),
        ("https://nowhere.example/hook", "url_refused"),
        ("https://user:pass@hooks.example/hook", "url_refused"),
        ("https://hooks.example:22/hook", "url_refused"),
        ("ftp://hooks.example/hook", "invalid"),
        ("https://hooks.example/a b", "invalid"),
        ("https://hooks.example/\0", "invalid"),
        ("https://" + "x" * 2000, "invalid"),
        ("hooks.example", "invalid"),
    ],
)
def test_addresses_that_are_not_saved(admin: TestClient, receiver: Receiver, url: str, code: str) -> None:
    hook = added(admin, url=receiver.url())
    for answer in (
        admin.post("/v1/webhooks", json={"url": url}),
        admin.patch(f"/v1/webhooks/{hook['id']}", json={"url": url}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert [one["url"] for one in admin.get("/v1/webhooks").json()["items"]] == [receiver.url()]
    assert receiver.got == []


def test_settings_as_they_come_take_https_on_the_public_internet_alone(admin: TestClient) -> None:
    assert added(admin, url=ELSEWHERE)["url"] == ELSEWHERE
    for url in ("http://93.184.216.34/hook", "https://127.0.0.1/hook", "https://[::1]/hook"):
        answer = admin.post("/v1/webhooks", json={"url": url})
        assert answer.json()["code"] == "url_refused"
        assert "DEBRIEF_WEBHOOKS__PRIVATE_NETWORKS" in answer.json()["remedy"]


@pytest.mark.parametrize(
    "given",
    [
        {"types": ["call.unheard"]},
        {"types": ["webhook.test"]},
        {"types": []},
        {"description": "a\0b"},
        {"secret": "whsec_mine"},
        {"active": "no"},
    ],
)
def test_what_is_not_as_it_must_be(admin: TestClient, receiver: Receiver, given: dict[str, Any]) -> None:
    hook = added(admin, url=receiver.url())
    assert admin.patch(f"/v1/webhooks/{hook['id']}", json=given).status_code == 422
    assert admin.post("/v1/webhooks", json={"url": receiver.url(), **given}).status_code == 422


def test_a_test_is_sent_at_once_and_its_outcome_returned(admin: TestClient, receiver: Receiver) -> None:
    hook = added(admin, url=receiver.url(), types=["call.reviewed"])
    at = f"/v1/webhooks/{hook['id']}"
    done = admin.post(f"{at}/test").json()
    assert (done["type"], done["state"], done["next_at"]) == ("webhook.test", "delivered", None)
    (got,) = receiver.got
    assert (got.id, got.body.decode()) == (done["id"], done["body"])
    assert got.verified(hook["secret"])["data"]["webhook_id"] == hook["id"]
    receiver.default["/hook"] = Reply(410, {}, b"Nobody is here.")
    (attempt,) = admin.post(f"{at}/test").json()["attempts"]
    assert (attempt["outcome"], attempt["status"], attempt["answer"]) == ("gone", 410, "Nobody is here.")
    receiver.default["/hook"] = Reply(after_s=5.0)
    late = admin.post(f"{at}/test").json()
    assert (late["state"], late["attempts"][0]["outcome"]) == ("dead", "timed_out")
    shown = admin.get(at).json()
    assert (shown["active"], shown["failing_since"], shown["dead"]) == (True, None, 2)
    admin.patch(at, json={"active": False})
    receiver.default["/hook"] = Reply()
    assert admin.post(f"{at}/test").json()["state"] == "delivered"
    assert not admin.get(at).json()["active"]


def test_what_failed_is_looked_at_and_sent_again(
    here: Running, admin: TestClient, receiver: Receiver
) -> None:
    hook = added(admin, url=receiver.url())
    at = f"/v1/webhooks/{hook['id']}"
    call_id = here.world.call("rep")
    receiver.replies["/hook"] = [Reply(500, {}, b"Oops.")] * 3
    for customer in ("Acme", "Best", "Cast"):
        admin.patch(f"/v1/calls/{call_id}", json={"customer": customer})
    send(here.world, receiver)
    waiting = admin.get(f"{at}/deliveries", params={"state": "waiting", "limit": 2}).json()
    assert len(waiting["items"]) == 2
    rest = admin.get(f"{at}/deliveries", params={"state": "waiting", "cursor": waiting["next"]}).json()
    assert len(rest["items"]) == 1
    assert admin.get(f"{at}/deliveries", params={"type": "call.created"}).json()["items"] == []
    assert admin.get(at).json()["waiting"] == 3
    one = waiting["items"][0]
    assert timedelta() < _time(one["next_at"]) - now() <= SCHEDULE[0] * 1.2
    detail = admin.get(f"{at}/deliveries/{one['id']}").json()
    assert detail["attempts"][0] == {
        **detail["attempts"][0],
        "number": 1,
        "outcome": "answered",
        "status": 500,
        "answer": "Oops.",
        "error": "It answered 500.",
    }
    again = admin.post(f"{at}/deliveries/{one['id']}/replay").json()
    assert (again["state"], again["failures"]) == ("waiting", 0)
    send(here.world, receiver)
    ids = [got.id for got in receiver.got]
    assert ids.count(one["id"]) == 2
    done = admin.get(f"{at}/deliveries/{one['id']}").json()
    assert (done["state"], [attempt["status"] for attempt in done["attempts"]]) == ("delivered", [200, 500])
    assert admin.get(at).json()["waiting"] == 2


def test_what_happened_while_it_was_disabled_is_held_and_replayed(
    here: Running, admin: TestClient, receiver: Receiver
) -> None:
    hook = added(admin, url=receiver.url())
    at = f"/v1/webhooks/{hook['id']}"
    call_id, began = here.world.call("rep"), now() - timedelta(minutes=1)
    off = admin.patch(at, json={"active": False}).json()
    assert (off["active"], off["disabled_for"]) == (False, "by_hand")
    admin.patch(f"/v1/calls/{call_id}", json={"customer": "Acme"})
    send(here.world, receiver)
    assert (admin.get(at).json()["held"], receiver.got) == (1, [])
    (held,) = admin.get(f"{at}/deliveries").json()["items"]
    for path in ("replay", f"deliveries/{held['id']}/replay"):
        answer = admin.post(f"{at}/{path}", json={"since": began.isoformat()})
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook_disabled")
    on = admin.patch(at, json={"active": True}).json()
    assert (on["active"], on["disabled_for"], on["held"]) == (True, None, 1)
    send(here.world, receiver)
    assert receiver.got == []
    later = {"since": (now() + timedelta(minutes=1)).isoformat()}
    assert admin.post(f"{at}/replay", json=later).json() == {"deliveries": 0}
    dead = {"since": began.isoformat(), "states": ["dead"]}
    assert admin.post(f"{at}/replay", json=dead).json() == {"deliveries": 0}
    assert admin.post(f"{at}/replay", json={"since": began.isoformat()}).json() == {"deliveries": 1}
    send(here.world, receiver)
    assert receiver.got[0].verified(hook["secret"])["type"] == "call.changed"
    assert said(admin, hook["id"]) == ["added", "disabled", "enabled", "replayed", "replayed", "replayed"]


def test_what_waits_goes_where_the_endpoint_is_by_then(
    here: Running, admin: TestClient, receiver: Receiver
) -> None:
    hook = added(admin, url=receiver.url("/before"))
    at = f"/v1/webhooks/{hook['id']}"
    admin.patch(f"/v1/calls/{here.world.call('rep')}", json={"customer": "Acme"})
    moved = admin.patch(
        at, json={"url": receiver.url("/after"), "types": None, "description": "Moved"}
    ).json()
    assert (moved["url"], moved["description"]) == (receiver.url("/after"), "Moved")
    send(here.world, receiver)
    assert [got.path for got in receiver.got] == ["/after"]
    assert admin.delete(at).status_code == 204
    assert admin.get(at).status_code == 404
    assert said(admin, hook["id"]) == ["added", "changed", "removed"]


def test_every_type_is_described(admin: TestClient) -> None:
    found = admin.get("/v1/webhook-types").json()
    assert [one["type"] for one in found] == [one.name for one in TYPES]
    assert all(one["example"]["type"] == one["type"] for one in found)


def test_a_program_with_the_scope_does_the_same(here: Running, receiver: Receiver) -> None:
    client = here.program(here.world.client(Scope.WEBHOOKS_WRITE))
    hook = added(client, url=receiver.url())
    assert client.post(f"/v1/webhooks/{hook['id']}/test").json()["state"] == "delivered"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
