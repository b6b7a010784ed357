"""Trackers over the API: tried before they are saved, changed, put aside."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Signed, both
from tests.factories.reviews import chinese_call, sales_call
from tests.factories.worlds import World

STOCK = {"key": "stock", "name": "Stock", "phrases": ["warehouse", "仓库"]}


@pytest.fixture
def manager(signed: Signed) -> TestClient:
    return signed("manager")


def add(client: TestClient, tracker: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/trackers", json=tracker)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@both
def test_a_tracker_is_tried_on_past_calls_with_its_hits_in_context(manager: TestClient, world: World) -> None:
    english, chinese = world.reviewed("rep", sales_call()), world.reviewed("rep", chinese_call())
    found = manager.post("/v1/tracker-dry-runs", json={"tracker": STOCK, "calls": 10}).json()
    assert found["looked_through"] == 2
    hits = {call["call_id"]: call["hits"] for call in found["calls"]}
    assert hits.keys() == {str(english), str(chinese)}
    assert all("warehouse" in hit["context"].lower() for hit in hits[str(english)])
    assert manager.get("/v1/trackers").json() == []
    world.reviewed("outsider", sales_call())  # whose calls a manager of another team does not read
    again = manager.post("/v1/tracker-dry-runs", json={"tracker": STOCK, "calls": 10}).json()
    assert again["looked_through"] == 2


@both
def test_a_tracker_is_added_changed_put_aside_and_taken_up_again(manager: TestClient) -> None:
    made = add(manager, STOCK)
    assert made["tracker"]["side"] == "call"
    path = f"/v1/trackers/{made['id']}"
    changed = manager.put(path, json={**STOCK, "side": "customer"}).json()
    assert (changed["version"], changed["tracker"]["side"]) == (2, "customer")
    assert manager.put(path, json={**STOCK, "key": "other"}).json()["code"] == "other_key"
    assert manager.post("/v1/trackers", json=STOCK).json()["code"] == "key_taken"
    assert manager.delete(path).status_code == 204
    assert manager.get("/v1/trackers").json() == []
    assert add(manager, STOCK)["id"] == made["id"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"phrases": []}, "1 to 200"),
        ({"phrases": ["?"]}, "no word"),
        ({"word": "x"}, "word"),
        ({"name": "a\0"}, "NUL"),
    ],
)
def test_what_cannot_be_used_is_refused(manager: TestClient, change: dict[str, Any], said: str) -> None:
    answer = manager.post("/v1/trackers", json={**STOCK, **change})
    assert answer.status_code == 422
    assert said in answer.text
