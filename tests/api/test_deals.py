"""Deals over the API: tables taken in, listed by who may see them, removed."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from ingest.deals import MOST_BYTES
from models.access import Scope
from tests.api.conftest import Running, Signed, both
from tests.factories.worlds import World

HEADER = "external_id,name,rep_email,stage,outcome,amount,currency,opened_at,closed_at"


def row(external_id: str, rep: str = "rep", rest: str = "Demo,open,100,EUR,2026-03-02,") -> str:
    return f"{external_id},Acme,{rep}@acme.example,{rest}"


def take(client: TestClient, *rows: str) -> Any:
    table = "\n".join([HEADER, *rows]).encode()
    return client.post("/v1/deal-imports", content=table, headers={"content-type": "text/csv"})


@pytest.fixture
def manager(signed: Signed) -> TestClient:
    return signed("manager")


@both
def test_a_table_goes_in_and_says_what_came_of_it(manager: TestClient) -> None:
    answer = take(manager, row("d1"), row("d2", "nobody"), row("d3"))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["created"], told["changed"], told["unchanged"], told["refused"]) == (2, 0, 0, 1)
    (refusal,) = told["refusals"]
    assert (refusal["line"], refusal["external_id"], refusal["code"]) == (3, "d2", "unknown_rep")
    assert "nobody@acme.example" in refusal["reason"]
    again = take(manager, row("d1"), row("d3", rest="Offer,won,100,EUR,2026-03-02,2026-04-01")).json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 1, 1)
    shown = {one["external_id"]: one for one in manager.get("/v1/deals").json()["items"]}
    assert (shown["d1"]["version"], shown["d3"]["version"]) == (1, 2)
    assert [one["stage"] for one in shown["d3"]["stages"]] == ["Demo", "Offer"]
    assert shown["d3"]["closed_at"] == "2026-04-01T00:00:00Z"


@pytest.mark.parametrize(
    ("table", "status", "code"),
    [
        (b"", 422, "no_external_id"),
        ("external_id,name\n1,ö\n".encode("latin-1"), 422, "not_utf8"),
        ("external_id,name\n1,ö\n".encode("utf-16"), 422, "not_utf8"),
        (b"x" * (MOST_BYTES + 1), 413, "too_large"),
    ],
)
def test_what_is_no_table_of_deals_is_refused(
    manager: TestClient, table: bytes, status: int, code: str
) -> None:
    answer = manager.post("/v1/deal-imports", content=table, headers={"content-type": "text/csv"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@both
def test_deals_are_listed_by_the_page_to_those_who_may_see_their_rep(signed: Signed, world: World) -> None:
    take(signed("admin"), row("d1"), row("d2", "mate"), row("d3", "outsider"), row("d4", "coach"))

    def listed(name: str, **wanted: Any) -> list[str]:
        found = signed(name).get("/v1/deals", params=wanted).json()
        return [one["external_id"] for one in found["items"]]

    assert listed("rep") == ["d1"]
    assert listed("coach") == listed("manager") == ["d1", "d2", "d4"]
    assert listed("admin") == ["d1", "d2", "d3", "d4"]
    assert listed("foreigner") == []
    assert listed("admin", rep_id=str(world.people["mate"].id)) == ["d2"]
    assert listed("admin", team_id=str(world.teams["sales"].id)) == ["d1", "d2", "d4"]
    assert listed("admin", outcome="won") == []
    assert listed("admin", updated_since="2999-01-01T00:00:00Z") == []
    first = signed("admin").get("/v1/deals", params={"limit": 3}).json()
    rest = signed("admin").get("/v1/deals", params={"limit": 3, "cursor": first["next"]}).json()
    assert [one["external_id"] for one in rest["items"]] == ["d4"]
    assert rest["next"] is None


@pytest.mark.parametrize(("method", "kind"), [("GET", "read"), ("DELETE", "write")])
def test_a_deal_is_one_of_those_that_one_may_see(here: Running, method: str, kind: str) -> None:
    owners = ("rep", "mate", "coach", "outsider")
    seen = {"rep": {"rep"}, "coach": {"rep", "mate", "coach"}, "manager": {"rep", "mate", "coach"}}
    for name in ("rep", "coach", "manager", "admin", "foreigner"):
        take(here.signed("admin"), *(row(owner, owner) for owner in owners))
        ids = {one["external_id"]: one["id"] for one in here.signed("admin").get("/v1/deals").json()["items"]}
        reached = {
            owner: here.signed(name).request(method, f"/v1/deals/{ids[owner]}").status_code
            for owner in owners
        }
        if kind == "read":
            within = set() if name == "foreigner" else seen.get(name, set(owners))
            assert reached == {owner: 200 if owner in within else 404 for owner in owners}
        else:
            expected = {"admin": 204, "manager": 204, "foreigner": 404}.get(name, 403)
            assert set(reached.values()) == {expected}, name


@both
def test_a_removed_deal_is_gone_and_the_trail_tells_of_it(manager: TestClient, signed: Signed) -> None:
    take(manager, row("d1"))
    (deal,) = manager.get("/v1/deals").json()["items"]
    assert manager.delete(f"/v1/deals/{deal['id']}").status_code == 204
    assert manager.get(f"/v1/deals/{deal['id']}").status_code == 404
    assert manager.delete(f"/v1/deals/{deal['id']}").status_code == 404
    assert take(manager, row("d1")).json()["created"] == 1


def test_a_program_brings_deals_in_by_its_scope(here: Running) -> None:
    reader, writer = (here.program(here.world.client(one)) for one in (Scope.DEALS_READ, Scope.DEALS_WRITE))
    assert take(reader, row("d1")).status_code == 403
    assert take(writer, row("d1")).json()["created"] == 1
    assert [one["external_id"] for one in reader.get("/v1/deals").json()["items"]] == ["d1"]
    assert writer.get("/v1/deals").status_code == 403
