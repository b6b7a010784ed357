"""The way back from a number of a record to its calls and deals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.access import Scope
from models.call import CallType
from models.db import Session
from models.record import Outcome
from tests.api.conftest import Running, Signed, both
from tests.factories.offices import Office, in_world
from tests.factories.record_answers import HIGH, LOW, MARCH, UNTIL, record
from tests.factories.worlds import BEGAN, World


@both
def test_the_calls_behind_a_number_come_by_the_page_with_what_they_brought(
    signed: Signed, world: World
) -> None:
    async def act(here: Office) -> list[str]:
        found = await here.approve_all("rep", LOW, call_type=CallType.DEMO)
        await here.approve_all("rep", HIGH, started_at=BEGAN + timedelta(days=40))
        await here.approve_all("rep", (1.0,), call_type=CallType.SERVICE)
        await here.drain()
        return [str(one) for one in found]

    calls = in_world(world, act)
    where, client = f"/v1/users/{world.people['rep'].id}/record-calls", signed("coach")
    asked = {**MARCH, "call_type": "demo", "measure": ["depth", "score"], "limit": 2}
    found, cursor = list[dict[str, Any]](), None
    while True:
        page = client.get(where, params=asked if cursor is None else {**asked, "cursor": cursor}).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["id"] for one in found] == calls[::-1]
    assert found[-1]["values"] == {"depth": 50.0, "score": 50.0}
    assert found[-1]["title"] == "A call"
    (score,) = found[-1]["scores"]
    assert (score["scorecard"], score["points"]) == ("mine", 50.0)
    shown = client.get(f"/v1/calls/{found[-1]['id']}/assessments").json()
    assert [one["id"] for one in shown] == [score["assessment_id"]]
    n = record(client, world, **UNTIL, call_type="demo")["periods"][-1]["figures"]["depth"]["n"]
    assert n == len(found)
    assert client.get(where, params={**MARCH, "measure": ["patience.rep"]}).json()["items"] == []
    whole = client.get(where, params=MARCH).json()["items"]
    assert len(whole) == 6
    assert {"depth", "score", "score.mine", "talk_share.rep"} == set(whole[0]["values"])


def test_who_may_see_records_and_no_calls_sees_no_titles(here: Running) -> None:
    async def act(office: Office) -> None:
        await office.approve_all("rep", LOW)
        await office.drain()

    in_world(here.world, act)
    where = f"/v1/users/{here.world.people['rep'].id}/record-calls"
    for scopes, title in (((Scope.RECORDS_READ,), None), ((Scope.RECORDS_READ, Scope.CALLS_READ), "A call")):
        found = here.program(here.world.client(*scopes)).get(where, params=MARCH).json()["items"]
        assert {one["title"] for one in found} == {title}


@both
def test_the_deals_behind_the_outcomes_say_as_what_they_count(signed: Signed, world: World) -> None:
    async def act(here: Office) -> None:
        async def add(session: Session) -> None:
            session.add_all(
                [
                    here.deal("rep", Outcome.WON, "2026-02-10", "2026-03-12", number=1, amount=10.0),
                    here.deal("rep", Outcome.OPEN, "2026-03-05", "2026-03-20", number=2),
                    here.deal("rep", Outcome.LOST, "2026-03-01", "2026-03-02", number=3),
                    here.deal("rep", Outcome.LOST, "2026-01-01", "2026-02-02", number=4),
                    here.deal("mate", Outcome.LOST, "2026-03-01", "2026-03-02", number=5),
                ]
            )

        await here.change(add)

    in_world(world, act)
    where, client = f"/v1/users/{world.people['rep'].id}/record-deals", signed("rep")
    page = client.get(where, params={**MARCH, "limit": 2}).json()
    found = page["items"] + client.get(where, params={**MARCH, "cursor": page["next"]}).json()["items"]
    assert {one["external_id"]: (one["opened"], one["closed"]) for one in found} == {
        "d1": (False, True),
        "d2": (True, False),
        "d3": (True, True),
    }
