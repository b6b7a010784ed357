"""Listening, and who coaches whom, over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from core.clock import now
from models.access import Scope
from models.tables import Call, Listening, TrailRow
from tests.api.conftest import Signed, both
from tests.api.test_comments import LINES, comment, key
from tests.factories.reviews import review_of
from tests.factories.worlds import World

REVIEW = review_of(LINES, duration_s=10.0)
HOUR = timedelta(hours=1)


def reviewed(world: World, owner: str, ago: timedelta = HOUR) -> str:
    """Return a call that began today and was reviewed a while ago."""
    call_id = world.reviewed(owner, REVIEW, started_at=now() - ago)

    async def age() -> None:
        async with world.writing() as session:
            await session.execute(update(Call).where(col(Call.id) == call_id).values(reviewed_at=now() - ago))

    world.run(age())
    return str(call_id)


def coaching(signed: Signed, name: str, **asked: str) -> dict[str, Any]:
    answer = signed(name).get("/v1/coaching", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def of(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in found if one["person"]["name"] == name)


@both
def test_listening_is_believed_as_far_as_it_can_be(signed: Signed, world: World) -> None:
    call_id, other = reviewed(world, "rep"), reviewed(world, "rep")

    def say(seconds: float, call: str = call_id) -> float:
        answer = signed("coach").post(f"/v1/calls/{call}/listening", json={"seconds": seconds})
        assert answer.status_code == 200, answer.text
        assert answer.json()["day"] == str(now().date())
        total: float = answer.json()["seconds"]
        return total

    assert say(500) == 10.0  # the call is that long
    assert 10.0 < say(10) < 18.0  # it was just a moment ago
    assert say(10, other) < 8.0  # nor does one listen to two at once

    async def wait() -> None:
        async with world.writing() as session:
            await session.execute(update(Listening).values(last_at=now() - timedelta(seconds=4)))

    before = say(0.001)
    world.run(wait())
    assert say(7) == pytest.approx(before + 7)
    assert signed("outsider").post(f"/v1/calls/{call_id}/listening", json={"seconds": 1}).status_code == 404
    assert say(0.001) == pytest.approx(before + 7.001)


@pytest.mark.parametrize("seconds", [0, -1, 86_401, "5", None, True])
def test_what_is_no_time_is_refused(signed: Signed, world: World, seconds: Any) -> None:
    path = f"/v1/calls/{reviewed(world, 'rep')}/listening"
    assert signed("rep").post(path, json={"seconds": seconds}).status_code == 422


@both
def test_a_manager_sees_who_coaches_whom(signed: Signed, world: World) -> None:
    first, second = reviewed(world, "rep", 3 * HOUR), reviewed(world, "mate", 2 * HOUR)
    reviewed(world, "rep")
    head = comment(signed("coach"), first, mentions=[key(world, "rep")])
    comment(signed("rep"), first, parent_id=head["id"])
    comment(signed("coach"), first, parent_id=head["id"])
    comment(signed("coach"), second)
    comment(signed("manager"), first)
    signed("coach").post(f"/v1/calls/{first}/listening", json={"seconds": 9})
    signed("rep").post(f"/v1/calls/{first}/listening", json={"seconds": 9})
    task = {"text": "Ask.", "rep_id": key(world, "mate")}
    done = signed("coach").post("/v1/tasks", json=task).json()["id"]
    signed("coach").post("/v1/tasks", json=task)
    signed("mate").patch(f"/v1/tasks/{done}", json={"done": True})
    found = coaching(signed, "manager")
    assert [one["person"]["name"] for one in found["coaches"]] == ["Coach", "Manager"]
    coach = of(found["coaches"], "Coach")
    assert (coach["comments"], coach["replies"], coach["mentions"]) == (2, 1, 1)
    assert (coach["calls_listened"], coach["hours_listened"]) == (1, pytest.approx(9 / 3600))
    assert (coach["tasks_given"], coach["tasks_done"], coach["reps_coached"]) == (2, 1, 2)
    assert coach["first_feedback"]["calls"] == 2
    assert coach["first_feedback"]["seconds"] == pytest.approx(2.5 * 3600, abs=60)
    manager = of(found["coaches"], "Manager")
    assert (manager["comments"], manager["first_feedback"]) == (1, {"seconds": None, "calls": 0})
    assert [(one["person"]["name"], one["calls_reviewed"]) for one in found["reps"]] == [
        ("Mate", 1),
        ("Rep", 2),
    ]
    rep = of(found["reps"], "Rep")
    assert (rep["calls_with_feedback"], rep["first_feedback"]["calls"]) == (1, 1)
    assert rep["first_feedback"]["seconds"] == pytest.approx(3 * 3600, abs=60)
    assert found["first_feedback"] == coach["first_feedback"]


@both
def test_each_sees_of_coaching_what_is_theirs_to_see(signed: Signed, world: World) -> None:
    for owner in ("rep", "outsider"):
        comment(signed("admin"), reviewed(world, owner))
    assert signed("rep").get("/v1/coaching").status_code == 403
    seen = {
        "coach": (["Coach"], ["Rep"]),
        "manager": (["Coach", "Manager"], ["Rep"]),
        "admin": (["Admin", "Coach", "Manager"], ["Outsider", "Rep"]),
        "foreigner": (["Foreigner"], []),
    }
    for name, (coaches, reps) in seen.items():
        found = coaching(signed, name)
        assert [one["person"]["name"] for one in found["coaches"]] == coaches, name
        assert [one["person"]["name"] for one in found["reps"]] == reps, name
    east = coaching(signed, "admin", team_id=str(world.teams["east"].id))
    assert (east["coaches"], [one["person"]["name"] for one in east["reps"]]) == ([], ["Rep"])
    assert east["first_feedback"]["calls"] == 1
    support = coaching(signed, "manager", team_id=str(world.teams["support"].id))
    assert (support["coaches"], support["reps"]) == ([], [])


@both
def test_only_what_was_done_in_the_days_asked_for_counts(signed: Signed, world: World) -> None:
    comment(signed("coach"), reviewed(world, "rep"))
    today = now().date()
    day = timedelta(days=1)

    def comments(start: Any, end: Any) -> tuple[int, int]:
        found = coaching(signed, "manager", **{"from": str(start), "to": str(end)})
        assert (found["from"], found["to"]) == (str(start), str(end))
        return of(found["coaches"], "Coach")["comments"], len(found["reps"])

    assert comments(today - day, today + day)[0] == 1
    assert comments(today - 2 * day, today - day) == (0, 0)
    assert comments(today + day, today + 2 * day) == (0, 0)
    default = coaching(signed, "manager")
    assert (default["from"], default["to"]) == (str(today - 29 * day), str(today + day))


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-02-01", "to": "2026-02-01"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"from": "2024-01-01", "to": "2026-01-01"},
        {"to": "0001-01-01"},
        {"from": "9999-12-31"},
        {"from": "yesterday"},
        {"since": "2026-02-01"},
    ],
)
def test_days_that_cannot_be_are_refused(signed: Signed, asked: dict[str, str]) -> None:
    assert signed("manager").get("/v1/coaching", params=asked).status_code == 422


def test_looking_at_coaching_is_noted_in_the_trail(signed: Signed, world: World) -> None:
    coaching(signed, "manager")
    coaching(signed, "manager")

    async def noted() -> list[tuple[str, Any]]:
        async with world.writing() as session:
            query = select(TrailRow).where(col(TrailRow.action) == "seen")
            return [(row.subject, row.principal_id) for row in (await session.execute(query)).scalars()]

    (seen,) = world.run(noted())
    assert seen == (f"coaching:{world.organisations['acme'].id}", world.people["manager"].id)


def test_a_program_that_reads_records_sees_all_of_it(signed: Signed, program: Signed, world: World) -> None:
    comment(signed("coach"), reviewed(world, "rep"))
    client = program(world.client(Scope.RECORDS_READ))
    found = client.get("/v1/coaching").json()
    assert of(found["coaches"], "Coach")["comments"] == 1
    assert of(found["reps"], "Rep")["calls_with_feedback"] == 1
