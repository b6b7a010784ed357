"""Sessions of several scorers: blind until one has answered, open to all once closed, never changed after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlmodel import col

from models.access import Scope
from models.call import UserRole
from models.tables import AnswerRow, TrailRow, User
from models.trail import Action
from tests.api.conftest import Signed, both
from tests.factories.assessing import Scored, assessed
from tests.factories.worlds import World

YES, NO = {"item": "next", "option": "yes"}, {"item": "next", "option": "no"}


@pytest.fixture
def scored(world: World) -> Scored:
    return assessed(world, "rep")


def hold(signed: Signed, world: World, scored: Scored, *members: str, by: str = "manager") -> Response:
    sent = {
        "name": "Week 9",
        "assessment_id": str(scored.assessment_id),
        "members": [str(world.people[name].id) for name in members],
    }
    return signed(by).post("/v1/calibrations", json=sent)


def held(signed: Signed, world: World, scored: Scored, *members: str, by: str = "manager") -> str:
    answer = hold(signed, world, scored, *members, by=by)
    assert answer.status_code == 201, answer.text
    return f"/v1/calibrations/{answer.json()['id']}"


def answer(signed: Signed, name: str, path: str, *answers: dict[str, Any], submit: bool = False) -> Any:
    return signed(name).put(f"{path}/answers", json={"answers": list(answers), "submit": submit})


def refused(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@both
def test_a_session_is_held_answered_in_pieces_submitted_and_closed(
    signed: Signed, world: World, scored: Scored
) -> None:
    path = held(signed, world, scored, "coach", "admin")
    shown = signed("coach").get(path).json()
    assert (shown["name"], shown["scorecard"], shown["number"]) == ("Week 9", "mine", 1)
    assert shown["held_by"]["name"] == "Manager"
    assert [(one["name"], one["submitted_at"]) for one in shown["members"]] == [
        ("Admin", None),
        ("Coach", None),
    ]
    saved = answer(signed, "coach", path, {"item": "talk", "share": 0.5}).json()
    assert [one["item"] for one in saved["answers"]] == ["talk"]
    assert refused(answer(signed, "coach", path, submit=True)) == (422, "unanswered")
    done = answer(signed, "coach", path, YES, submit=True).json()
    assert [one["item"] for one in done["answers"]] == ["talk", "next"]
    assert done["hidden"] is None
    assert refused(answer(signed, "coach", path, NO)) == (409, "submitted")
    answer(signed, "admin", path, NO, submit=True)
    assert refused(signed("coach").post(f"{path}/close")) == (409, "not_holder")
    closed = signed("manager").post(f"{path}/close").json()
    assert closed["closed_at"] is not None
    assert refused(signed("manager").post(f"{path}/close")) == (409, "closed")
    assert refused(answer(signed, "admin", path, YES)) == (409, "closed")
    (following,) = (one for one in closed["results"]["items"] if one["key"] == "next")
    assert {one["by"]["name"]: one["share"] for one in following["shares"]} == {"Coach": 1.0, "Admin": 0.0}
    assert (following["same"], following["difference"], following["machine"]) == (0.0, 1.0, None)


@both
def test_the_answers_of_a_member_give_a_whole_score(signed: Signed, world: World, scored: Scored) -> None:
    path = held(signed, world, scored, "coach", "admin")
    answer(
        signed, "coach", path, YES, {"item": "talk", "share": 1}, {"item": "depth", "share": 1}, submit=True
    )
    answer(signed, "admin", path, NO, submit=True)
    results = signed("manager").post(f"{path}/close").json()["results"]
    scores = {one["by"]["name"]: (one["points"], one["coverage"]) for one in results["members"]}
    assert scores["Coach"] == (100.0, 1.0)
    assert results["machine"]["coverage"] == 0.5
    assert scores["Admin"] == (pytest.approx(results["machine"]["points"] / 2, abs=0.001), 1.0)


@both
def test_who_has_not_submitted_sees_nothing_of_others_nor_of_the_machine(
    signed: Signed, world: World, scored: Scored
) -> None:
    whole = f"/v1/assessments/{scored.assessment_id}"
    before = signed("coach").get(f"/v1/calls/{scored.call_id}/assessments").json()
    path = held(signed, world, scored, "coach", "admin")
    answer(signed, "admin", path, YES, submit=True)
    assert signed("admin").get(path).json()["results"]["members"][0]["by"]["name"] == "Admin"

    blind = signed("coach").get(path).json()
    assert (blind["results"], blind["answers"]) == (None, [])
    assert "once you have submitted" in blind["hidden"]
    (shown,) = signed("coach").get(f"/v1/calls/{scored.call_id}/assessments").json()
    assert (shown["points"], shown["score"], shown["why"]) == (None, None, "")
    assert "open session" in shown["hidden"]
    assert shown["state"] == "proposed"
    one = signed("coach").get(whole).json()
    assert (one["points"], one["machine_points"], one["score"], one["items"]) == (None, None, None, [])
    (waiting,) = signed("coach").get("/v1/reviews").json()["items"]
    assert (waiting["points"], waiting["why"]) == (None, "")
    assert waiting["hidden"] is not None

    answer(signed, "coach", path, NO, submit=True)
    assert signed("coach").get(f"/v1/calls/{scored.call_id}/assessments").json() == before
    assert len(signed("coach").get(path).json()["results"]["members"]) == 2
    assert signed("coach").get(whole).json()["items"]


@both
def test_closing_opens_everything_to_those_who_never_answered(
    signed: Signed, world: World, scored: Scored
) -> None:
    path = held(signed, world, scored, "coach", "admin")
    answer(signed, "coach", path, YES)
    answer(signed, "admin", path, YES, submit=True)
    signed("manager").post(f"{path}/close")
    shown = signed("coach").get(path).json()
    assert [one["by"]["name"] for one in shown["results"]["members"]] == ["Admin"]
    assert shown["answers"] == [{**shown["answers"][0], **YES}]
    assert signed("coach").get(f"/v1/calls/{scored.call_id}/assessments").json()[0]["hidden"] is None


@both
def test_the_rep_and_others_are_not_blinded(signed: Signed, world: World, scored: Scored) -> None:
    held(signed, world, scored, "coach")
    for name in ("rep", "manager", "admin"):
        (shown,) = signed(name).get(f"/v1/calls/{scored.call_id}/assessments").json()
        assert shown["hidden"] is None, name
        assert shown["score"] is not None, name


@both
def test_a_holder_who_takes_no_part_may_look_and_other_onlookers_wait(
    signed: Signed, world: World, scored: Scored
) -> None:
    path = held(signed, world, scored, "admin", by="coach")
    answer(signed, "admin", path, YES, submit=True)
    assert len(signed("coach").get(path).json()["results"]["members"]) == 1
    onlooker = signed("manager").get(path).json()
    assert (onlooker["results"], "Until it is closed" in onlooker["hidden"]) == (None, True)
    joining = {"user_id": str(world.people["coach"].id)}
    assert refused(signed("coach").post(f"{path}/members", json=joining)) == (409, "has_seen")
    signed("coach").post(f"{path}/close")
    assert signed("manager").get(path).json()["results"] is not None


@both
@pytest.mark.parametrize("name", ["rep", "mate", "outsider", "foreigner"])
def test_only_those_take_part_who_may_review_the_call(
    signed: Signed, world: World, scored: Scored, name: str
) -> None:
    assert refused(hold(signed, world, scored, "coach", name)) == (422, "no_reviewer")
    path = held(signed, world, scored, "coach")
    joining = {"user_id": str(world.people[name].id)}
    assert refused(signed("manager").post(f"{path}/members", json=joining)) == (422, "no_reviewer")


@both
def test_nobody_takes_part_in_a_session_on_a_call_of_their_own(signed: Signed, world: World) -> None:
    own = assessed(world, "coach")
    assert refused(hold(signed, world, own, "coach")) == (422, "no_reviewer")
    assert refused(hold(signed, world, own, "admin", by="coach")) == (422, "own_call")
    path = held(signed, world, own, "admin")
    assert signed("coach").get(path).status_code == 404
    assert signed("coach").get("/v1/calibrations").json()["items"] == []


@both
def test_a_call_out_of_reach_is_not_there(signed: Signed, world: World) -> None:
    support = assessed(world, "outsider")
    assert hold(signed, world, support, "admin", by="coach").status_code == 404
    assert refused(hold(signed, world, support, "coach", by="admin")) == (422, "no_reviewer")
    path = held(signed, world, support, "admin", by="admin")
    for name, status in (("coach", 404), ("manager", 404), ("foreigner", 404), ("rep", 403)):
        assert signed(name).get(path).status_code == status, name


@both
def test_lists_hold_ones_own_and_to_managers_all_within_reach(
    signed: Signed, world: World, scored: Scored
) -> None:
    first = held(signed, world, scored, "admin", by="admin")
    second = held(signed, world, scored, "coach", by="admin")
    third = held(signed, world, scored, "admin", by="coach")

    def listed(name: str, **wanted: Any) -> list[str]:
        items = signed(name).get("/v1/calibrations", params=wanted).json()["items"]
        return [f"/v1/calibrations/{one['id']}" for one in items]

    assert listed("coach") == [third, second]
    assert listed("manager") == listed("admin") == [third, second, first]
    assert signed("coach").get(first).status_code == 404
    assert signed("rep").get("/v1/calibrations").status_code == 403
    page = signed("manager").get("/v1/calibrations", params={"limit": 2}).json()
    assert [one["name"] for one in page["items"]] == ["Week 9", "Week 9"]
    assert listed("manager", limit=2, cursor=page["next"]) == [first]


@both
def test_a_session_is_called_off_while_nobody_has_submitted(
    signed: Signed, world: World, scored: Scored
) -> None:
    path = held(signed, world, scored, "coach", "admin")
    answer(signed, "coach", path, YES)
    assert refused(signed("coach").delete(path)) == (409, "not_holder")
    assert signed("manager").delete(path).status_code == 204
    assert signed("manager").get(path).status_code == 404

    async def left() -> Sequence[AnswerRow]:
        async with world.writing() as session:
            return (await session.execute(select(AnswerRow))).scalars().all()

    assert world.run(left()) == []
    again = held(signed, world, scored, "coach", "admin")
    answer(signed, "coach", again, YES, submit=True)
    assert refused(signed("manager").delete(again)) == (409, "answered")


@both
def test_members_join_until_it_is_closed(signed: Signed, world: World, scored: Scored) -> None:
    path = held(signed, world, scored, "coach")
    joining = {"user_id": str(world.people["admin"].id)}
    assert refused(signed("coach").post(f"{path}/members", json=joining)) == (409, "not_holder")
    joined = signed("manager").post(f"{path}/members", json=joining)
    assert [one["name"] for one in joined.json()["members"]] == ["Admin", "Coach"]
    assert refused(signed("manager").post(f"{path}/members", json=joining)) == (409, "member")
    signed("manager").post(f"{path}/close")
    assert refused(signed("manager").post(f"{path}/members", json=joining)) == (409, "closed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "nothing", "option": "yes"},
        {"item": "next", "option": "perhaps"},
        {"item": "talk", "share": 2},
        {"item": "next", "option": "yes", "comment": "a\0b"},
        {"item": "next", "option": "yes", "start": 5, "end": 1},
    ],
)
def test_answers_that_do_not_fit_are_refused(
    signed: Signed, world: World, scored: Scored, wrong: dict[str, Any]
) -> None:
    path = held(signed, world, scored, "coach")
    assert refused(answer(signed, "coach", path, wrong)) == (422, "answers")
    assert refused(answer(signed, "manager", path, YES)) == (409, "not_a_member")


def test_answers_of_a_session_change_no_score(signed: Signed, world: World, scored: Scored) -> None:
    before = signed("rep").get(f"/v1/assessments/{scored.assessment_id}").json()
    path = held(signed, world, scored, "coach")
    answer(signed, "coach", path, YES, {"item": "talk", "share": 0}, submit=True)
    signed("manager").post(f"{path}/close")
    assert signed("rep").get(f"/v1/assessments/{scored.assessment_id}").json() == before


def test_programs_read_but_neither_hold_nor_answer(
    signed: Signed, program: Signed, world: World, scored: Scored
) -> None:
    path = held(signed, world, scored, "coach")
    client = program(world.client(Scope.REVIEWS_WRITE))
    assert client.get(path).status_code == 200
    assert len(client.get("/v1/calibrations").json()["items"]) == 1
    assert refused(client.post(f"{path}/close")) == (403, "people_only")
    sent = {"name": "x", "assessment_id": str(scored.assessment_id), "members": [str(uuid4())]}
    assert refused(client.post("/v1/calibrations", json=sent)) == (403, "people_only")


@both
def test_the_trail_tells_of_every_step_without_a_word_of_the_answers(
    signed: Signed, world: World, scored: Scored
) -> None:
    path = held(signed, world, scored, "coach")
    signed("manager").post(f"{path}/members", json={"user_id": str(world.people["admin"].id)})
    answer(signed, "coach", path, {**YES, "comment": "secret words"}, submit=True)
    signed("manager").post(f"{path}/close")
    signed("manager").delete(held(signed, world, scored, "coach"))

    async def told() -> list[tuple[str, Any]]:
        async with world.writing() as session:
            query = select(TrailRow).where(col(TrailRow.action) == Action.CALIBRATION_CHANGED)
            query = query.order_by(col(TrailRow.number))
            return [(row.details["what"], row.details) for row in (await session.execute(query)).scalars()]

    entries = world.run(told())
    assert [what for what, _ in entries] == ["held", "joined", "submitted", "closed", "held", "deleted"]
    assert "secret" not in str(entries)


@both
def test_agreement_on_a_scorecard_is_over_its_closed_sessions(signed: Signed, world: World) -> None:
    pairs = ((YES, YES), (NO, NO), (YES, NO), (YES, YES), (NO, NO))
    for mine, theirs in pairs:
        scored = assessed(world, "rep")
        path = held(signed, world, scored, "coach", "admin")
        answer(signed, "coach", path, mine, {"item": "talk", "share": 0.5}, submit=True)
        answer(signed, "admin", path, theirs, {"item": "talk", "share": 0.5}, submit=True)
        signed("manager").post(f"{path}/close")
    held(signed, world, assessed(world, "rep"), "coach", "admin")
    version = signed("coach").get("/v1/scorecards").json()[0]["versions"][0]["id"]
    path = f"/v1/scorecards/versions/{version}/agreement"
    shown = signed("coach").get(path).json()
    assert shown["sessions"] == 5
    talk, depth, following = shown["items"]
    assert (following["level"], following["units"], following["coders"]) == ("nominal", 5, 2)
    assert following["alpha"] == pytest.approx(1 - 0.2 / (50 / 90), abs=1e-6)
    assert following["low"] <= following["alpha"] <= following["high"]
    assert (talk["level"], talk["alpha"], talk["units"]) == ("interval", None, 5)
    assert "never varies" in talk["reason"]
    assert talk["machine_units"] == 5
    assert depth["units"] == 0
    assert signed("rep").get(path).status_code == 403
    assert signed("foreigner").get(path).status_code == 404


@both
def test_agreement_is_of_sessions_on_calls_within_reach_alone(signed: Signed, world: World) -> None:
    path = held(signed, world, assessed(world, "outsider"), "admin", by="admin")
    answer(signed, "admin", path, YES, submit=True)
    signed("admin").post(f"{path}/close")
    version = signed("coach").get("/v1/scorecards").json()[0]["versions"][0]["id"]
    agreement = f"/v1/scorecards/versions/{version}/agreement"
    assert signed("coach").get(agreement).json()["sessions"] == 0
    assert signed("admin").get(agreement).json()["sessions"] == 1


@both
def test_a_deleted_call_takes_its_sessions_along(signed: Signed, world: World, scored: Scored) -> None:
    path = held(signed, world, scored, "coach")
    assert signed("manager").delete(f"/v1/calls/{scored.call_id}").status_code == 204
    assert signed("manager").get(path).status_code == 404
    assert signed("admin").get("/v1/calibrations").json()["items"] == []


@both
def test_who_no_longer_reaches_the_call_sees_the_session_no_longer(
    signed: Signed, world: World, scored: Scored
) -> None:
    path = held(signed, world, scored, "coach")

    async def move() -> None:
        async with world.writing() as session:
            coach = await session.get_one(User, world.people["coach"].id)
            assert coach.role is UserRole.COACH
            coach.team_id = world.teams["support"].id

    world.run(move())
    assert signed("coach").get(path).status_code == 404
    assert signed("coach").get("/v1/calibrations").json()["items"] == []
