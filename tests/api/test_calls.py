"""Calls listed, changed, cancelled, done again, corrected and deleted over the API."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select

from core.clock import now
from models.call import CallState, RunState
from models.db import Database
from models.queries import runs
from models.stages import StageName
from models.tables import Correction, Product, StageRun
from tests.api.conftest import Running, Signed, both
from tests.factories.reviews import chinese_call, sales_call
from tests.factories.worlds import World


@both
def test_a_list_is_searched_sorted_and_paged(here: Running) -> None:
    world, coach = here.world, here.signed("coach")
    sale, chinese = world.reviewed("rep", sales_call()), world.reviewed("mate", chinese_call())
    waiting = world.call("coach", duration_s=60.0)
    for sort, expected in (
        ("-duration", [sale, waiting, chinese]),
        ("duration", [chinese, waiting, sale]),
        ("+created_at", [sale, chinese, waiting]),
    ):
        found, cursor = [], None
        while True:
            asked: dict[str, Any] = {"sort": sort, "limit": 1, **({"cursor": cursor} if cursor else {})}
            page = coach.get("/v1/calls", params=asked).json()
            found += [one["id"] for one in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == [str(one) for one in expected], sort
    page = coach.get("/v1/calls", params={"q": "仓库"}).json()
    assert [one["id"] for one in page["items"]] == [str(chinese)]
    assert [hit["index"] for hit in page["items"][0]["hits"]] == [2, 3]
    page = coach.get("/v1/calls", params={"state": ["queued", "failed"]}).json()
    assert [(one["id"], one["hits"]) for one in page["items"]] == [(str(waiting), None)]
    assert page["items"][0]["expected_at"] is not None
    assert coach.get("/v1/calls", params={"team_id": str(world.teams["support"].id)}).json()["items"] == []


def test_a_list_refuses_what_it_does_not_know(signed: Signed, world: World) -> None:
    client = signed("admin")
    world.call("rep")
    world.call("rep")
    cursor = client.get("/v1/calls", params={"limit": 1}).json()["next"]
    for asked, code in (
        ({"sort": "title"}, "invalid"),
        ({"colour": "blue"}, "invalid"),
        ({"limit": "0"}, "invalid"),
        ({"limit": "201"}, "invalid"),
        ({"started_from": "yesterday"}, "invalid"),
        ({"depth_from": "nan"}, "invalid"),
        ({"q": "!?"}, "no_words"),
        ({"cursor": "x"}, "wrong_cursor"),
        ({"cursor": "e30"}, "wrong_cursor"),
        ({"cursor": "W3RydWVd"}, "wrong_cursor"),
        ({"cursor": cursor, "sort": "started_at"}, "wrong_cursor"),
    ):
        answer = client.get("/v1/calls", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, code), asked


def test_what_did_not_change_is_not_sent_again(signed: Signed, world: World) -> None:
    client, where = signed("rep"), f"/v1/calls/{world.reviewed('rep', sales_call())}"
    tag = client.get(where).headers["etag"]
    assert client.get(where, headers={"if-none-match": f'"other", W/{tag}'}).status_code == 304
    client.patch(where, json={"customer": "Acme"})
    answer = client.get(where, headers={"if-none-match": tag})
    assert (answer.status_code, answer.json()["customer"]) == (200, "Acme")


def test_a_change_of_what_another_changed_is_refused(signed: Signed, world: World) -> None:
    where = f"/v1/calls/{world.call('rep')}"
    rep, coach = signed("rep"), signed("coach")
    mine = {"if-match": rep.get(where).headers["etag"]}
    assert coach.patch(where, json={"title": "Coached"}).status_code == 200
    answer = rep.patch(where, json={"title": "Mine"}, headers=mine)
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_meanwhile")
    again = {"if-match": answer.headers["etag"]}
    assert rep.patch(where, json={"title": "Mine"}, headers=again).json()["title"] == "Mine"


def test_a_change_changes_what_it_names(signed: Signed, world: World) -> None:
    where = f"/v1/calls/{world.call('rep', customer='Acme', crm={'deal': '1'}, external_id='a')}"
    other = world.call("rep", external_id="b")
    client = signed("coach")
    before = client.get(where).json()
    given = {"customer": None, "started_at": "2026-02-01T10:00:00+02:00", "call_type": "demo"}
    after = client.patch(where, json=given).json()
    differing = {key for key in before if before[key] != after[key]}
    assert differing - {"expected_at"} == {"customer", "started_at", "call_type", "version", "updated_at"}
    assert after["started_at"] == "2026-02-01T08:00:00Z"
    assert client.patch(where, json={}).json()["version"] == after["version"]
    assert client.patch(where, json={"external_id": "b"}).json()["code"] == "external_id_taken"
    assert client.patch(where, json={"external_id": "a"}).status_code == 200
    mate, outsider = world.people["mate"], world.people["outsider"]
    assert client.patch(where, json={"rep_id": str(mate.id)}).json()["rep_id"] == str(mate.id)
    assert client.patch(where, json={"rep_id": str(outsider.id)}).json()["code"] == "no_such_rep"
    for wrong in (
        {"title": None},
        {"title": ""},
        {"call_type": None},
        {"state": "reviewed"},
        {"crm": {"": ""}},
    ):
        assert client.patch(where, json=wrong).status_code == 422, wrong
    assert client.get(f"/v1/calls/{other}").json()["external_id"] == "b"


def test_work_is_cancelled_and_begun_again(signed: Signed, world: World) -> None:
    call_id, client = world.call("rep"), signed("rep")
    where = f"/v1/calls/{call_id}"
    assert client.post(f"{where}/cancel").json()["state"] == CallState.CANCELLED
    assert client.post(f"{where}/cancel").status_code == 200
    stages = client.get(f"{where}/stages").json()
    assert [one["stage"] for one in stages] == list(StageName)
    assert {one["state"] for one in stages} == {RunState.CANCELLED}
    answer = client.post(f"{where}/rerun", json={})
    assert (answer.status_code, answer.json()["state"]) == (202, CallState.QUEUED)
    assert client.get(f"{where}/stages").json()[0]["state"] == RunState.QUEUED
    ended = world.reviewed("rep", sales_call())
    assert client.post(f"/v1/calls/{ended}/cancel").json()["code"] == "ended"


async def _done(world: World, call_id: UUID) -> None:
    async with world.writing() as session:
        for run in (await session.execute(select(StageRun))).scalars():
            run.state, run.queued_at = RunState.DONE, None
    del call_id


def test_correcting_roles_measures_anew_and_nothing_before(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", sales_call()), signed("coach")
    asyncio.run(_done(world, call_id))
    where = f"/v1/calls/{call_id}"
    said = {"speakers": {"S1": {"role": "customer", "name": "Ana"}, "S2": {"role": "rep"}}}
    answer = client.patch(f"{where}/speakers", json=said)
    assert (answer.status_code, answer.json()["state"]) == (202, CallState.QUEUED)
    states = {one["stage"]: one["state"] for one in client.get(f"{where}/stages").json()}
    assert states["diarize"] == states["transcribe"] == RunState.DONE
    assert (states["attribute"], states["judge"]) == (RunState.QUEUED, RunState.WAITING)
    client.patch(f"{where}/speakers", json={"speakers": {"S1": {"name": None}, "S2": {"name": "Bo"}}})
    assert _corrections(world, call_id) == [
        {"roles": {"S1": "customer", "S2": "rep"}, "names": {"S1": "Ana"}, "edits": []},
        {"roles": {"S1": "customer", "S2": "rep"}, "names": {"S2": "Bo"}, "edits": []},
    ]
    assert _corrector(world, call_id) == world.people["coach"].id


def test_naming_a_speaker_needs_no_work(signed: Signed, world: World) -> None:
    call_id, client = world.reviewed("rep", sales_call()), signed("coach")
    before = client.get(f"/v1/calls/{call_id}").json()
    after = client.patch(f"/v1/calls/{call_id}/speakers", json={"speakers": {"S1": {"name": "Ana"}}}).json()
    assert after["state"] == CallState.REVIEWED
    assert after["version"] == before["version"] + 1
    named = {one["label"]: one["name"] for one in client.get(f"/v1/calls/{call_id}/speakers").json()}
    assert named == {"S1": "Ana", "S2": None}
    unknown = client.patch(f"/v1/calls/{call_id}/speakers", json={"speakers": {"S9": {"name": "Who"}}})
    assert unknown.json()["code"] == "no_such_speaker"


@both
def test_a_deleted_call_leaves_a_tombstone(here: Running) -> None:
    world, client = here.world, here.signed("manager")
    call_id = world.reviewed("rep", sales_call(), customer="Acme", crm={"deal": "1"})
    where = f"/v1/calls/{call_id}"
    assert client.delete(where).status_code == 204
    for path in (where, f"{where}/review", f"{where}/audio"):
        assert (client.get(path).status_code, client.get(path).json()["code"]) == (410, "deleted")
    assert client.delete(where).status_code == 410
    assert client.get("/v1/calls").json()["items"] == []
    assert client.get("/v1/calls", params={"q": "warehouse"}).json()["items"] == []
    (tombstone,) = client.get("/v1/calls", params={"deleted": "true"}).json()["items"]
    assert (tombstone["id"], tombstone["customer"], tombstone["crm"]) == (str(call_id), None, {})
    assert tombstone["deleted_at"] is not None
    assert here.signed("mate").get(where).status_code == 404
    assert _rows(world, Product) == _rows(world, Correction) == 0


def test_deleting_removes_the_recording_from_the_store(
    anybody: TestClient, signed: Signed, world: World
) -> None:
    made = signed("rep").post("/v1/calls", content=b"RIFF" * 100).json()
    files = [p for p in (world.settings.data / "store").rglob("*") if p.is_file()]
    assert len(files) == 1
    assert signed("manager").delete(f"/v1/calls/{made['id']}").status_code == 204
    assert not files[0].exists()
    again = signed("rep").post("/v1/calls", content=b"RIFF" * 100)
    assert again.status_code == 202
    assert again.json()["id"] != made["id"]


def test_work_that_goes_on_is_told_of_in_the_list(signed: Signed, world: World) -> None:
    call_id = world.call("rep", duration_s=600.0)

    async def claim() -> None:
        from datetime import timedelta

        from models.stages import Lane

        database = Database(world.settings)
        async with database.system() as session:
            claimed = await runs.claim(session, Lane.CPU, "w", timedelta(seconds=60))
            assert claimed is not None
            assert await runs.beat(session, claimed, 0.5, timedelta(seconds=60))
        await database.close()

    asyncio.run(claim())
    (one,) = signed("rep").get("/v1/calls").json()["items"]
    assert (one["id"], one["state"]) == (str(call_id), CallState.PROCESSING)
    assert 0 < one["progress"] < 0.1
    assert one["expected_at"] > now().isoformat()


def _corrections(world: World, call_id: UUID) -> list[dict[str, Any]]:
    return [row.content for row in _all(world, Correction) if row.call_id == call_id]


def _corrector(world: World, call_id: UUID) -> UUID | None:
    found: UUID | None = next(row.user_id for row in _all(world, Correction) if row.call_id == call_id)
    return found


def _rows(world: World, table: type[Any]) -> int:
    return len(_all(world, table))


def _all(world: World, table: type[Any]) -> list[Any]:
    async def read() -> list[Any]:
        database = Database(world.settings)
        try:
            async with database.system_read() as session:
                return list((await session.execute(select(table))).scalars())
        finally:
            await database.close()

    return asyncio.run(read())
