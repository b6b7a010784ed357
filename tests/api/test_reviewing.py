"""Scores reviewed over the API: every move, legal and illegal, by everybody; answers beside the machine's."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.schemas.reviewing import RepMove, ReviewerMove
from core.clock import now
from models.access import Permission, Scope
from models.assessment import MOVES, AssessmentState, Move, MoveName, Mover, Place
from models.call import UserRole
from tests.api.conftest import Running, Signed, both
from tests.factories.assessing import Scored, assessed, put
from tests.factories.worlds import World

ROLES = ("rep", "coach", "manager", "admin")
OWNERS = ("rep", "coach", "outsider")
GIVEN = [move for move in MOVES if move.mover is not Mover.SYSTEM]
TALK = {"item": "talk", "share": 0.25, "comment": "Far too much.", "start": 3.0, "end": 9.5}
AGREED = {"item": "next", "option": "yes"}


@pytest.fixture(scope="module")
def scores(there: Running) -> dict[str, Scored]:
    """Return a scored call of each owner."""
    return {owner: assessed(there.world, owner) for owner in OWNERS}


def path(move: Move | None, assessment_id: UUID) -> str:
    part = "own-moves" if move is not None and move.mover is Mover.REP else "moves"
    return f"/v1/assessments/{assessment_id}/{part}"


def sent(move: Move) -> dict[str, str]:
    return {"move": move.name, "comment": "Because." if move.comment else ""}


def fitting(move: Move, state: AssessmentState) -> dict[str, Any]:
    """Return what makes a move that is legal in a state have a point."""
    contested = move.name is MoveName.UPHOLD or (move.name is MoveName.REOPEN and state.decided)
    return {"contested_at": now() if contested else None}


def expected(there: Running, name: str, owner: str, move: Move, state: AssessmentState) -> set[int]:
    """Return the statuses that the tables of access and moves let an answer have."""
    rep_moves = move.mover is Mover.REP
    viewer_role = there.world.people[name].role
    reaches = Permission.ANSWER_REVIEWS if rep_moves else Permission.REVIEW_CALLS
    own = name == owner
    if not rep_moves and viewer_role is UserRole.REP:
        return {403}
    if rep_moves and not own:
        return {404}
    if not rep_moves and owner == "outsider" and viewer_role is not UserRole.ADMIN:
        return {404}
    assert reaches in Permission
    if own and not rep_moves:
        return {403}
    if state not in move.before:
        return {422}
    return {409} if move.name is MoveName.CORRECT else {200}


@pytest.mark.parametrize("state", AssessmentState)
@pytest.mark.parametrize("move", GIVEN, ids=lambda move: str(move.name))
def test_every_move_in_every_state_by_everybody(
    there: Running, scores: dict[str, Scored], move: Move, state: AssessmentState
) -> None:
    for owner, one in scores.items():
        for name in ROLES:
            put(there.world, one.assessment_id, state, **fitting(move, state))
            answer = there.signed(name).post(path(move, one.assessment_id), json=sent(move))
            statuses = expected(there, name, owner, move, state)
            assert answer.status_code in statuses, (name, owner, answer.text)
            if answer.status_code == 200:
                assert answer.json()["state"] == (move.after or state)
                last = answer.json()["moves"][-1]
                assert (last["move"], last["before"]) == (move.name, state)
            elif answer.status_code == 409 and state in move.before:
                assert answer.json()["code"] == "nothing_corrected"


@pytest.mark.parametrize("move", [move for move in GIVEN if move.comment], ids=lambda move: str(move.name))
def test_moves_that_take_a_reason_are_refused_without(
    there: Running, scores: dict[str, Scored], move: Move
) -> None:
    state = min(move.before)
    put(there.world, scores["rep"].assessment_id, state, **fitting(move, state))
    who = "rep" if move.mover is Mover.REP else "coach"
    answer = there.signed(who).post(
        path(move, scores["rep"].assessment_id), json={"move": move.name, "comment": " "}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "no_reason")


def test_what_one_may_do_is_what_is_not_refused(there: Running, scores: dict[str, Scored]) -> None:
    one = scores["rep"]
    for name in ROLES:
        for state in AssessmentState:
            put(there.world, one.assessment_id, state)
            shown = there.signed(name).get(f"/v1/assessments/{one.assessment_id}").json()
            mover = Mover.REP if name == "rep" else Mover.REVIEWER
            legal = {move.name for move in MOVES if move.mover is mover and state in move.before}
            assert set(shown["may"]) == legal - {MoveName.UPHOLD}


def test_a_score_that_is_not_there_and_one_out_of_reach_are_told_alike(
    there: Running, scores: dict[str, Scored]
) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "/moves": {"move": "take"},
        "/answers": {"answers": [AGREED]},
        "/own-moves": {"move": "acknowledge"},
        "/own-answers": {"answers": [AGREED]},
    }
    keys = (scores["outsider"].assessment_id, uuid4())
    for name in ("coach", "manager"):
        client = there.signed(name)
        told = [client.get(f"/v1/assessments/{key}") for key in keys]
        for part, body in bodies.items():
            told += [client.post(f"/v1/assessments/{key}{part}", json=body) for key in keys]
        assert {one.status_code for one in told} == {404}
        assert len({one.json()["code"] for one in told}) == 1


@both
def test_a_correction_stands_beside_the_machine_and_makes_the_score(signed: Signed, world: World) -> None:
    one = assessed(world, "rep")
    coach, url = signed("coach"), f"/v1/assessments/{one.assessment_id}"
    first = coach.get(url).json()
    assert (first["state"], first["points"]) == ("proposed", first["machine_points"])
    assert "approve" in first["may"]
    found = coach.post(f"{url}/answers", json={"answers": [TALK, AGREED]}).json()
    assert found["machine_points"] == first["machine_points"]
    talk = next(one for one in found["items"] if one["item"]["key"] == "talk")
    assert talk["machine"] == next(i for i in first["items"] if i["item"]["key"] == "talk")["machine"]
    assert (talk["shown"]["answered_by"], talk["shown"]["share"]) == ("human", 0.25)
    assert talk["shown"]["evidence"] == [{"start": 3.0, "end": 9.5, "note": "Far too much."}]
    assert [said["answer"]["share"] for said in talk["answers"]] == [0.25]
    assert found["points"] == sum(item["points"] for item in found["score"]["items"]) / 1000
    refused = coach.post(f"{url}/moves", json={"move": "approve"})
    assert (refused.status_code, refused.json()["code"]) == (409, "answers_differ")
    done = coach.post(f"{url}/moves", json={"move": "correct"}).json()
    assert (done["state"], done["decided_by"]["name"]) == ("corrected", "Coach")
    late = coach.post(f"{url}/answers", json={"answers": [AGREED]})
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")


@both
def test_an_answer_taken_back_leaves_the_machine_s(signed: Signed, world: World) -> None:
    one = assessed(world, "rep")
    coach, url = signed("coach"), f"/v1/assessments/{one.assessment_id}"
    first = coach.get(url).json()
    coach.post(f"{url}/answers", json={"answers": [TALK]})
    back = coach.post(f"{url}/answers", json={"withdraw": ["talk"]}).json()
    assert (back["points"], back["score"]) == (first["points"], first["score"])
    assert coach.post(f"{url}/moves", json={"move": "approve"}).json()["state"] == "approved"


def test_answers_that_do_not_fit_are_refused_with_what_is_wrong(signed: Signed, world: World) -> None:
    one = assessed(world, "rep")
    wrong = [
        {"item": "charm", "share": 1.0},
        {"item": "next", "option": "maybe"},
        {"item": "talk", "share": 1.5},
        {"item": "depth", "share": 1.0, "start": 9.0, "end": 3.0},
    ]
    answer = signed("coach").post(f"/v1/assessments/{one.assessment_id}/answers", json={"answers": wrong})
    assert answer.status_code == 422
    for said in ("no item 'charm'", "no answer 'maybe'", "between 0 and 1", "end lies before"):
        assert said in answer.json()["detail"]
    nothing = signed("coach").post(f"/v1/assessments/{one.assessment_id}/answers", json={})
    assert "nothing in it" in nothing.json()["detail"]


@both
def test_a_rep_judges_acknowledges_and_contests_and_somebody_looks_again(
    signed: Signed, world: World
) -> None:
    one = assessed(world, "rep")
    rep, coach, url = signed("rep"), signed("coach"), f"/v1/assessments/{one.assessment_id}"
    before = coach.get(url).json()
    own = rep.post(f"{url}/own-answers", json={"answers": [TALK]}).json()
    assert own["points"] == before["points"], "what a rep says of themself changes no score"
    talk = next(item for item in own["items"] if item["item"]["key"] == "talk")
    assert [(said["kind"], said["by"]["name"]) for said in talk["answers"]] == [("self", "Rep")]
    coach.post(f"{url}/moves", json={"move": "approve"})
    assert rep.post(f"{url}/own-moves", json={"move": "acknowledge"}).json()["acknowledged_at"]
    assert coach.get("/v1/reviews").json()["items"] == []
    asked = {"move": "contest", "comment": "The agreed step was missed."}
    assert rep.post(f"{url}/own-moves", json=asked).json()["contested_at"]
    (waiting,) = coach.get("/v1/reviews", params={"contested": True}).json()["items"]
    assert (waiting["id"], waiting["why"]) == (str(one.assessment_id), "The rep asks for another look.")
    again = coach.post(f"{url}/moves", json={"move": "reopen", "comment": "Right."}).json()
    assert (again["state"], again["contested_at"], again["assigned_to"]["name"]) == (
        "in_review",
        None,
        "Coach",
    )
    assert signed("manager").post(f"{url}/moves", json={"move": "approve"}).json()["code"] == "taken"
    assert [move["move"] for move in again["moves"]] == ["approve", "acknowledge", "contest", "reopen"]


@both
def test_the_queue_shows_what_needs_eyes_first_page_by_page(signed: Signed, world: World) -> None:
    places = (Place.ORDINARY, Place.SAMPLE, Place.UNCERTAIN, Place.EXTREME, Place.ORDINARY)
    made = [assessed(world, "rep") for _ in places]
    for one, place in zip(made, places, strict=True):
        put(world, one.assessment_id, AssessmentState.PROPOSED, queue=int(place), why=place.name)
    coach, seen, cursor = signed("coach"), list[str](), None
    while True:
        asked = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = coach.get("/v1/reviews", params=asked).json()
        seen += [item["why"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == ["UNCERTAIN", "EXTREME", "SAMPLE", "ORDINARY", "ORDINARY"]
    coach.post(f"/v1/assessments/{made[0].assessment_id}/moves", json={"move": "take"})
    (mine,) = coach.get("/v1/reviews", params={"mine": True}).json()["items"]
    assert mine["assigned_to"]["name"] == "Coach"
    assert signed("rep").get("/v1/reviews").status_code == 403
    assert coach.get("/v1/reviews", params={"cursor": "nonsense"}).status_code == 422


def test_a_program_neither_approves_nor_answers(signed: Signed, world: World, program: Signed) -> None:
    one = assessed(world, "rep")
    client = program(world.client(Scope.REVIEWS_WRITE, Scope.CALLS_READ))
    url = f"/v1/assessments/{one.assessment_id}"
    for part, body in (("moves", {"move": "approve"}), ("answers", {"answers": [AGREED]})):
        answer = client.post(f"{url}/{part}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "people_only")
    assert client.get(url).json()["may"] == []
    assert signed("coach").get(url).json()["state"] == "proposed"


def test_what_was_changed_meanwhile_is_not_overwritten(signed: Signed, world: World) -> None:
    one = assessed(world, "rep")
    coach, url = signed("coach"), f"/v1/assessments/{one.assessment_id}"
    tag = coach.get(url).headers["etag"]
    coach.post(f"{url}/answers", json={"answers": [TALK]}, headers={"if-match": tag})
    late = coach.post(f"{url}/moves", json={"move": "take"}, headers={"if-match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")


def test_every_change_of_a_score_is_in_the_trail(signed: Signed, world: World) -> None:
    one = assessed(world, "rep")
    coach, url = signed("coach"), f"/v1/assessments/{one.assessment_id}"
    coach.post(f"{url}/answers", json={"answers": [TALK]})
    coach.post(f"{url}/moves", json={"move": "correct"})
    coach.post(f"{url}/moves", json={"move": "reopen", "comment": "Once more."})
    entries = signed("rep").get(f"/v1/calls/{one.call_id}/trail").json()["items"]
    told = [(entry["action"], entry["details"].get("move"), entry["reason"]) for entry in entries]
    assert told[:4] == [
        ("score.moved", "reopen", "Once more."),
        ("score.moved", "correct", None),
        ("score.answered", None, None),
        ("score.proposed", None, None),
    ]
    assert entries[0]["by"]["name"] == "Coach"


@pytest.mark.parametrize(("asked", "mover"), [(ReviewerMove, Mover.REVIEWER), (RepMove, Mover.REP)])
def test_what_can_be_asked_for_is_what_the_table_has(asked: type[StrEnum], mover: Mover) -> None:
    assert {str(one) for one in asked} == {str(move.name) for move in MOVES if move.mover is mover}
