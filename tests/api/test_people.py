"""Users, teams, programs and the organisation over the API."""

from __future__ import annotations

from datetime import timedelta

from core.clock import now
from models.access import RULES, Reach
from tests.api.conftest import PASSWORD, Running, Signed, both
from tests.factories.worlds import World


@both
def test_a_person_is_added_moved_and_let_go(here: Running) -> None:
    admin, team = here.signed("admin"), str(here.world.teams["east"].id)
    new = {"email": " New@Acme.example", "name": "New", "role": "rep", "team_id": team, "password": PASSWORD}
    made = admin.post("/v1/users", json=new)
    assert made.status_code == 201
    shape = made.json()
    assert shape["email"] == "new@acme.example"
    assert "password" not in made.text
    assert admin.post("/v1/users", json=new).json()["code"] == "email_taken"
    entered = here.anybody.post("/v1/session", json={"email": "new@acme.example", "password": PASSWORD})
    assert entered.status_code == 200
    where = f"/v1/users/{shape['id']}"
    changed = admin.patch(where, json={"role": "coach", "team_id": None}).json()
    assert (changed["role"], changed["team_id"], changed["name"]) == ("coach", None, "New")
    assert here.anybody.get("/v1/me").json()["role"] == "coach"
    assert admin.patch(where, json={"active": False}).json()["active"] is False
    assert here.anybody.get("/v1/me").status_code == 401
    assert [u["name"] for u in admin.get("/v1/users?active=false").json()["items"]] == ["New"]


def test_an_address_of_another_organisation_is_taken_too(signed: Signed) -> None:
    new = {"email": "foreigner@other.example", "name": "X", "role": "rep"}
    answer = signed("admin").post("/v1/users", json=new)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_the_last_admin_stays(signed: Signed, world: World) -> None:
    admin, where = signed("admin"), f"/v1/users/{world.people['admin'].id}"
    assert admin.patch(where, json={"role": "rep"}).json()["code"] == "last_admin"
    assert admin.patch(where, json={"active": False}).json()["code"] == "last_admin"
    coach = f"/v1/users/{world.people['coach'].id}"
    assert admin.patch(coach, json={"role": "admin"}).status_code == 200
    assert admin.patch(where, json={"role": "rep"}).status_code == 200


def test_people_come_by_the_page(signed: Signed, world: World) -> None:
    admin, found, cursor = signed("admin"), [], None
    while True:
        asked = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = admin.get("/v1/users", params=asked).json()
        found += [one["name"].lower() for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(found) == sorted(set(world.people) - {"foreigner"})
    sales = admin.get("/v1/users", params={"team_id": str(world.teams["sales"].id), "role": "rep"}).json()
    assert {one["name"] for one in sales["items"]} == {"Rep", "Mate"}


def test_wrong_people_are_refused_by_the_field(signed: Signed, world: World) -> None:
    new = {"email": "a@b.example", "name": "A", "role": "rep"}
    for wrong, field in (
        ({"email": "nobody"}, "body.email"),
        ({"role": "boss"}, "body.role"),
        ({"name": ""}, "body.name"),
        ({"password": "short"}, "body.password"),
        ({"admin": True}, "body.admin"),
    ):
        answer = signed("admin").post("/v1/users", json={**new, **wrong})
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["fields"]] == [field]
        assert "short" not in answer.text
    other = {**new, "team_id": str(world.people["rep"].id)}
    assert signed("admin").post("/v1/users", json=other).json()["code"] == "no_such_team"


@both
def test_moving_a_team_moves_who_sees_what(here: Running) -> None:
    world, admin, coach = here.world, here.signed("admin"), here.signed("coach")
    call_id = world.call("rep")
    assert coach.get(f"/v1/calls/{call_id}").status_code == 200
    east, support = world.teams["east"].id, world.teams["support"].id
    assert admin.patch(f"/v1/teams/{east}", json={"parent_id": str(support)}).status_code == 200
    assert coach.get(f"/v1/calls/{call_id}").status_code == 404
    circle = admin.patch(f"/v1/teams/{support}", json={"parent_id": str(east)})
    assert (circle.status_code, circle.json()["code"]) == (422, "team_circle")
    top = admin.patch(f"/v1/teams/{east}", json={"parent_id": None, "name": "West"}).json()
    assert (top["parent_id"], top["name"]) == (None, "West")


def test_a_team_goes_once_it_is_empty(signed: Signed, world: World) -> None:
    admin = signed("admin")
    made = admin.post("/v1/teams", json={"name": "New", "parent_id": str(world.teams["east"].id)}).json()
    above = admin.delete(f"/v1/teams/{world.teams['east'].id}")
    assert (above.status_code, above.json()["code"]) == (409, "team_in_use")
    assert admin.delete(f"/v1/teams/{made['id']}").status_code == 204
    assert admin.get(f"/v1/teams/{made['id']}").status_code == 404
    unknown = admin.post("/v1/teams", json={"name": "New", "parent_id": made["id"]})
    assert unknown.json()["code"] == "no_such_team"


def test_a_key_cannot_have_expired_before_it_is_given(signed: Signed) -> None:
    past = (now() - timedelta(days=1)).isoformat()
    new = {"name": "crm", "scopes": ["calls:read"], "expires_at": past}
    assert signed("admin").post("/v1/clients", json=new).json()["code"] == "expired"
    for scopes in ([], ["everything"]):
        assert signed("admin").post("/v1/clients", json={"name": "x", "scopes": scopes}).status_code == 422


def test_the_organisation_is_changed_by_what_is_named(signed: Signed) -> None:
    admin = signed("admin")
    changed = admin.patch("/v1/organisation", json={"consent_policy": "required"}).json()
    assert (changed["name"], changed["consent_policy"], changed["retention_days"]) == (
        "acme",
        "required",
        None,
    )
    assert admin.patch("/v1/organisation", json={"retention_days": 0}).status_code == 422
    assert admin.patch("/v1/organisation", json={"retention_days": 30}).json()["retention_days"] == 30
    assert signed("rep").get("/v1/organisation").json()["retention_days"] == 30
    assert signed("foreigner").get("/v1/organisation").json()["name"] == "other"


def test_me_says_what_one_may_do(signed: Signed) -> None:
    told = signed("rep").get("/v1/me").json()["permissions"]
    assert told == {
        str(permission): str(rule.rep) for permission, rule in RULES.items() if rule.rep is not Reach.NONE
    }
    assert (told["calls.read"], told["scorecards.read"]) == ("own", "all")
    assert "calls.review" not in told
