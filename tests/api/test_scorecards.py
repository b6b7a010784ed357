"""Scorecards over the API: written, tried on past calls, put to use, never changed once used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from analysis.scorecards.document import shipped, write
from models.call import CallType
from models.queries.scorecards import plain
from models.scorecard import Scorecard
from tests.api.conftest import Signed, both
from tests.factories.reviews import sales_call
from tests.factories.worlds import World

DISCOVERY = next(card for card in shipped() if card.key == "discovery")


@pytest.fixture
def manager(signed: Signed) -> TestClient:
    return signed("manager")


def add(client: TestClient, card: Scorecard = DISCOVERY) -> dict[str, Any]:
    answer = client.post("/v1/scorecards", json=plain(card))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def step(client: TestClient, version: dict[str, Any], move: str) -> Any:
    return client.post(f"/v1/scorecards/versions/{version['id']}/moves", json={"move": move})


def states(client: TestClient) -> list[list[tuple[int, str]]]:
    cards = client.get("/v1/scorecards").json()
    return [[(one["number"], one["state"]) for one in card["versions"]] for card in cards]


@both
def test_a_scorecard_goes_from_draft_to_use_and_the_one_before_makes_room(manager: TestClient) -> None:
    first = add(manager)
    assert (first["number"], first["state"], first["locked"]) == (1, "draft", False)
    assert set(first["moves"]) == {"edit", "remove", "copy", "try_out", "activate"}
    assert step(manager, first, "activate").json()["state"] == "active"
    second = manager.post(f"/v1/scorecards/versions/{first['id']}/copy").json()
    assert (second["number"], second["state"]) == (2, "draft")
    assert step(manager, second, "try_out").json()["state"] == "trial"
    assert states(manager) == [[(2, "trial"), (1, "active")]]
    assert step(manager, second, "activate").json()["state"] == "active"
    assert states(manager) == [[(2, "active"), (1, "retired")]]
    assert step(manager, second, "retire").json()["state"] == "retired"
    assert step(manager, second, "activate").json()["code"] == "wrong_state"


@both
def test_a_draft_is_changed_and_removed_and_nothing_else(manager: TestClient) -> None:
    draft = add(manager)
    path = f"/v1/scorecards/versions/{draft['id']}"
    changed = manager.put(path, json=plain(replace(DISCOVERY, name="First talk")))
    assert changed.json()["scorecard"]["name"] == "First talk"
    other = manager.put(path, json=plain(replace(DISCOVERY, key="other")))
    assert (other.status_code, other.json()["code"]) == (422, "other_key")
    assert manager.delete(path).status_code == 204
    assert manager.get("/v1/scorecards").json() == []
    used = add(manager)
    step(manager, used, "activate")
    assert manager.delete(f"/v1/scorecards/versions/{used['id']}").json()["code"] == "wrong_state"
    assert manager.put(f"/v1/scorecards/versions/{used['id']}", json=plain(DISCOVERY)).status_code == 422


def test_what_is_exported_is_imported_the_same(manager: TestClient) -> None:
    made = add(manager)
    text = manager.get(f"/v1/scorecards/versions/{made['id']}/yaml")
    assert text.headers["content-type"].startswith("application/yaml")
    assert text.text == write(DISCOVERY)
    again = manager.post("/v1/scorecards/import", content=text.content)
    assert (again.status_code, again.json()["number"]) == (201, 2)
    assert again.json()["scorecard"] == made["scorecard"]


def test_those_that_come_with_debrief_are_there_to_begin_with(signed: Signed) -> None:
    found = signed("rep").get("/v1/scorecards/shipped").json()
    assert [one["key"] for one in found] == [card.key for card in shipped()]
    assert add(signed("manager"), replace(DISCOVERY, key="ours"))["scorecard"]["key"] == "ours"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({**plain(DISCOVERY), "nmae": "x"}, "nmae"),
        ({**plain(DISCOVERY), "key": "Not a key"}, "lower-case"),
        (plain(replace(DISCOVERY, sections=())), "at least one item"),
        (plain(replace(DISCOVERY, name="a\0b")), "NUL"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_wrong(
    manager: TestClient, body: dict[str, Any], said: str
) -> None:
    answer = manager.post("/v1/scorecards", json=body)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_that_is_none_is_refused(manager: TestClient) -> None:
    assert manager.post("/v1/scorecards/import", content=b"\xff\xfe").json()["code"] == "not_text"
    assert manager.post("/v1/scorecards/import", content=b"key: [").json()["code"] == "scorecard"


@both
def test_a_dry_run_shows_what_past_calls_would_get_and_changes_nothing(
    manager: TestClient, world: World
) -> None:
    calls = {str(world.reviewed("rep", sales_call(), call_type=CallType.DISCOVERY)) for _ in range(3)}
    world.reviewed("rep", sales_call(), call_type=CallType.DEMO)
    world.reviewed("outsider", sales_call(), call_type=CallType.DISCOVERY)  # not one's to read
    card = replace(DISCOVERY, coverage=0.0, applies=replace(DISCOVERY.applies, least_s=0.0))
    made = add(manager, card)
    path = f"/v1/scorecards/versions/{made['id']}/dry-run"
    found = manager.post(path, json={"calls": 50}).json()
    assert {call["call_id"] for call in found["calls"]} == calls
    assert sum(found["distribution"]) == 3
    assert found["mean"] == pytest.approx(sum(call["points"] for call in found["calls"]) / 3)
    items = {item["key"]: item for item in found["items"]}
    assert items["next_step"]["answered"] == 0
    assert items["talk_share"]["answered"] == 3
    assert manager.get(f"/v1/scorecards/versions/{made['id']}").json()["locked"] is False
    assert manager.post(path, json={"calls": 0}).status_code == 422
    strict = add(manager, replace(card, coverage=1.0))
    none = manager.post(f"/v1/scorecards/versions/{strict['id']}/dry-run", json={"calls": 2}).json()
    assert (none["without_score"], none["mean"]) == (2, None)
    assert "is answered" in none["calls"][0]["reason"]
