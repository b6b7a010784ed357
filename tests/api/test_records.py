"""Records over the API: every number with how many calls it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import now
from models.assessment import AssessmentState
from models.call import CallType
from models.db import Session
from models.queries import formulas
from models.record import Formula, Outcome, Term
from models.scorecard import Target
from models.tables import Organisation, TrailRow, User
from models.versions import VersionMoveName
from tests.api.conftest import Running, Signed, both
from tests.factories.bare_scores import assess, known_scorecard, measured
from tests.factories.offices import Office, in_world
from tests.factories.record_answers import HIGH, LOW, MARCH, UNTIL, record, team_record
from tests.factories.worlds import BEGAN, World

MONTHS = [
    datetime.fromisoformat(f"{month}-05T09:00:00+00:00")
    for month in ("2026-03", "2026-02", "2026-01", "2025-12", "2025-11", "2025-10")
]
"""A moment in each of six months, the newest first."""


@both
def test_a_record_shows_each_number_with_how_many_calls_it_is_over(signed: Signed, world: World) -> None:
    async def act(here: Office) -> None:
        await here.approve_all("rep", LOW, call_type=CallType.DEMO)
        await here.approve_all("rep", (90.0,), call_type=CallType.SERVICE)
        await here.drain()

    in_world(world, act)
    found = record(signed("rep"), world, **UNTIL, periods=3)
    assert (found["name"], found["period"], found["time_zone"]) == ("Rep", "month", "UTC")
    assert [one["start"] for one in found["periods"]] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert [one["calls"] for one in found["periods"]] == [0, 0, 6]
    march = found["periods"][-1]
    assert march["end"] == "2026-04-01"
    depth = march["figures"]["depth"]
    assert depth["n"] == 6
    assert depth["mean"] == pytest.approx(340 / 6)
    assert depth["low"] < depth["mean"] < depth["high"]
    labels = {one["name"]: (one["label"], one["unit"], one["better"]) for one in found["measures"]}
    assert labels["talk_share.rep"] == ("Share of talk, rep", "ratio", "band")
    assert labels["score.mine"] == ("Score: Mine", "points", "higher")
    assert labels.keys() == march["figures"].keys()
    demos = record(signed("rep"), world, **UNTIL, call_type="demo", measure=["depth"])
    assert demos["periods"][-1]["figures"] == {
        "depth": {
            "n": 5,
            "mean": 50.0,
            "low": pytest.approx(49.0, abs=0.1),
            "high": pytest.approx(51.0, abs=0.1),
        }
    }
    assert [one["name"] for one in demos["measures"]] == ["depth"]


@both
def test_the_last_period_stands_beside_the_reps_own_past_and_team(signed: Signed, world: World) -> None:
    async def act(here: Office) -> None:
        for began, depths in zip(MONTHS, (HIGH, LOW, LOW, LOW[:4], LOW, HIGH), strict=True):
            await here.approve_all("rep", depths, started_at=began)
        await here.approve_all("mate", LOW)
        await here.drain()

    in_world(world, act)
    client = signed("rep")

    def depth(**params: Any) -> dict[str, Any]:
        standings = record(client, world, **UNTIL, measure=["depth"], **params)["standings"]
        assert [one["measure"] for one in standings] == ["depth"]
        found: dict[str, Any] = standings[0]
        return found

    found = depth(periods=6)
    assert found["change"]["difference"]["value"] == pytest.approx(10.0, abs=0.2)
    assert (found["change"]["now_calls"], found["change"]["past_calls"]) == (5, 19)
    assert found["change"]["clear"] is True
    assert found["trend"]["periods"] == 5
    assert found["band"] is None
    assert depth(periods=2)["change"] == found["change"]
    assert depth(periods=2)["trend"] is None
    in_world(world, lambda here: third(here, "coach"))
    assert depth()["band"] == {"low": 55.0, "middle": 60.0, "high": 60.0, "reps": 3}


async def third(here: Office, name: str) -> None:
    """Have somebody join a team who has calls enough."""

    async def join(session: Session) -> None:
        user = await session.get_one(User, here.id(name))
        user.team_id = here.world.teams["east"].id

    await here.change(join)
    await here.approve_all(name, HIGH)
    await here.drain()


FORMULA = Formula(
    "Ours", (Term("depth", 2, Target(low=60, fade=20)), Term("win_rate", 2, Target(low=1))), "", 0.5
)


async def put_to_use(here: Office, formula: Formula, move: VersionMoveName, at: datetime) -> None:
    async def act(session: Session) -> None:
        version = await formulas.add(session, formula, "", None, at)
        await formulas.move(session, version, move, at)

    await here.change(act)


@both
def test_a_period_is_weighed_by_the_formula_of_its_time_and_by_the_one_on_trial(
    signed: Signed, world: World
) -> None:
    async def act(here: Office) -> None:
        for began in MONTHS[:3]:
            await here.approve_all("rep", LOW, started_at=began)
        await here.drain()
        other = Formula("Other", (Term("depth", 1, Target(low=50, fade=10)),))
        activate, try_out = VersionMoveName.ACTIVATE, VersionMoveName.TRY_OUT
        await put_to_use(here, FORMULA, activate, datetime.fromisoformat("2026-02-10T00:00:00+00:00"))
        await put_to_use(here, other, activate, datetime.fromisoformat("2026-03-10T00:00:00+00:00"))
        await put_to_use(here, FORMULA, try_out, datetime.fromisoformat("2026-03-11T00:00:00+00:00"))

    in_world(world, act)
    january, february, march = record(signed("rep"), world, **UNTIL, periods=3)["periods"]
    assert [(one["number"], one["trial"]) for one in january["indexes"]] == [(3, True)]
    assert [(one["number"], one["trial"]) for one in february["indexes"]] == [(1, False), (3, True)]
    assert [(one["number"], one["trial"]) for one in march["indexes"]] == [(2, False), (3, True)]
    first = february["indexes"][0]
    assert (first["name"], first["coverage"], first["reason"]) == ("Ours", 0.5, None)
    assert first["points"] == sum(term["points"] for term in first["terms"]) == 50.0
    assert march["indexes"][0]["points"] == 100.0
    alone = record(signed("rep"), world, until="2026-04-30", periods=1)["periods"][0]
    assert alone["indexes"][0]["points"] is None
    assert "0 approved calls" in alone["indexes"][0]["reason"]


@both
def test_a_team_is_shown_with_everybody_below_and_how_much_was_reviewed(signed: Signed, world: World) -> None:
    async def act(here: Office) -> None:
        await here.approve_all("rep", LOW)
        await here.approve_all("mate", HIGH)
        await here.approve_all("manager", LOW[:1])
        await here.approve_all("outsider", LOW)

        async def add(session: Session) -> None:
            version = await known_scorecard(session)
            for state in (
                AssessmentState.PROPOSED,
                AssessmentState.IN_REVIEW,
                AssessmentState.REJECTED,
                None,
            ):
                call = await here.world.add_call(session, "rep")
                measured(session, call)
                if state is not None:
                    assess(session, call, version, 10.0, state)

        await here.change(add)
        await here.drain()

    in_world(world, act)
    found = team_record(signed("coach"), world, "sales", **MARCH)
    assert [(one["name"], one["calls"]) for one in found["members"]] == [
        ("Manager", 1),
        ("Mate", 5),
        ("Rep", 5),
    ]
    assert found["reviewed"] == {"measured": 15, "approved": 11, "waiting": 2, "rejected": 1}
    assert found["bands"] == {}
    below = team_record(signed("coach"), world, "east", start="2026-03-17", measure=["depth"])
    assert (below["start"], below["end"]) == ("2026-03-01", "2026-04-01")
    assert {one["name"]: one["figures"]["depth"]["mean"] for one in below["members"]} == {
        "Rep": 50.0,
        "Mate": 60.0,
    }
    later = team_record(signed("admin"), world, "sales", start="2026-05-01")
    assert [one["name"] for one in later["members"]] == ["Mate", "Rep"]
    assert later["reviewed"]["measured"] == 0
    assert signed("rep").get(f"/v1/teams/{world.teams['east'].id}/record").status_code == 404


def test_the_band_of_a_team_is_where_the_middle_half_lies(signed: Signed, world: World) -> None:
    async def act(here: Office) -> None:
        await here.approve_all("rep", LOW)
        await here.approve_all("mate", HIGH)
        await third(here, "coach")

    in_world(world, act)
    found = team_record(signed("manager"), world, **MARCH, measure=["depth"])
    assert found["bands"] == {"depth": {"low": 55.0, "middle": 60.0, "high": 60.0, "reps": 3}}


@both
def test_measures_are_listed_with_those_of_the_organisations_own(signed: Signed, world: World) -> None:
    async def act(here: Office) -> None:
        await here.approve_all("rep", LOW)

        async def add(session: Session) -> None:
            stages = [["offer", BEGAN.isoformat()]]
            session.add(here.deal("rep", Outcome.OPEN, "2026-03-01", None, stages=stages, currency="EUR"))

        await here.change(add)

    in_world(world, act)
    found = {one["name"]: one for one in signed("rep").get("/v1/records/measures").json()}
    assert {"score", "score.mine", "win_rate", "conversion:offer", "amount_won:EUR"} <= found.keys()
    assert found["win_rate"]["kind"] == "outcome"
    assert found["deals_won"]["total"] is True
    assert found["depth"]["better"] == "higher"
    bands = {one["call_type"]: (one["low"], one["high"]) for one in found["talk_share.rep"]["bands"]}
    assert bands["discovery"] == (0.3, 0.4)


def test_what_there_is_not_is_said(signed: Signed, world: World) -> None:
    client, where = signed("rep"), f"/v1/users/{world.people['rep'].id}"
    misspelt = client.get(f"{where}/record", params={"measure": ["depht"]})
    assert (misspelt.status_code, misspelt.json()["code"]) == (422, "no_such_measure")
    wrong: tuple[dict[str, Any], ...] = (
        {"until": "1001-01-01"},
        {"periods": 0},
        {"period": "year"},
        {"measure": "a\0b"},
        {"unti": "2026-01-01"},
    )
    for params in wrong:
        assert client.get(f"{where}/record", params=params).status_code == 422, params
    assert client.get(f"{where}/record-calls", params={"cursor": "x"}).status_code == 422


def test_looking_at_a_record_is_told_in_the_trail(signed: Signed, world: World) -> None:
    client, rep = signed("coach"), world.people["rep"].id
    record(client, world)
    client.get(f"/v1/users/{rep}/record-calls")
    client.get(f"/v1/users/{rep}/record-deals")
    team_record(client, world)

    async def seen(here: Office) -> set[tuple[str, str]]:
        async with here.database.read(here.organisation_id) as session:
            rows = (await session.execute(select(TrailRow))).scalars()
            return {(row.subject, row.details["what"]) for row in rows}

    assert in_world(world, seen) == {
        (f"record:{rep}", "record"),
        (f"record:{rep}", "calls"),
        (f"record:{rep}", "deals"),
        (f"team:{world.teams['east'].id}", "record"),
    }


@both
def test_in_another_time_zone_a_call_is_in_another_month(signed: Signed, world: World) -> None:
    async def act(here: Office) -> None:
        await here.approve_all("rep", (1.0,), started_at=datetime.fromisoformat("2026-02-28T23:30:00+00:00"))
        await here.drain()

    in_world(world, act)
    assert [one["calls"] for one in record(signed("rep"), world, **UNTIL, periods=2)["periods"]] == [1, 0]
    changed = signed("admin").patch("/v1/organisation", json={"time_zone": "Europe/Berlin"})
    assert changed.status_code == 200, changed.text
    found = record(signed("rep"), world, **UNTIL, periods=2)
    assert found["time_zone"] == "Europe/Berlin"
    assert [one["calls"] for one in found["periods"]] == [0, 1]


def test_a_change_stands_where_records_cannot_be_brought_up_to_date(here: Running) -> None:
    async def act(office: Office) -> str:
        async with office.database.system() as session:
            (await session.get_one(Organisation, office.organisation_id)).time_zone = "Mars/Olympus"
        return str((await office.approve_all("rep", LOW))[0])

    call_id = in_world(here.world, act)
    answer = here.signed("coach").patch(f"/v1/calls/{call_id}", json={"call_type": "demo"})
    assert (answer.status_code, answer.json()["call_type"]) == (200, "demo")


def test_who_has_no_calls_has_an_empty_record(signed: Signed, world: World) -> None:
    found = record(signed("rep"), world)
    assert len(found["periods"]) == 12
    assert found["periods"][-1]["start"] == now().date().replace(day=1).isoformat()
    assert found["measures"] == found["standings"] == []
    assert all(one["calls"] == 0 and one["figures"] == {} for one in found["periods"])
