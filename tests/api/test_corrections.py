"""Who said what put right over the API, and every version of it read and gone back to."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
import zstandard
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from api.corrections import put_right
from core.clock import now
from models.call import CallState, RunState
from models.queries import reviews
from models.tables import Call, StageRun
from models.transcript import Role
from report.document import json_text
from tests.api.conftest import Running, Signed, both
from tests.factories.reviews import Line, chinese_call, review_of
from tests.factories.worlds import World

CALL = review_of(
    [
        Line("S1", 1.0, 3.0, "Hello this is Ana"),
        Line("S2", 4.0, 6.0, "I have a question"),
        Line("unknown", 7.0, 8.0, "Excuse me"),
    ]
)
TEXT = {"kind": "text", "speaker": "S1", "start": 1, "end": 3, "text": "Hello, I am Ana"}
SPLIT = {"kind": "reassign", "speaker": "S2", "start": 4, "end": 5, "to": None}
MERGE = {"kind": "merge", "speaker": "S2", "into": "S1"}
SWAP = {"kind": "swap_roles"}


def post(client: TestClient, call_id: UUID, *edits: dict[str, Any], **headers: str) -> Response:
    return client.post(f"/v1/calls/{call_id}/corrections", json={"edits": list(edits)}, headers=headers)


def undo(client: TestClient, call_id: UUID, version: int, **headers: str) -> Response:
    where = f"/v1/calls/{call_id}/corrections/undo"
    return client.post(where, json={"to_version": version}, headers=headers)


def history(client: TestClient, call_id: UUID, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/calls/{call_id}/corrections", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def done(world: World) -> None:
    """Let all work on calls be done."""

    async def act() -> None:
        async with world.writing() as session:
            for run in (await session.execute(select(StageRun))).scalars():
                run.state, run.queued_at = RunState.DONE, None
            for call in (await session.execute(select(Call))).scalars():
                call.state = CallState.REVIEWED

    asyncio.run(act())


@both
def test_what_rests_on_words_is_made_anew_and_nothing_else(here: Running) -> None:
    call_id, client = here.world.reviewed("rep", CALL), here.signed("coach")
    done(here.world)
    before = client.get(f"/v1/calls/{call_id}").json()
    answer = post(client, call_id, TEXT)
    assert (answer.status_code, answer.json()["state"]) == (202, CallState.QUEUED)
    assert answer.json()["version"] > before["version"]
    states = {one["stage"]: one["state"] for one in client.get(f"/v1/calls/{call_id}/stages").json()}
    assert {stage for stage, state in states.items() if state != RunState.DONE} == {
        "attribute",
        "judge",
        "measure",
        "score",
    }
    (told,) = history(client, call_id)["items"]
    assert told["words"] == ["S1 at 0:01: “Hello this is Ana” is “Hello, I am Ana”."]
    assert told["edits"] == [
        {**TEXT, "start": 1.0, "end": 3.0, "channel": None, "before": "Hello this is Ana"}
    ]
    assert told["changes"]["added"] == told["edits"]
    assert (told["version"], told["in_force"], told["restores"]) == (1, True, None)
    assert told["by"] == {"id": str(here.world.people["coach"].id), "name": "Coach"}


@both
def test_edits_start_from_what_those_before_leave_reviewed_or_not(here: Running) -> None:
    call_id, client = here.world.reviewed("rep", CALL), here.signed("coach")
    assert post(client, call_id, SPLIT, {**MERGE, "into": "S3"}).status_code == 202
    nobody = post(client, call_id, {**TEXT, "speaker": "S2", "start": 4, "end": 6})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "no_such_speaker")
    assert nobody.json()["remedy"] == "It has S1, S3, unknown."
    assert (
        post(client, call_id, {**TEXT, "speaker": "S3", "start": 4, "end": 6, "text": "Yes"}).status_code
        == 202
    )
    assert post(client, call_id, {**SPLIT, "speaker": "unknown", "start": 7, "end": 8}).status_code == 202
    newest, middle, first = history(client, call_id)["items"]
    assert newest["words"] == ["What nobody known says from 0:07 to 0:08 is S4's."]
    assert middle["words"] == ["S3 at 0:04: “I have a question” is “Yes”."]
    assert first["words"] == ["What S2 says from 0:04 to 0:05 is S3's.", "All that S2 says is S3's."]
    assert [one["in_force"] for one in (newest, middle, first)] == [True, False, False]
    assert len(newest["edits"]) == 4


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({**MERGE, "speaker": "S7"}, "no_such_speaker"),
        ({**SPLIT, "to": "S9"}, "no_such_speaker"),
        ({**MERGE, "into": "S2"}, "same_speaker"),
        ({**SPLIT, "end": 3.5}, "empty_range"),
        ({**SPLIT, "start": -1}, "outside_call"),
        ({**TEXT, "end": 900}, "outside_call"),
        ({**TEXT, "start": 4, "end": 6}, "nothing_said"),
        ({**TEXT, "text": "Hello this is Ana"}, "unchanged"),
        ({**TEXT, "text": "..."}, "no_words"),
        ({**TEXT, "text": "la " * 100}, "text_too_long"),
        ({**TEXT, "text": "la " * 1000}, "invalid"),
        ({**TEXT, "text": "a\0b"}, "invalid"),
        ({**TEXT, "start": "1"}, "invalid"),
        ({**TEXT, "start": True}, "invalid"),
        ({**MERGE, "into": "unknown"}, "invalid"),
        ({"kind": "split"}, "invalid"),
    ],
)
def test_what_cannot_be_done_is_told_and_none_of_it_is_done(
    signed: Signed, world: World, edit: dict[str, Any], code: str
) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    answer = post(client, call_id, SWAP, edit)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert history(client, call_id) == {"items": [], "next": None}
    assert client.get(f"/v1/calls/{call_id}").json()["state"] == CallState.REVIEWED


def test_times_that_are_no_numbers_are_refused(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    for number in ("NaN", "Infinity", "1e999"):
        body = f'{{"edits":[{{"kind":"text","speaker":"S1","start":{number},"end":3,"text":"a"}}]}}'
        answer = client.post(
            f"/v1/calls/{call_id}/corrections", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422


def test_a_call_has_a_bounded_number_of_edits(
    signed: Signed, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.corrections.MOST_OF_CALL", 2)
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    edits = [{**TEXT, "text": text} for text in ("one", "two", "three")]
    assert post(client, call_id, *edits).json()["code"] == "too_many_edits"
    assert post(client, call_id, *edits[:2]).status_code == 202


def test_only_what_one_has_read_is_changed(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    tag = client.get(f"/v1/calls/{call_id}").headers["etag"]
    assert post(client, call_id, TEXT, **{"if-match": tag}).status_code == 202
    for answer in (
        post(client, call_id, MERGE, **{"if-match": tag}),
        undo(client, call_id, 0, **{"if-match": tag}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "changed_meanwhile")
    assert len(history(client, call_id)["items"]) == 1


def test_of_two_who_correct_at_once_one_is_told(
    signed: Signed, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    where = "api.routes.corrections.put_right"

    def meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(where, put_right)
        assert post(signed("manager"), call_id, MERGE).status_code == 202
        return put_right(*given)

    monkeypatch.setattr(where, meanwhile)
    answer = post(client, call_id, TEXT)
    assert (answer.status_code, answer.json()["code"]) == (409, "corrected_meanwhile")
    assert len(history(client, call_id)["items"]) == 1


def test_a_call_without_a_review_cannot_be_corrected_yet(signed: Signed, world: World) -> None:
    call_id, client = world.call("rep"), signed("coach")
    assert post(client, call_id, TEXT).json()["code"] == "not_reviewed"
    assert undo(client, call_id, 0).status_code == 202


@both
def test_any_version_is_gone_back_to_and_that_again(here: Running) -> None:
    call_id, client = here.world.reviewed("rep", CALL), here.signed("coach")
    client.patch(f"/v1/calls/{call_id}/speakers", json={"speakers": {"S1": {"name": "Ana"}}})
    post(client, call_id, TEXT, MERGE)
    done(here.world)
    answer = undo(here.signed("manager"), call_id, 0)
    assert (answer.status_code, answer.json()["state"]) == (202, CallState.QUEUED)
    assert client.get(f"/v1/calls/{call_id}/speakers").json()[0]["name"] is None
    assert undo(client, call_id, 2).status_code == 202
    assert client.get(f"/v1/calls/{call_id}/speakers").json()[0]["name"] == "Ana"
    four, three, two, one = history(client, call_id)["items"]
    assert (four["restores"], four["edits"], four["names"]) == (2, two["edits"], two["names"])
    assert four["words"][0] == "As in version 2."
    assert three["words"] == [
        "As the machine had it.",
        "S1 is no longer called Ana.",
        "Taken back: All that S2 says is S1's.",
        "Taken back: S1 at 0:01: “Hello this is Ana” is “Hello, I am Ana”.",
    ]
    assert (three["changes"]["added"], three["changes"]["removed"]) == ([], two["edits"])
    assert three["by"]["name"] == "Manager"
    assert one["changes"]["names"] == [{"label": "S1", "before": None, "after": "Ana"}]


def test_a_version_that_there_is_not_is_told(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    answer = undo(client, call_id, 3)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_version")
    assert undo(client, call_id, 0).json()["state"] == CallState.REVIEWED
    assert history(client, call_id)["items"] == []


def test_history_comes_by_the_page_and_knows_what_came_before(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    for text in ("one", "two", "three", "four"):
        post(client, call_id, {**TEXT, "text": text})
    page = history(client, call_id, limit=2)
    assert [one["version"] for one in page["items"]] == [4, 3]
    assert page["items"][1]["words"] == ["S1 at 0:01: “two” is “three”."]
    rest = history(client, call_id, limit=2, cursor=page["next"])
    assert ([one["version"] for one in rest["items"]], rest["next"]) == ([2, 1], None)
    assert client.get(f"/v1/calls/{call_id}/corrections", params={"cursor": "x"}).status_code == 422


def test_one_click_exchanges_rep_and_customer_and_back(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    post(client, call_id, SWAP)
    post(client, call_id, SWAP)
    second, first = history(client, call_id)["items"]
    assert first["roles"] == {"S1": Role.CUSTOMER, "S2": Role.REP}
    assert first["words"] == ["S1 is the customer.", "S2 is the rep."]
    assert second["roles"] == {"S1": Role.REP, "S2": Role.CUSTOMER}
    assert client.get(f"/v1/calls/{call_id}").json()["state"] == CallState.QUEUED


def test_a_new_speaker_may_be_told_a_side_before_the_call_is_done_again(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    post(client, call_id, SPLIT)
    said = {"speakers": {"S3": {"role": "other", "name": "Eva"}}}
    assert client.patch(f"/v1/calls/{call_id}/speakers", json=said).status_code == 202
    newest = history(client, call_id)["items"][0]
    assert (newest["roles"], newest["names"]) == ({"S3": "other"}, {"S3": "Eva"})
    assert len(newest["edits"]) == 1


def test_chinese_is_put_right_by_the_character(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", chinese_call()), signed("coach")
    words = client.get(f"/v1/calls/{call_id}/words").json()["items"]
    start, end = words[0]["start"], words[2]["end"]
    edit = {"kind": "text", "speaker": "S1", "start": start, "end": end, "text": "你好，"}
    assert post(client, call_id, edit).status_code == 202
    assert history(client, call_id)["items"][0]["edits"][0]["before"] == "您好，"


def test_a_rep_reads_what_was_put_right_and_changes_nothing(signed: Signed, world: World) -> None:
    call_id, rep = world.reviewed("rep", CALL), signed("rep")
    post(signed("coach"), call_id, TEXT)
    assert len(history(rep, call_id)["items"]) == 1
    assert post(rep, call_id, TEXT).status_code == undo(rep, call_id, 0).status_code == 403
    assert signed("mate").get(f"/v1/calls/{call_id}/corrections").status_code == 404


def test_a_review_with_corrections_in_it_is_what_the_next_start_from(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", CALL), signed("coach")
    post(client, call_id, TEXT)

    async def again() -> None:
        lines = [Line("S1", 1.0, 3.0, "Hello, I am Ana"), Line("S2", 4.0, 6.0, "I have a question")]
        document = zstandard.ZstdCompressor().compress(json_text(review_of(lines)).encode())
        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            reviews.keep(session, call, 2, document, now(), correction=1)

    asyncio.run(again())
    assert post(client, call_id, {**TEXT, "text": "Hello, I am Eva"}).status_code == 202
    assert history(client, call_id)["items"][0]["edits"][1]["before"] == "Hello, I am Ana"
