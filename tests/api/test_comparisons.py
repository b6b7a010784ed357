"""Two versions compared over the API: over all calls, and call by call what whoever asks may read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.access import Scope
from models.assessment import AssessmentState
from models.scorecard import Section, Target
from models.versions import VersionState
from tests.api.conftest import Signed, both
from tests.factories.assessing import CARD, DEPTH, NEXT, TALK, Scored, assessed, in_use, put
from tests.factories.reviews import Line, review_of
from tests.factories.worlds import World

STRICT = replace(
    CARD,
    sections=(
        Section("All", (replace(TALK, target=Target(0.9, 1.0, 1.0)), replace(DEPTH, key="deep"), NEXT)),
    ),
)
LECTURE = review_of(
    [
        Line("S1", 0.5, 50.0, "We have many features here. " * 20),
        Line("S2", 51.0, 60.0, "I see, that is a lot of them."),
    ]
)


@pytest.fixture
def versions(world: World) -> tuple[str, str]:
    """Return the keys of a version in use and of one that is tried out beside it."""

    async def make() -> tuple[str, str]:
        async with world.writing() as session:
            used = await in_use(session)
            tried = await in_use(session, STRICT, trial=True)
            assert used.state is VersionState.ACTIVE
            return str(used.id), str(tried.id)

    return world.run(make())


def compare(client: TestClient, versions: tuple[str, str]) -> dict[str, Any]:
    answer = client.get(f"/v1/scorecards/versions/{versions[0]}/comparison", params={"with": versions[1]})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def scores(client: TestClient, call_id: object) -> dict[bool, float]:
    """Return a call's points by whether the version is only tried out."""
    return {one["trial"]: one["points"] for one in client.get(f"/v1/calls/{call_id}/assessments").json()}


@both
def test_two_versions_are_compared_over_all_by_rep_and_by_call(
    signed: Signed, world: World, versions: tuple[str, str]
) -> None:
    calls = [assessed(world, "rep") for _ in range(3)] + [
        assessed(world, "rep", review=LECTURE) for _ in range(2)
    ]
    calls.append(assessed(world, "mate"))
    found = compare(signed("admin"), versions)
    points = [scores(signed("admin"), one.call_id) for one in calls]
    apart = [one[True] - one[False] for one in points]
    assert (found["calls"], found["without"]) == (6, 0)
    assert found["this"] == pytest.approx(sum(one[False] for one in points) / 6)
    assert found["difference"]["value"] == pytest.approx(sum(apart) / 6)
    assert found["difference"]["low"] < found["difference"]["value"] < found["difference"]["high"]
    assert found["deviation"] > 0
    assert -1 <= found["correlation"] <= 1
    assert found["moved"] is None
    reps = {one["rep"]["name"]: one for one in found["reps"]}
    assert (reps["Rep"]["calls"], reps["Mate"]["calls"]) == (5, 1)
    assert reps["Rep"]["difference"]["value"] == pytest.approx(sum(apart[:5]) / 5)
    assert reps["Mate"]["difference"] is None
    by_call = {one["call_id"]: one for one in found["newest"]}
    assert {key: one["difference"] for key, one in by_call.items()} == {
        str(one.call_id): pytest.approx(gap) for one, gap in zip(calls, apart, strict=True)
    }
    items = {one["key"]: one for one in found["items"]}
    assert found["items"][0]["key"] == "talk"
    assert (items["talk"]["calls"], items["next"]["calls"]) == (6, 0)
    assert items["talk"]["difference"] == pytest.approx(items["talk"]["other"] - items["talk"]["this"])
    assert items["depth"]["other"] is None
    assert items["deep"]["this"] is None


@both
def test_the_other_way_round_the_sign_is_turned(
    signed: Signed, world: World, versions: tuple[str, str]
) -> None:
    assessed(world, "rep")
    forth = compare(signed("admin"), versions)
    back = compare(signed("admin"), (versions[1], versions[0]))
    assert forth["difference"]["value"] == -back["difference"]["value"]
    assert compare(signed("admin"), (versions[0], versions[0]))["difference"]["value"] == 0


@both
def test_a_score_that_counts_is_shown_beside(signed: Signed, world: World, versions: tuple[str, str]) -> None:
    scored = assessed(world, "rep")
    assert compare(signed("admin"), versions)["newest"][0]["final"] is None
    put(world, scored.assessment_id, AssessmentState.APPROVED)
    (shown,) = compare(signed("admin"), versions)["newest"]
    assert shown["final"] == shown["this"]


@both
def test_calls_and_reps_are_those_that_whoever_asks_may_read(
    signed: Signed, program: Signed, world: World, versions: tuple[str, str]
) -> None:
    for owner in ("rep", "mate", "outsider", None):
        assessed(world, owner)
    whole, part = compare(signed("admin"), versions), compare(signed("manager"), versions)
    assert whole["calls"] == part["calls"] == 4
    assert len(whole["newest"]) == 4
    assert {one["rep"]["name"] for one in whole["reps"]} == {"Rep", "Mate", "Outsider"}
    assert {one["rep"]["name"] for one in part["newest"]} == {"Rep", "Mate"}
    assert {one["rep"]["name"] for one in part["reps"]} == {"Rep", "Mate"}
    blind = compare(program(world.client(Scope.RECORDS_READ)), versions)
    assert (blind["calls"], blind["reps"], blind["newest"]) == (4, [], [])
    for name in ("rep", "coach"):
        path = f"/v1/scorecards/versions/{versions[0]}/comparison"
        assert signed(name).get(path, params={"with": versions[1]}).status_code == 403


@both
def test_a_call_that_one_scores_blind_is_not_shown(
    signed: Signed, world: World, versions: tuple[str, str]
) -> None:
    scored: Scored = assessed(world, "rep")
    sent = {
        "name": "Blind",
        "assessment_id": str(scored.assessment_id),
        "members": [str(world.people["manager"].id)],
    }
    assert signed("admin").post("/v1/calibrations", json=sent).status_code == 201
    assert compare(signed("manager"), versions)["newest"] == []
    assert len(compare(signed("admin"), versions)["newest"]) == 1


@both
def test_versions_without_a_call_in_common_tell_nothing(
    signed: Signed, world: World, versions: tuple[str, str]
) -> None:
    found = compare(signed("admin"), versions)
    assert (found["calls"], found["difference"], found["reps"], found["newest"]) == (0, None, [], [])
    assert {one["calls"] for one in found["items"]} == {0}
    path = f"/v1/scorecards/versions/{versions[0]}/comparison"
    assert signed("admin").get(path).status_code == 422
    assert signed("admin").get(path, params={"with": str(world.people["rep"].id)}).status_code == 404
