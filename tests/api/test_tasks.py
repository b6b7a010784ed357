"""Tasks over the API: given to whom one may, ticked off, overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import col

from core.clock import now
from models.access import Scope
from models.tables import Organisation
from tests.api.conftest import Signed, both
from tests.api.test_comments import LINES, comment, key
from tests.factories.reviews import review_of
from tests.factories.worlds import World


def give(client: TestClient, **said: Any) -> dict[str, Any]:
    answer = client.post("/v1/tasks", json={"text": "Ask about the price.", **said})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(client: TestClient, **asked: Any) -> list[str]:
    return [one["id"] for one in client.get("/v1/tasks", params=asked).json()["items"]]


@both
def test_a_task_is_given_seen_and_ticked_off(signed: Signed, world: World) -> None:
    task = give(signed("coach"), rep_id=key(world, "rep"), due_on="2026-12-01")
    assert (task["rep"]["name"], task["given_by"]["name"], task["done_at"]) == ("Rep", "Coach", None)
    assert task["due_on"] == "2026-12-01"
    path = f"/v1/tasks/{task['id']}"
    done = signed("rep").patch(path, json={"done": True}).json()
    assert done["done_at"] is not None
    assert signed("coach").patch(path, json={"done": True}).json()["done_at"] == done["done_at"]
    assert listed(signed("rep"), open=True) == []
    assert listed(signed("rep"), open=False) == [task["id"]]
    assert signed("coach").patch(path, json={"done": False}).json()["done_at"] is None
    assert listed(signed("rep"), open=True) == listed(signed("rep")) == [task["id"]]


@both
def test_tasks_are_listed_within_reach_by_the_page(signed: Signed, world: World) -> None:
    call_id = str(world.reviewed("rep", review_of(LINES)))
    admin = signed("admin")
    owners = ("rep", "mate", "outsider", "coach", "rep")
    made = [(name, give(admin, rep_id=key(world, name), text=str(n))["id"]) for n, name in enumerate(owners)]
    of_call = give(admin, rep_id=key(world, "rep"), call_id=call_id)["id"]
    made = [("rep", of_call), *reversed(made)]
    for viewer, seen in (
        ("rep", {"rep"}),
        ("coach", {"rep", "mate", "coach"}),
        ("manager", {"rep", "mate", "coach"}),
        ("admin", set(owners)),
        ("foreigner", set()),
    ):
        assert listed(signed(viewer)) == [task for owner, task in made if owner in seen], viewer
    assert listed(signed("coach"), rep_id=key(world, "mate")) == [made[4][1]]
    assert listed(signed("rep"), rep_id=key(world, "mate")) == []
    assert listed(signed("rep"), call_id=call_id) == [of_call]
    first = admin.get("/v1/tasks", params={"limit": 4}).json()
    rest = admin.get("/v1/tasks", params={"limit": 4, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [task for _, task in made]
    assert rest["next"] is None


def test_a_rep_gives_themself_tasks_and_nobody_else(signed: Signed, world: World) -> None:
    rep = signed("rep")
    own = give(rep)
    assert own["rep"]["name"] == own["given_by"]["name"] == "Rep"
    for name in ("mate", "coach", "outsider", "foreigner"):
        answer = rep.post("/v1/tasks", json={"text": "Do it.", "rep_id": key(world, name)})
        assert (answer.status_code, answer.json()["code"]) == (422, "no_such_rep")
    assert rep.patch(f"/v1/tasks/{own['id']}", json={"text": "Another."}).json()["text"] == "Another."
    assert rep.delete(f"/v1/tasks/{own['id']}").status_code == 204
    outside = signed("coach").post("/v1/tasks", json={"text": "Do it.", "rep_id": key(world, "outsider")})
    assert outside.json()["code"] == "no_such_rep"


def test_who_is_not_here_any_more_gets_no_task(signed: Signed, world: World) -> None:
    gone = {"active": False}
    assert signed("admin").patch(f"/v1/users/{key(world, 'mate')}", json=gone).status_code == 200
    answer = signed("coach").post("/v1/tasks", json={"text": "Do it.", "rep_id": key(world, "mate")})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_rep")


@both
def test_what_a_task_says_is_changed_by_those_who_may_give_it(signed: Signed, world: World) -> None:
    task = give(signed("coach"), rep_id=key(world, "rep"), due_on="2026-12-01")
    path = f"/v1/tasks/{task['id']}"
    for change in ({"text": "Less."}, {"due_on": None}, {"done": True, "due_on": "2030-01-01"}):
        answer = signed("rep").patch(path, json=change)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    changed = signed("manager").patch(path, json={"text": "More.", "due_on": None}).json()
    assert (changed["text"], changed["due_on"], changed["done_at"]) == ("More.", None, None)
    for name in ("rep", "manager"):
        assert signed(name).delete(path).status_code == 403
    assert signed("outsider").delete(path).status_code == 404
    assert signed("coach").delete(path).status_code == 204
    assert signed("rep").get(path).status_code == 404


@both
def test_a_task_is_overdue_after_its_day_where_the_organisation_is(signed: Signed, world: World) -> None:
    today = now().date()
    days = {n: give(signed("rep"), due_on=str(today + timedelta(days=n)))["id"] for n in (-2, 0, 2)}

    def overdue() -> set[int]:
        found = {one["id"]: one["overdue"] for one in signed("rep").get("/v1/tasks").json()["items"]}
        return {n for n, task in days.items() if found[task]}

    assert overdue() == {-2}
    signed("rep").patch(f"/v1/tasks/{days[-2]}", json={"done": True})
    assert overdue() == set()

    async def move(zone: str) -> None:
        async with world.writing() as session:
            mine = col(Organisation.id) == world.organisations["acme"].id
            await session.execute(update(Organisation).where(mine).values(time_zone=zone))

    seen = set[bool]()
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):  # a day and two hours apart
        world.run(move(zone))
        seen.add(0 in overdue())
    assert seen in ({True, False}, {True}, {False})
    ahead, behind = now() + timedelta(hours=14), now() - timedelta(hours=12)
    expected = {today < ahead.date(), today < behind.date()}
    assert seen == expected


@both
def test_a_task_comes_of_a_call_that_both_see(signed: Signed, world: World) -> None:
    call_id = str(world.reviewed("rep", review_of(LINES)))
    unseen = str(world.reviewed("outsider", review_of(LINES)))
    made = comment(signed("coach"), call_id)["id"]
    of_mate = str(world.reviewed("mate", review_of(LINES)))
    refused = (
        ({"call_id": unseen}, "no_such_call"),
        ({"call_id": str(uuid4())}, "no_such_call"),
        ({"call_id": of_mate}, "cannot_see"),
        ({"comment_id": str(uuid4())}, "no_such_comment"),
        ({"comment_id": made, "call_id": of_mate}, "no_such_comment"),
    )
    for said, code in refused:
        asked = {"text": "Listen.", "rep_id": key(world, "rep"), **said}
        answer = signed("coach").post("/v1/tasks", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, code), said
    task = give(signed("coach"), rep_id=key(world, "rep"), comment_id=made, call_id=call_id)
    assert (task["call_id"], task["comment_id"]) == (call_id, made)


@pytest.mark.parametrize(
    "said",
    [{"due_on": "tomorrow"}, {"due_on": 5}, {"due_on": "2026-12-01T00:00:00Z"}, {"text": ""}, {"done": 1}],
)
def test_what_is_no_task_is_refused(signed: Signed, said: dict[str, Any]) -> None:
    assert signed("rep").post("/v1/tasks", json={"text": "Ask.", **said}).status_code == 422


def test_a_program_gives_tasks_to_others(program: Signed, signed: Signed, world: World) -> None:
    client = program(world.client(Scope.COACHING_WRITE))
    task = give(client, rep_id=key(world, "rep"))
    assert (task["given_by"], task["rep"]["name"]) == (None, "Rep")
    assert client.patch(f"/v1/tasks/{task['id']}", json={"text": "Later."}).status_code == 200
    nobody = client.post("/v1/tasks", json={"text": "Ask."})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "people_only")
    unread = str(world.reviewed("rep", review_of(LINES)))
    answer = client.post("/v1/tasks", json={"text": "x", "rep_id": key(world, "rep"), "call_id": unread})
    assert answer.json()["code"] == "no_such_call"  # it may not read calls
    assert listed(signed("rep")) == [task["id"]]
