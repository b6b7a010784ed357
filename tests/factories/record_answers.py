"""Records as the API tells them."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from tests.factories.worlds import World

LOW, HIGH = (50.0, 51.0, 49.0, 50.5, 49.5), (60.0, 61.0, 59.0, 60.5, 59.5)
UNTIL = {"until": "2026-03-31"}
MARCH: dict[str, Any] = {"start": "2026-03-01"}


def record(client: TestClient, world: World, name: str = "rep", **params: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/users/{world.people[name].id}/record", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def team_record(client: TestClient, world: World, team: str = "east", **params: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/teams/{world.teams[team].id}/record", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
