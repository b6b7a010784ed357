"""Comments over the API: on words, answered, calling upon people who see the call, taken back."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from models.access import Scope
from models.tables import ActionItem, Event
from tests.api.conftest import Signed, both
from tests.factories.reviews import Line, review_of
from tests.factories.worlds import World

LINES = [
    Line("S1", 1.0, 3.0, "What did it cost you?"),
    Line("S2", 3.5, 6.5, "A weekend and goodwill."),
    Line("S1", 7.0, 8.0, "I see."),
]


@pytest.fixture
def call_id(world: World) -> str:
    return str(world.reviewed("rep", review_of(LINES, duration_s=10.0)))


def comment(client: TestClient, call_id: str, **said: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/calls/{call_id}/comments", json={"text": "Well asked.", **said})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def threads(client: TestClient, call_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/v1/calls/{call_id}/comments").json()["items"]
    return found


def key(world: World, name: str) -> str:
    return str(world.people[name].id)


@both
def test_a_comment_on_seconds_keeps_the_words_said_there(signed: Signed, call_id: str) -> None:
    made = comment(signed("coach"), call_id, start=1.0, end=5.5)
    assert made["quote"] == "What did it cost you?\nA weekend and"
    assert (made["start"], made["end"], made["user"]["name"]) == (1.0, 5.5, "Coach")
    at = comment(signed("coach"), call_id, start=2)
    assert (at["start"], at["end"], at["quote"]) == (2.0, None, "")
    whole = comment(signed("rep"), call_id)
    assert (whole["start"], whole["quote"], whole["text"]) == (None, "", "Well asked.")
    assert [one["id"] for one in threads(signed("manager"), call_id)] == [made["id"], at["id"], whole["id"]]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"start": 10.2}, "outside"),
        ({"start": 2, "end": 10.6}, "outside"),
        ({"start": 10.0, "end": 10.4}, "outside"),
        ({"end": 2}, "invalid"),
        ({"start": 3, "end": 3}, "invalid"),
        ({"start": -1}, "invalid"),
        ({"start": "1"}, "invalid"),
        ({"text": ""}, "invalid"),
        ({"text": "a\0b"}, "invalid"),
        ({"parent_id": str(uuid4())}, "no_such_comment"),
        ({"mentions": [str(uuid4())]}, "cannot_see"),
    ],
)
def test_what_cannot_be_said_of_a_call_is_refused(
    signed: Signed, call_id: str, said: dict[str, Any], code: str
) -> None:
    answer = signed("coach").post(f"/v1/calls/{call_id}/comments", json={"text": "Hm.", **said})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_seconds_of_a_call_that_is_not_decoded_are_refused(signed: Signed, world: World) -> None:
    waiting = str(world.call("rep"))
    answer = signed("rep").post(f"/v1/calls/{waiting}/comments", json={"text": "Hm.", "start": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_length")
    assert comment(signed("rep"), waiting)["start"] is None


def test_a_player_may_take_the_call_for_a_little_longer(signed: Signed, call_id: str) -> None:
    assert comment(signed("rep"), call_id, start=8.0, end=10.3)["end"] == 10.0


def test_a_long_quotation_is_cut(signed: Signed, world: World) -> None:
    lines = [Line("S1", float(n), n + 0.9, "a number of words here") for n in range(60)]
    long = str(world.reviewed("rep", review_of(lines)))
    quote = comment(signed("rep"), long, start=0.0, end=60.0)["quote"]
    assert (len(quote), quote[-1]) == (1000, "…")


@both
def test_an_answer_to_an_answer_stands_in_the_same_thread(signed: Signed, call_id: str) -> None:
    head = comment(signed("coach"), call_id)
    first = comment(signed("rep"), call_id, parent_id=head["id"], text="Thank you.")
    second = comment(signed("manager"), call_id, parent_id=first["id"], text="I agree.")
    assert first["parent_id"] == second["parent_id"] == head["id"]
    (thread,) = threads(signed("rep"), call_id)
    assert [one["text"] for one in thread["replies"]] == ["Thank you.", "I agree."]


def test_an_answer_is_to_a_comment_on_the_same_call(signed: Signed, world: World, call_id: str) -> None:
    other = str(world.reviewed("rep", review_of(LINES)))
    head = comment(signed("coach"), other)
    asked = {"text": "Hm.", "parent_id": head["id"]}
    answer = signed("coach").post(f"/v1/calls/{call_id}/comments", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_comment")


@both
def test_only_people_who_see_the_call_can_be_mentioned(signed: Signed, world: World, call_id: str) -> None:
    listed = {one["name"] for one in signed("rep").get(f"/v1/calls/{call_id}/readers").json()}
    assert listed == {"Rep", "Coach", "Manager", "Admin"}
    for name in ("mate", "outsider", "foreigner"):
        asked = {"text": "Look.", "mentions": [key(world, "coach"), key(world, name)]}
        answer = signed("rep").post(f"/v1/calls/{call_id}/comments", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "cannot_see")
    assert threads(signed("rep"), call_id) == []
    made = comment(signed("rep"), call_id, mentions=[key(world, "coach"), key(world, "coach")])
    assert [one["name"] for one in made["mentions"]] == ["Coach"]


@both
def test_one_finds_where_one_is_called_upon_what_is_unseen_first(
    signed: Signed, world: World, call_id: str
) -> None:
    coach, rep = signed("coach"), signed("rep")
    made = [comment(rep, call_id, text=str(n), mentions=[key(world, "coach")])["id"] for n in range(3)]
    comment(rep, call_id, mentions=[key(world, "manager")])
    assert coach.post("/v1/mentions/seen", json={"comments": [made[1]]}).status_code == 204
    found, cursor = list[Any](), None
    while not found or cursor:
        asked = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = coach.get("/v1/mentions", params=asked).json()
        found, cursor = found + page["items"], page["next"]
    assert [one["comment"]["id"] for one in found] == [made[2], made[0], made[1]]
    assert [one["seen_at"] is None for one in found] == [True, True, False]
    assert found[0]["call_title"] == "A call"
    assert coach.post("/v1/mentions/seen", json={}).status_code == 204
    assert all(one["seen_at"] for one in coach.get("/v1/mentions").json()["items"])
    assert rep.get("/v1/mentions").json()["items"] == []
    unseen = signed("manager").get("/v1/mentions").json()["items"]
    assert [one["seen_at"] for one in unseen] == [None]


def test_a_mention_on_a_call_that_one_no_longer_sees_is_not_told(
    signed: Signed, world: World, call_id: str
) -> None:
    comment(signed("rep"), call_id, mentions=[key(world, "coach")])
    moved = {"team_id": str(world.teams["support"].id), "rep_id": key(world, "outsider")}
    assert signed("admin").patch(f"/v1/calls/{call_id}", json=moved).status_code == 200
    assert signed("coach").get("/v1/mentions").json()["items"] == []


@both
def test_only_its_author_changes_a_comment(signed: Signed, world: World, call_id: str) -> None:
    made = comment(
        signed("coach"), call_id, start=1, end=3, mentions=[key(world, "rep"), key(world, "admin")]
    )
    path = f"/v1/comments/{made['id']}"
    for name in ("rep", "manager", "admin"):
        answer = signed(name).patch(path, json={"text": "Mine."})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert signed("outsider").patch(path, json={"text": "Mine."}).status_code == 404
    signed("rep").post("/v1/mentions/seen", json={})
    new = {"text": "Very well asked.", "mentions": [key(world, "rep"), key(world, "manager")]}
    changed = signed("coach").patch(path, json=new).json()
    assert (changed["text"], changed["quote"]) == ("Very well asked.", made["quote"])
    assert {one["name"] for one in changed["mentions"]} == {"Rep", "Manager"}
    assert changed["updated_at"] > changed["created_at"]
    (kept,) = signed("rep").get("/v1/mentions").json()["items"]
    assert kept["seen_at"] is not None  # who was called upon before is not called again
    assert signed("admin").get("/v1/mentions").json()["items"] == []
    refused = signed("coach").patch(path, json={"mentions": [key(world, "mate")]})
    assert refused.json()["code"] == "cannot_see"
    assert signed("coach").patch(path, json={"text": "Good."}).json()["mentions"] == changed["mentions"]


@both
def test_a_comment_with_answers_stays_as_a_shell_until_the_last_one_goes(
    signed: Signed, world: World, call_id: str
) -> None:
    head = comment(signed("coach"), call_id, start=1, end=3, mentions=[key(world, "rep")])
    reply = comment(signed("rep"), call_id, parent_id=head["id"])
    assert signed("rep").delete(f"/v1/comments/{head['id']}").status_code == 403
    assert signed("coach").delete(f"/v1/comments/{head['id']}").status_code == 204
    (shell,) = threads(signed("rep"), call_id)
    assert (shell["text"], shell["quote"], shell["mentions"]) == (None, "", [])
    assert shell["deleted_at"] is not None
    assert [one["id"] for one in shell["replies"]] == [reply["id"]]
    assert signed("rep").get("/v1/mentions").json()["items"] == []
    assert signed("coach").patch(f"/v1/comments/{head['id']}", json={"text": "Back."}).status_code == 404
    assert signed("admin").delete(f"/v1/comments/{reply['id']}").status_code == 204
    assert threads(signed("rep"), call_id) == []


@both
def test_a_task_that_came_of_a_comment_outlives_it(signed: Signed, world: World, call_id: str) -> None:
    made = comment(signed("coach"), call_id)
    given = {"text": "Ask about the price.", "rep_id": key(world, "rep"), "comment_id": made["id"]}
    task = signed("coach").post("/v1/tasks", json=given).json()
    assert (task["call_id"], task["comment_id"]) == (call_id, made["id"])
    assert signed("coach").delete(f"/v1/comments/{made['id']}").status_code == 204
    left = signed("rep").get(f"/v1/tasks/{task['id']}").json()
    assert (left["call_id"], left["comment_id"], left["text"]) == (call_id, None, "Ask about the price.")


def test_open_pages_are_told_of_comments_but_not_what_they_say(
    signed: Signed, world: World, call_id: str
) -> None:
    made = comment(signed("coach"), call_id, text="A secret.", start=1, end=3, mentions=[key(world, "rep")])
    signed("coach").patch(f"/v1/comments/{made['id']}", json={"text": "Another."})
    signed("coach").delete(f"/v1/comments/{made['id']}")

    async def told() -> list[dict[str, Any]]:
        async with world.writing() as session:
            query = select(Event).where(col(Event.kind) == "call.commented").order_by(col(Event.id))
            return [row.data for row in (await session.execute(query)).scalars()]

    events = asyncio.run(told())
    assert [one["what"] for one in events] == ["added", "changed", "removed"]
    assert {one["comment_id"] for one in events} == {made["id"]}
    assert events[0]["mentions"] == [key(world, "rep")]
    assert "secret" not in str(events)
    assert "cost" not in str(events)


def test_a_program_reads_comments_and_makes_none(
    signed: Signed, program: Signed, world: World, call_id: str
) -> None:
    client = program(world.client(Scope.CALLS_READ, Scope.COACHING_WRITE))
    made = comment(signed("coach"), call_id)
    assert [one["id"] for one in threads(client, call_id)] == [made["id"]]
    for answer in (
        client.post(f"/v1/calls/{call_id}/comments", json={"text": "Beep."}),
        client.post(f"/v1/calls/{call_id}/listening", json={"seconds": 2}),
        client.get("/v1/mentions"),
        client.post("/v1/mentions/seen", json={}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "people_only")
    assert client.patch(f"/v1/comments/{made['id']}", json={"text": "Beep."}).status_code == 403


@both
def test_threads_come_by_the_page(signed: Signed, call_id: str) -> None:
    heads = [comment(signed("coach"), call_id, text=str(n))["id"] for n in range(5)]
    comment(signed("rep"), call_id, parent_id=heads[3])
    first = signed("rep").get(f"/v1/calls/{call_id}/comments", params={"limit": 3}).json()
    asked = {"limit": 3, "cursor": first["next"]}
    rest = signed("rep").get(f"/v1/calls/{call_id}/comments", params=asked).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == heads
    assert [len(one["replies"]) for one in rest["items"]] == [1, 0]
    assert rest["next"] is None
    wrong = signed("rep").get("/v1/mentions", params={"cursor": first["next"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_cursor")


def test_an_erased_call_takes_its_comments_along(signed: Signed, world: World, call_id: str) -> None:
    made = comment(signed("coach"), call_id, mentions=[key(world, "rep")])
    comment(signed("rep"), call_id, parent_id=made["id"])
    given = {"text": "Ask.", "rep_id": key(world, "rep"), "comment_id": made["id"]}
    task = signed("coach").post("/v1/tasks", json=given).json()
    assert signed("manager").delete(f"/v1/calls/{call_id}").status_code == 204
    assert signed("coach").get(f"/v1/calls/{call_id}/comments").status_code == 410
    assert signed("coach").patch(f"/v1/comments/{made['id']}", json={"text": "x"}).status_code == 404
    assert signed("rep").get("/v1/mentions").json()["items"] == []
    left = signed("rep").get(f"/v1/tasks/{task['id']}").json()
    assert (left["call_id"], left["comment_id"]) == (None, None)

    async def kept() -> int:
        async with world.writing() as session:
            return len((await session.execute(select(ActionItem))).all())

    assert asyncio.run(kept()) == 1
