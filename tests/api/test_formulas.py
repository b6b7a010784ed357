"""The formula over the API: every move by every role, compared before use, told of in the trail."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from analysis.records.shipped import SHIPPED
from core.clock import now
from models.queries.formulas import plain
from models.record import PeriodKind, Term
from models.scorecard import Target
from models.tables import FormulaVersion, RecordCell, TrailRow
from models.versions import VersionMoveName, VersionState
from tests.api.conftest import Running, Signed, both
from tests.factories.worlds import World

FORMULA = SHIPPED[1]
GIVEN = {"formula": plain(FORMULA), "note": "to begin with"}
HIGHER = replace(FORMULA, name="Higher", terms=(Term("depth", 1, Target(low=100, fade=100)),))
MARCH = date(2026, 3, 1)


@pytest.fixture
def manager(signed: Signed) -> TestClient:
    return signed("manager")


def add(client: TestClient, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/formulas", json={**GIVEN, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def path(version: dict[str, Any], more: str = "") -> str:
    return f"/v1/formulas/versions/{version['id']}{more}"


def step(client: TestClient, version: dict[str, Any], move: str) -> Any:
    return client.post(path(version, "/moves"), json={"move": move})


def told(world: World) -> list[TrailRow]:
    async def work() -> list[TrailRow]:
        async with world.writing() as session:
            return list((await session.execute(select(TrailRow).order_by(col(TrailRow.number)))).scalars())

    return asyncio.run(work())


@both
def test_a_formula_goes_from_draft_to_use_and_the_one_before_makes_room(
    manager: TestClient, signed: Signed, world: World
) -> None:
    first = add(manager)
    assert (first["number"], first["state"], first["locked"], first["note"]) == (
        1,
        "draft",
        False,
        "to begin with",
    )
    assert set(first["moves"]) == {"edit", "remove", "copy", "try_out", "activate"}
    assert step(manager, first, "activate").json()["locked"] is True
    second = manager.post(path(first, "/copy")).json()
    assert (second["number"], second["formula"]) == (2, first["formula"])
    changed = manager.put(path(second), json={"formula": plain(HIGHER)}).json()
    assert (changed["formula"]["name"], changed["note"]) == ("Higher", "")
    assert step(manager, second, "try_out").json()["state"] == "trial"
    assert step(manager, second, "activate").json()["state"] == "active"
    seen = signed("rep").get("/v1/formulas").json()
    assert [(one["number"], one["state"]) for one in seen] == [(2, "active"), (1, "retired")]
    assert seen[1]["retired_at"] is not None
    third = add(manager)
    assert manager.delete(path(third)).status_code == 204
    assert manager.get(path(third)).status_code == 404
    assert signed("foreigner").get("/v1/formulas").json() == []
    assert [(one.subject.removeprefix("formula:"), one.details) for one in told(world)] == [
        (first["id"], {"number": 1, "move": "add"}),
        (first["id"], {"number": 1, "move": "activate"}),
        (second["id"], {"number": 2, "move": "copy", "of": 1}),
        (second["id"], {"number": 2, "move": "edit"}),
        (second["id"], {"number": 2, "move": "try_out"}),
        (first["id"], {"number": 1, "move": "retire", "by": 2}),
        (second["id"], {"number": 2, "move": "activate"}),
        (third["id"], {"number": 3, "move": "add"}),
        (third["id"], {"number": 3, "move": "remove"}),
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"formula": {**plain(FORMULA), "nmae": "x"}}, "nmae"),
        ({"formula": plain(replace(FORMULA, terms=()))}, "at least one measure"),
        ({"formula": plain(replace(FORMULA, terms=(Term("charm", 1, Target(low=1)),)))}, "no such measure"),
        ({"formula": plain(replace(FORMULA, terms=(Term("score.mine", 1, Target(low=1)),)))}, "no such"),
        ({"formula": plain(replace(FORMULA, name="a\0b"))}, "NUL"),
        ({**GIVEN, "note": "a\0b"}, "NUL"),
        ({"note": "x"}, "formula"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_wrong(
    manager: TestClient, body: dict[str, Any], said: str
) -> None:
    answer = manager.post("/v1/formulas", json=body)
    assert answer.status_code == 422
    assert said in answer.text


def test_formulas_that_come_with_debrief_can_be_added_as_they_are(manager: TestClient) -> None:
    shipped = manager.get("/v1/formulas/shipped").json()
    assert [one["name"] for one in shipped] == [formula.name for formula in SHIPPED]
    for one in shipped:
        assert add(manager, formula=one)["formula"] == one


def version(world: World, state: VersionState, *, locked: bool) -> FormulaVersion:
    """Return a version in a state."""

    async def work() -> FormulaVersion:
        async with world.writing() as session:
            numbers = (await session.execute(select(col(FormulaVersion.number)))).scalars().all()
            found = FormulaVersion(
                organisation_id=world.organisations["acme"].id,
                number=max(numbers, default=0) + 1,
                state=state,
                content=plain(FORMULA),
                locked_at=now() if locked else None,
            )
            session.add(found)
            return found

    return asyncio.run(work())


def test_one_version_is_in_use_and_one_is_tried_at_a_time(there: Running) -> None:
    for name, state in ((VersionMoveName.ACTIVATE, "active"), (VersionMoveName.TRY_OUT, "trial")):
        for _ in range(3):
            found = {"id": version(there.world, VersionState.DRAFT, locked=False).id}
            step(there.signed("admin"), found, name)
        listed = there.signed("admin").get("/v1/formulas").json()
        assert [one["state"] for one in listed].count(state) == 1


def fill(world: World, **depths: float) -> None:
    """Give people a record of March in which nothing but the depth is measured."""

    async def work() -> None:
        async with world.writing() as session:
            for name, depth in depths.items():
                session.add(
                    RecordCell(
                        organisation_id=world.organisations["acme"].id,
                        rep_id=world.people[name].id,
                        kind=PeriodKind.MONTH,
                        start=MARCH,
                        call_type="all",
                        calls=4 if name == "coach" else 8,
                        content={"depth": [8, depth, 3.0], "score": [8, 100 - depth, 3.0]},
                    )
                )

    asyncio.run(work())


@both
def test_two_versions_are_compared_over_the_reps_one_sees(
    manager: TestClient, signed: Signed, world: World
) -> None:
    fill(world, rep=50.0, mate=60.0, manager=70.0, outsider=80.0, coach=90.0)
    scores = replace(FORMULA, terms=(Term("score", 1, Target(low=100, fade=100)),))
    this, other = add(manager, formula=plain(HIGHER)), add(manager, formula=plain(scores))
    asked = {"with": other["id"], "period": "month", "start": "2026-03-17"}
    found = manager.get(path(this, "/comparison"), params=asked).json()
    assert (found["period"], found["start"], found["ranked"]) == ("month", "2026-03-01", 3)
    assert found["correlation"] == pytest.approx(-1)
    by_name = {one["name"]: one for one in found["reps"]}
    assert list(by_name) == ["Coach", "Manager", "Mate", "Rep"]
    mate = by_name["Mate"]
    assert (mate["this"]["points"], mate["other"]["points"], mate["difference"]) == (60.0, 40.0, -20.0)
    assert mate["this"]["terms"] == [
        {"measure": "depth", "value": 60.0, "n": 8, "points": 60.0, "possible": 100.0}
    ]
    assert (by_name["Coach"]["difference"], by_name["Coach"]["this"]["reason"]) == (
        None,
        "4 approved calls; an index takes 5.",
    )
    own = signed("rep").get(path(this, "/comparison"), params=asked).json()
    assert [one["name"] for one in own["reps"]] == ["Rep"]
    assert own["correlation"] is None
    looked = {(one.subject, one.principal_id) for one in told(world) if one.action == "seen"}
    assert looked == {
        (f"record:{world.people[name].id}", world.people["manager"].id) for name in ("coach", "mate", "rep")
    }


def test_a_comparison_is_of_the_quarter_that_is_now_and_of_versions_that_are_there(
    manager: TestClient, signed: Signed
) -> None:
    this = add(manager)
    now_ = manager.get(path(this, "/comparison"), params={"with": this["id"]}).json()
    assert (now_["period"], now_["reps"], now_["correlation"]) == ("quarter", [], None)
    assert manager.get(path(this, "/comparison"), params={"with": str(uuid4())}).status_code == 404
    assert manager.get(path(this, "/comparison")).status_code == 422
    theirs = signed("foreigner").get(path(this, "/comparison"), params={"with": this["id"]})
    assert theirs.status_code == 404
