"""The report on fairness over the API: to those who compare scores, as JSON and as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from analysis.fairness import CAVEATS, DIMENSIONS
from models.assessment import AssessmentState
from models.call import CallType
from models.tables import Team
from tests.api.conftest import Signed, both
from tests.factories.bare_scores import add_scored, scorecard
from tests.factories.worlds import World

SPAN = {"scorecard": "mine", "from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}


def fill(world: World) -> None:
    """Give three people of a team six calls each, and another a few of another kind."""

    async def work() -> None:
        async with world.writing() as session:
            version = await scorecard(session)
            for number in range(18):
                owner = ("rep", "mate", "coach")[number % 3]
                state = AssessmentState.CORRECTED if number < 9 else AssessmentState.APPROVED
                await add_scored(
                    world,
                    session,
                    version,
                    owner,
                    50 + number,
                    52 + number,
                    state,
                    team_id=world.teams["east"].id,
                    spoken_language="en" if number % 2 else "zh",
                )
            for owner in ("outsider", "manager", "admin", "outsider", "manager"):
                await add_scored(world, session, version, owner, team_id=None, call_type=CallType.DEMO)

    asyncio.run(work())


@pytest.fixture
def manager(signed: Signed, world: World) -> TestClient:
    fill(world)
    return signed("manager")


def by_key(report: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    dimension = next(one for one in report["dimensions"] if one["name"] == name)
    return {group["key"]: group for group in dimension["groups"]}


@both
def test_the_report_tells_groups_apart_and_says_what_is_to_be_known(
    manager: TestClient, world: World
) -> None:
    answer = manager.get("/v1/fairness", params=SPAN)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["scorecard"], report["calls"], report["reps"]) == ("mine", 23, 6)
    assert (report["from"], report["to"]) == (SPAN["from"], SPAN["to"])
    assert report["caveats"] == list(CAVEATS)
    assert [one["name"] for one in report["dimensions"]] == [one.name for one in DIMENSIONS]
    teams = by_key(report, "team")
    east, none = teams[str(world.teams["east"].id)], teams["unknown"]
    assert (east["label"], east["calls"], east["reps"]) == ("east", 18, 3)
    assert none["label"] == "No team"
    told = east["findings"]
    assert told["machine"]["mean"] == pytest.approx(58.5)
    assert told["machine"]["low"] < 58.5 < told["machine"]["high"]
    assert told["correction"]["mean"] == pytest.approx(2)
    assert told["shares"] == {
        "decided": 18,
        "approved": 0.5,
        "approved_by_policy": 0,
        "corrected": 0.5,
        "rejected": 0,
    }
    assert told["difference"]["value"] == pytest.approx(8.5)
    assert by_key(report, "language")["zh"]["label"] == "zh"


def test_the_table_has_a_line_a_group_and_the_same_words(manager: TestClient, world: World) -> None:
    async def rename() -> None:
        async with world.writing() as session:
            (await session.get_one(Team, world.teams["east"].id)).name = "=east"

    asyncio.run(rename())
    answer = manager.get("/v1/fairness", params={**SPAN, "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "fairness mine 2026-03-01 2026-04-01.csv" in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    report = manager.get("/v1/fairness", params=SPAN).json()
    groups = [(d["name"], g["key"]) for d in report["dimensions"] for g in d["groups"]]
    told = [line for line in lines if line["dimension"] != "caveat"]
    assert [(line["dimension"], line["key"]) for line in told] == groups
    assert told[0]["group"] == "'=east"
    east = by_key(report, "team")[told[0]["key"]]
    assert float(told[0]["machine_mean"]) == east["findings"]["machine"]["mean"]
    assert float(told[0]["shares_corrected"]) == 0.5
    assert [line["group"] for line in lines if line["dimension"] == "caveat"] == list(CAVEATS)


@both
def test_only_those_who_compare_scores_see_it_and_only_of_their_organisation(
    manager: TestClient, signed: Signed
) -> None:
    assert signed("rep").get("/v1/fairness", params=SPAN).status_code == 403
    assert signed("coach").get("/v1/fairness", params=SPAN).status_code == 403
    theirs = signed("foreigner").get("/v1/fairness", params=SPAN)
    assert (theirs.status_code, theirs.json()["code"]) == (422, "no_scorecard")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({**SPAN, "scorecard": "none"}, "no_scorecard"),
        ({**SPAN, "to": SPAN["from"]}, "empty_span"),
        ({"scorecard": "mine", "to": "0001-01-01T00:00:00Z"}, "empty_span"),
        ({"from": SPAN["from"]}, "invalid"),
        ({**SPAN, "form": "csv"}, "invalid"),
    ],
)
def test_what_cannot_be_reported_is_said(manager: TestClient, asked: dict[str, str], code: str) -> None:
    answer = manager.get("/v1/fairness", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_without_a_time_it_is_of_the_last_ninety_days(manager: TestClient) -> None:
    report = manager.get("/v1/fairness", params={"scorecard": "mine"}).json()
    assert report["calls"] == 0
    assert all(dimension["groups"] == [] for dimension in report["dimensions"])
