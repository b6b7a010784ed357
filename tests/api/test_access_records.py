"""Deals and formulas, by every role: models/access.py says what happens."""

from __future__ import annotations

from uuid import uuid4

import pytest
from httpx2 import Response

from models.access import RULES, Permission, Reach
from tests.api.conftest import Running
from tests.api.test_access import ROLES, SENT, alike, ask, demanding, ids

OWNERS = ("rep", "mate", "coach", "outsider")


def judge(reach: Reach, answer: Response, absent: Response, *, seen: bool) -> None:
    if reach is Reach.NONE:
        assert answer.status_code == absent.status_code == 403
    elif seen:
        assert answer.status_code in {200, 201, 204}, answer.text
    else:
        assert absent.status_code == 404
        assert alike(answer, absent), answer.text


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{deal_id}"), ids=ids)
def test_deals_are_seen_as_their_reps_are(
    there: Running, method: str, path: str, permission: Permission
) -> None:
    def made(client: str, rep: str, organisation: str) -> str:
        table = (
            f"external_id,name,rep_email,opened_at\n{uuid4()},Acme,{rep}@{organisation}.example,2026-03-02\n"
        )
        there.signed(client).post("/v1/deal-imports", content=table)
        return str(there.signed(client).get("/v1/deals", params={"limit": 200}).json()["items"][-1]["id"])

    theirs = made("foreigner", "foreigner", "other")
    within = (there.world.teams["sales"].id, there.world.teams["east"].id)
    for name in ROLES:
        reach = RULES[permission].reach(there.world.people[name].role)
        viewer = there.world.viewer(name, reach=reach, team_ids=within if reach is Reach.TEAM else ())
        absent = ask(there.signed(name), method, path, deal_id=str(uuid4()))
        judge(reach, ask(there.signed(name), method, path, deal_id=theirs), absent, seen=False)
        for owner in OWNERS:
            person = there.world.people[owner]
            answer = ask(there.signed(name), method, path, deal_id=made("admin", owner, "acme"))
            judge(reach, answer, absent, seen=viewer.sees(person.id, person.team_id))


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{formula_id}"), ids=ids)
def test_formulas_are_the_organisations(
    there: Running, method: str, path: str, permission: Permission
) -> None:
    def made(name: str) -> str:
        return str(there.signed(name).post("/v1/formulas", **SENT["POST /v1/formulas"]).json()["id"])

    theirs = made("foreigner")
    for name in ROLES:
        client, reach = there.signed(name), RULES[permission].reach(there.world.people[name].role)
        ours, absent = made("admin"), ask(client, method, path, formula_id=str(uuid4()))
        judge(reach, ask(client, method, path, formula_id=theirs), absent, seen=False)
        if path.endswith("/comparison"):
            at = path.format(formula_id=ours)
            assert client.get(at, params={"with": ours}).status_code == 200
            assert alike(client.get(at, params={"with": theirs}), absent)
        else:
            judge(reach, ask(client, method, path, formula_id=ours), absent, seen=True)
