"""Every endpoint, by every role, on what belongs to everybody: models/access.py says what happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from analysis.records.shipped import SHIPPED
from analysis.scorecards import document
from analysis.scorecards.document import shipped
from api.app import endpoints
from api.auth import permission_of
from api.routes.uploads import BYTES
from models.access import RULES, Permission, Reach, Scope, granted
from models.feeds import STREAM
from models.queries.formulas import plain as formula
from models.queries.scorecards import plain
from tests.api.conftest import Running, Signed, both
from tests.factories import webhooks
from tests.factories.assessing import assessed
from tests.factories.reviews import Line, review_of
from tests.factories.worlds import World

ROLES = ("rep", "coach", "manager", "admin")
OWNERS = ("rep", "mate", "coach", "outsider", None, "foreigner")
"""Whose a call is: None nobody's, the last another organisation's."""
BRIEF = review_of([Line("S1", 0.5, 2.0, "Hello there."), Line("S2", 2.5, 4.0, "Good morning.")])
TUS = {"tus-resumable": "1.0.0"}
OPEN = {
    "/v1/session",
    "/oauth/token",
    "/v1/me",
    "/v1/me/password",
    "/v1/me/notice",
    "/v1/health",
    "/v1/ready",
    "/metrics",
}
"""Endpoints that demand no permission; `OPTIONS /v1/uploads` is one more."""


FOR_PEOPLE = {"people_only"}
"""Codes of what programs may not do whatever their scopes: judging, and what one says in one's own name."""


def scorecard(key: str) -> dict[str, Any]:
    return plain(replace(shipped()[0], key=key))


NOBODY = str(uuid4())
SENT: Mapping[str, dict[str, Any]] = {
    **webhooks.SENT,
    "POST /v1/calls": {"content": b"RIFF....WAVE", "headers": {"content-type": "audio/wav"}},
    "PATCH /v1/calls/{call_id}": {"json": {"customer": "Acme"}},
    "POST /v1/calls/{call_id}/rerun": {"json": {"stage": "judge"}},
    "PATCH /v1/calls/{call_id}/speakers": {"json": {"speakers": {"S1": {"name": "Ana"}}}},
    "POST /v1/calls/{call_id}/corrections": {
        "json": {"edits": [{"kind": "text", "speaker": "S1", "start": 0.5, "end": 2, "text": "Hi there."}]}
    },
    "POST /v1/calls/{call_id}/corrections/undo": {"json": {"to_version": 0}},
    "GET /v1/calls/{call_id}/export": {"params": {"format": "txt"}},
    "POST /v1/uploads": {"headers": {**TUS, "upload-length": "8"}},
    "HEAD /v1/uploads/{upload_id}": {"headers": TUS},
    "DELETE /v1/uploads/{upload_id}": {"headers": TUS},
    "PATCH /v1/uploads/{upload_id}": {
        "headers": {**TUS, "upload-offset": "0", "content-type": BYTES},
        "content": b"1234",
    },
    "POST /v1/users": {"json": {"email": "new@acme.example", "name": "New", "role": "rep"}},
    "PATCH /v1/users/{user_id}": {"json": {"name": "Renamed"}},
    "POST /v1/teams": {"json": {"name": "West"}},
    "PATCH /v1/teams/{team_id}": {"json": {"name": "Renamed"}},
    "POST /v1/clients": {"json": {"name": "crm", "scopes": ["calls:read"]}},
    "PATCH /v1/organisation": {"json": {"retention_days": 90}},
    "POST /v1/scorecards": {"json": scorecard("mine")},
    "POST /v1/trackers": {"json": {"key": "price", "name": "Price", "phrases": ["price"]}},
    "POST /v1/tracker-dry-runs": {
        "json": {"tracker": {"key": "price", "name": "Price", "phrases": ["price"]}, "calls": 1}
    },
    "PUT /v1/trackers/{tracker_id}": {"json": {"key": "price", "name": "Prices", "phrases": ["price"]}},
    "POST /v1/assessments/{assessment_id}/moves": {"json": {"move": "take"}},
    "POST /v1/assessments/{assessment_id}/answers": {
        "json": {"answers": [{"item": "next", "option": "yes"}]}
    },
    "POST /v1/assessments/{assessment_id}/own-moves": {"json": {"move": "acknowledge"}},
    "POST /v1/assessments/{assessment_id}/own-answers": {
        "json": {"answers": [{"item": "next", "option": "yes"}]}
    },
    "POST /v1/scorecards/import": {"content": document.write(shipped()[0])},
    "PUT /v1/scorecards/versions/{version_id}": {"json": scorecard("mine")},
    "POST /v1/scorecards/versions/{version_id}/moves": {"json": {"move": "try_out"}},
    "POST /v1/scorecards/versions/{version_id}/dry-run": {"json": {"calls": 1}},
    "POST /v1/deal-imports": {"content": b"external_id,name\nd1,Acme\n"},
    "POST /v1/formulas": {"json": {"formula": formula(SHIPPED[0])}},
    "PUT /v1/formulas/versions/{formula_id}": {"json": {"formula": formula(SHIPPED[1])}},
    "POST /v1/formulas/versions/{formula_id}/moves": {"json": {"move": "try_out"}},
    "GET /v1/formulas/versions/{formula_id}/comparison": {"params": {"with": str(UUID(int=0))}},
    "GET /v1/fairness": {"params": {"scorecard": "mine"}},
    **{
        f"GET /v1/exports/{stream}": {"params": {"from": "2026-03-01", "to": "2026-04-01"}}
        for stream in STREAM
    },
    "POST /v1/calls/{call_id}/comments": {"json": {"text": "Well asked.", "start": 1, "end": 3}},
    "POST /v1/calls/{call_id}/clips": {"json": {"start": 0.5, "end": 2, "title": "The opening"}},
    "POST /v1/calls/{call_id}/listening": {"json": {"seconds": 2}},
    "PATCH /v1/comments/{comment_id}": {"json": {"text": "Very well asked."}},
    "POST /v1/mentions/seen": {"json": {}},
    "POST /v1/tasks": {"json": {"text": "Listen to it again."}},
    "PATCH /v1/tasks/{task_id}": {"json": {"done": True}},
    "PATCH /v1/clips/{clip_id}": {"json": {"title": "How to begin"}},
    "POST /v1/playlists": {"json": {"name": "Openings"}},
    "PATCH /v1/playlists/{playlist_id}": {"json": {"name": "Beginnings"}},
    "PUT /v1/playlists/{playlist_id}/clips": {"json": {"clips": []}},
    "POST /v1/calibrations": {"json": {"name": "Week 9", "assessment_id": NOBODY, "members": [NOBODY]}},
    "POST /v1/calibrations/{calibration_id}/members": {"json": {"user_id": NOBODY}},
    "PUT /v1/calibrations/{calibration_id}/answers": {"json": {"answers": []}},
}
OF_SOMETHING = {("POST", "/v1/calibrations")}
"""Additions that name in their body what must be there; a module of their own asks them."""


def demanding(needle: str | None) -> list[tuple[str, str, Permission]]:
    """Return method, path and permission of endpoints with a part in their path, or with none at all."""
    found = []
    for route in endpoints():
        permission = permission_of(route.dependant)
        wanted = "{" not in route.path if needle is None else needle in route.path
        if permission is not None and wanted:
            found += [(method, route.path, permission) for method in route.methods or ()]
    return sorted(found)


def nothing_there() -> dict[str, str]:
    """Return a key for every parameter of a path, of nothing that there is."""
    return {name: str(uuid4()) for route in endpoints() for name in route.param_convertors}


def ids(case: Any) -> str:
    return str(case)


def ask(client: TestClient, method: str, path: str, **keys: str) -> Response:
    sent = dict(SENT.get(f"{method} {path}", {}))
    if "email" in sent.get("json", {}):  # an address is given once, and tests come in any order
        sent["json"] = {**sent["json"], "email": f"{uuid4().hex}@acme.example"}
    if (method, path) == ("POST", "/v1/trackers"):
        sent["json"] = {**sent["json"], "key": f"k{uuid4().hex}"}
    if path.endswith("{version_id}/comparison"):
        sent["params"] = {"with": keys["version_id"]}
    if "RIFF" in str(sent):
        sent["content"] = sent["content"] + uuid4().bytes  # the same bytes are one recording
    return client.request(method, path.format(**keys), **sent)


def alike(answer: Response, absent: Response) -> bool:
    """Return whether two answers tell the same."""

    def told(one: Response) -> tuple[int, Any]:
        body = one.json() if one.content else {}
        return one.status_code, {key: value for key, value in body.items() if key != "request_id"}

    return told(answer) == told(absent)


def test_every_endpoint_declares_a_permission_or_is_open() -> None:
    undeclared = {
        f"{next(iter(route.methods or ()))} {route.path}"
        for route in endpoints()
        if permission_of(route.dependant) is None and route.path not in OPEN
    }
    assert undeclared == {"OPTIONS /v1/uploads"}
    beside = {Permission.WATCH_SERVICE, Permission.READ_UNREVIEWED}  # demanded of who asks for more
    assert {permission for _, _, permission in demanding("")} | beside == set(Permission)
    assert set(RULES) == set(Permission)


@pytest.fixture(scope="module")
def there(there: Running) -> Running:
    """Return an application whose event streams end at once."""
    there.app.state.service.watch.close()
    return there


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{call_id}"), ids=ids)
def test_calls(there: Running, method: str, path: str, permission: Permission) -> None:
    shared = _calls(there.world)
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, call_id=str(uuid4()))
        shared = shared if method == "GET" else _calls(there.world)
        for owner in OWNERS:
            answer = ask(client, method, path, call_id=str(shared[owner]))
            if viewer.reach is Reach.NONE:
                assert answer.status_code == absent.status_code == 403, (name, owner)
            elif owner != "foreigner" and viewer.sees(*_of(there.world, owner)):
                assert answer.status_code in {200, 201, 202, 204, 409}, (name, owner, answer.text)
                assert answer.status_code != 409 or path.endswith(("/audio", "/peaks", "/cancel"))
            else:
                assert absent.status_code == 404
                assert alike(answer, absent), (name, owner, answer.text)


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{user_id}"), ids=ids)
def test_users(there: Running, method: str, path: str, permission: Permission) -> None:
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, user_id=str(uuid4()))
        for target, person in there.world.people.items():
            answer = ask(client, method, path, user_id=str(person.id))
            seen = target != "foreigner" and viewer.sees(person.id, person.team_id)
            _judge(viewer.reach, answer, absent, seen=seen)


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{team_id}"), ids=ids)
def test_teams(there: Running, method: str, path: str, permission: Permission) -> None:
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, team_id=str(uuid4()))
        for team in there.world.teams.values():
            answer = ask(client, method, path, team_id=str(team.id))
            own = viewer.reach is Reach.OWN and team.id == viewer.team_id
            own = own and permission is not Permission.READ_RECORDS  # one's own record, not one's mates'
            seen = viewer.reach is Reach.ALL or team.id in viewer.team_ids or own
            _judge(viewer.reach, answer, absent, seen=seen)


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{client_id}"), ids=ids)
def test_clients(there: Running, method: str, path: str, permission: Permission) -> None:
    def made(name: str) -> str:
        new = {"name": "crm", "scopes": ["calls:read"]}
        return str(there.signed(name).post("/v1/clients", json=new).json()["id"])

    ours, theirs = made("admin"), made("foreigner")
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, client_id=str(uuid4()))
        _judge(viewer.reach, ask(client, method, path, client_id=theirs), absent, seen=False)
        _judge(viewer.reach, ask(client, method, path, client_id=ours), absent, seen=True)


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{version_id}"), ids=ids)
def test_scorecards(there: Running, method: str, path: str, permission: Permission) -> None:
    def made(name: str) -> str:
        client = there.signed(name)
        return str(client.post("/v1/scorecards", json=scorecard("mine")).json()["id"])

    theirs = made("foreigner")
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, version_id=str(uuid4()))
        _judge(viewer.reach, ask(client, method, path, version_id=theirs), absent, seen=False)
        _judge(viewer.reach, ask(client, method, path, version_id=made("admin")), absent, seen=True)


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{tracker_id}"), ids=ids)
def test_trackers(there: Running, method: str, path: str, permission: Permission) -> None:
    def made(name: str) -> str:
        client = there.signed(name)
        for one in client.get("/v1/trackers").json():
            client.delete(f"/v1/trackers/{one['id']}")
        return str(client.post("/v1/trackers", **SENT["POST /v1/trackers"]).json()["id"])

    theirs = made("foreigner")
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, tracker_id=str(uuid4()))
        _judge(viewer.reach, ask(client, method, path, tracker_id=theirs), absent, seen=False)
        _judge(viewer.reach, ask(client, method, path, tracker_id=made("admin")), absent, seen=True)


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{assessment_id}"), ids=ids)
def test_assessments(there: Running, method: str, path: str, permission: Permission) -> None:
    """Who may make which move is in test_reviewing; here it is that nothing out of reach shows."""
    theirs = assessed(there.world, "foreigner", organisation="other")
    for name in ROLES:
        client, viewer = there.signed(name), _viewer(there.world, name, permission)
        absent = ask(client, method, path, assessment_id=str(uuid4()))
        answer = ask(client, method, path, assessment_id=str(theirs.assessment_id))
        _judge(viewer.reach, answer, absent, seen=False)


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{upload_id}"), ids=ids)
def test_uploads_are_their_owners_alone(
    there: Running, method: str, path: str, permission: Permission
) -> None:
    for owner in ("rep", "admin", "foreigner"):
        for name in (*ROLES, "foreigner"):
            made = there.signed(owner).post("/v1/uploads", **SENT["POST /v1/uploads"])
            client = there.signed(name)
            answer = ask(client, method, path, upload_id=made.headers["location"].rpartition("/")[2])
            absent = ask(client, method, path, upload_id=str(uuid4()))
            assert absent.status_code == 404
            if name == owner:
                assert answer.status_code in {200, 204}, answer.text
            else:
                assert alike(answer, absent)


@pytest.mark.parametrize(("method", "path", "permission"), demanding(None), ids=ids)
def test_collections(there: Running, method: str, path: str, permission: Permission) -> None:
    for name in ROLES:
        answer = ask(there.signed(name), method, path)
        allowed = RULES[permission].reach(there.world.people[name].role) is not Reach.NONE
        assert (answer.status_code == 403) is not allowed, (name, answer.text)
        done = answer.status_code == 404 if (method, path) in OF_SOMETHING else answer.status_code < 300
        assert done or not allowed, (name, answer.text)


def test_nobody_gets_anything_without_credentials(there: Running) -> None:
    keys = nothing_there()
    asked = [(method, path) for method, path, _ in demanding("")] + [("GET", "/v1/me"), ("GET", "/metrics")]
    for method, path in asked:
        assert ask(there.anybody, method, path, **keys).status_code == 401, (method, path)
        wrong = {"authorization": "Bearer dbr_wrong", **TUS}
        answer = there.anybody.request(method, path.format(**keys), headers=wrong)
        assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize("scope", Scope)
def test_a_program_reaches_what_its_scope_gives_and_nothing_else(there: Running, scope: Scope) -> None:
    client = there.program(there.world.client(scope))
    call_id, theirs = (
        str(there.world.reviewed("rep", BRIEF)),
        str(there.world.reviewed("foreigner", BRIEF, "other")),
    )
    keys = {
        **nothing_there(),
        "user_id": str(there.world.people["rep"].id),
        "team_id": str(there.world.teams["east"].id),
    }
    for method, path, permission in demanding(""):
        answer = ask(client, method, path, **{**keys, "call_id": call_id})
        if granted(permission, None, frozenset({scope})) is Reach.NONE:
            assert answer.status_code == 403, (method, path)
            continue
        if answer.status_code == 403:
            assert answer.json()["code"] in FOR_PEOPLE, (method, path, answer.text)
        else:
            assert answer.status_code not in {401, 422, 500}, (method, path, answer.text)
        call_id = str(there.world.reviewed("rep", BRIEF)) if method != "GET" else call_id
        if "{call_id}" in path:
            assert ask(client, method, path, call_id=theirs).status_code == 404


@both
def test_a_list_holds_what_is_within_reach(signed: Signed, world: World) -> None:
    calls = {owner: str(world.call(owner, _home(owner))) for owner in OWNERS}
    for name in (*ROLES, "foreigner"):
        viewer = _viewer(world, name, Permission.READ_CALLS)
        answer = signed(name).get("/v1/calls").json()
        home = {o: c for o, c in calls.items() if (o == "foreigner") == (name == "foreigner")}
        assert {one["id"] for one in answer["items"]} == {
            call for owner, call in home.items() if viewer.sees(*_of(world, owner))
        }


@both
def test_people_and_teams_within_reach_are_listed(signed: Signed, world: World) -> None:
    def listed(name: str) -> tuple[set[str], set[str]]:
        client = signed(name)
        people = {one["name"].lower() for one in client.get("/v1/users").json()["items"]}
        return people, {one["name"] for one in client.get("/v1/teams").json()}

    assert listed("rep") == ({"rep"}, {"east"})
    assert listed("coach") == ({"rep", "mate", "coach", "manager"}, {"sales", "east"})
    assert listed("admin") == (set(world.people) - {"foreigner"}, {"sales", "east", "support"})
    assert listed("foreigner") == ({"foreigner"}, set())


def _judge(reach: Reach, answer: Response, absent: Response, *, seen: bool) -> None:
    if reach is Reach.NONE:
        assert answer.status_code == absent.status_code == 403
    elif seen:
        assert answer.status_code in {200, 201, 204, 409}, answer.text
    else:
        assert absent.status_code == 404
        assert alike(answer, absent), answer.text


def _viewer(world: World, name: str, permission: Permission) -> Any:
    reach = RULES[permission].reach(world.people[name].role)
    within = [world.teams["sales"].id, world.teams["east"].id]
    return world.viewer(name, reach=reach, team_ids=tuple(within) if reach is Reach.TEAM else ())


def _of(world: World, owner: str | None) -> tuple[Any, Any]:
    person = world.people.get(owner or "")
    return (person.id, person.team_id) if person else (None, None)


def _calls(world: World) -> dict[str | None, UUID]:
    """Return a reviewed call of every owner."""
    ours = [owner for owner in OWNERS if owner != "foreigner"]
    calls = dict(zip(ours, world.all_reviewed(ours, BRIEF), strict=True))
    return {**calls, "foreigner": world.reviewed("foreigner", BRIEF, "other")}


def _home(owner: str | None) -> str:
    return "other" if owner == "foreigner" else "acme"
