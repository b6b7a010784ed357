from __future__ import annotations

import time
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.auth import COOKIE
from api.limiting import Limiter
from core.clock import now
from core.settings import Settings, WebSettings
from models.access import Scope
from tests.api.conftest import PASSWORD, Signed
from tests.factories.worlds import World, cookie


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(anybody: TestClient) -> None:
    answer = anybody.post("/v1/session", json={"email": "Rep@acme.example ", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["role"] == "rep"
    header = answer.headers["set-cookie"]
    assert "HttpOnly" in header
    assert "SameSite=lax" in header
    assert anybody.get("/v1/me").json()["email"] == "rep@acme.example"


def test_signing_out_ends_it(anybody: TestClient) -> None:
    anybody.post("/v1/session", json={"email": "rep@acme.example", "password": PASSWORD})
    kept = anybody.cookies[COOKIE]
    assert anybody.delete("/v1/session").status_code == 204
    assert COOKIE not in anybody.cookies
    anybody.cookies.set(COOKIE, kept)
    assert anybody.get("/v1/me").status_code == 401


def test_unknown_address_and_wrong_password_answer_alike(anybody: TestClient) -> None:
    answers, seconds = [], []
    for email in ("rep@acme.example", "nobody@acme.example"):
        began = time.perf_counter()
        answers.append(anybody.post("/v1/session", json={"email": email, "password": "wrong password"}))
        seconds.append(time.perf_counter() - began)
    assert {answer.status_code for answer in answers} == {401}
    bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
    assert bodies[0] == bodies[1]
    assert seconds[1] > seconds[0] / 4  # a hash is computed for nobody, too


def test_who_is_not_active_cannot_sign_in(anybody: TestClient, signed: Signed, world: World) -> None:
    rep = world.people["rep"].id
    assert signed("admin").patch(f"/v1/users/{rep}", json={"active": False}).status_code == 200
    answer = anybody.post("/v1/session", json={"email": "rep@acme.example", "password": PASSWORD})
    assert answer.status_code == 401
    assert signed("rep").get("/v1/me").status_code == 401


@pytest.fixture
def home(home: Settings, request: pytest.FixtureRequest) -> Settings:
    web = WebSettings(**getattr(request, "param", {}))
    return home.model_copy(update={"web": web})


@pytest.mark.parametrize("home", [{"sign_ins_per_minute": 3}], indirect=True)
def test_guessing_is_slowed_down(anybody: TestClient) -> None:
    sent = {"email": "rep@acme.example", "password": "wrong password"}
    statuses = [anybody.post("/v1/session", json=sent).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    answer = anybody.post("/v1/session", json=sent)
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert answer.json()["code"] == "too_many_requests"


CROSS = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://testserver"},
    {},
]


@pytest.mark.parametrize("headers", CROSS, ids=str)
def test_another_sites_page_changes_nothing(
    app: FastAPI, anybody: TestClient, headers: dict[str, str]
) -> None:
    client = TestClient(app, base_url="http://testserver", cookies={COOKIE: cookie("admin")})
    answer = client.patch("/v1/organisation", json={"name": "Owned"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "cross_site"
    assert client.get("/v1/organisation", headers=headers).json()["name"] == "acme"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}])
def test_its_own_page_may(app: FastAPI, anybody: TestClient, headers: dict[str, str]) -> None:
    client = TestClient(app, base_url="http://testserver", cookies={COOKIE: cookie("admin")})
    assert client.patch("/v1/organisation", json={"name": "Ours"}, headers=headers).status_code == 200


def test_another_site_signs_nobody_in(anybody: TestClient) -> None:
    sent = {"email": "rep@acme.example", "password": PASSWORD}
    answer = anybody.post("/v1/session", json=sent, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("home", [{"secure_cookies": True}], indirect=True)
def test_over_https_the_cookie_is_bound_to_the_host(anybody: TestClient) -> None:
    answer = anybody.post("/v1/session", json={"email": "rep@acme.example", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-debrief=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_ones_own_password_is_changed_and_other_browsers_signed_out(
    anybody: TestClient, signed: Signed
) -> None:
    here, there = signed("rep"), signed("rep")
    wrong = {"current": "wrong password", "new": "another long password"}
    assert here.put("/v1/me/password", json=wrong).json()["code"] == "wrong_password"
    assert here.put("/v1/me/password", json={"current": PASSWORD, "new": "short"}).status_code == 422
    right = {"current": PASSWORD, "new": "another long password"}
    assert here.put("/v1/me/password", json=right).status_code == 204
    assert here.get("/v1/me").status_code == 200
    assert there.get("/v1/me").status_code == 401
    sent = {"email": "rep@acme.example", "password": "another long password"}
    assert anybody.post("/v1/session", json=sent).status_code == 200


def test_a_key_holds_until_it_expires_or_is_revoked(program: Signed, signed: Signed, world: World) -> None:
    assert program(world.client(Scope.CALLS_READ)).get("/v1/calls").status_code == 200
    past = world.client(Scope.CALLS_READ, expires_at=now() - timedelta(seconds=1))
    assert program(past).get("/v1/calls").status_code == 401
    made = signed("admin").post("/v1/clients", json={"name": "crm", "scopes": ["calls:read"]}).json()
    assert made["key"].startswith("dbr_")
    assert program(made["key"]).get("/v1/calls").status_code == 200
    shown = signed("admin").get(f"/v1/clients/{made['id']}").json()
    assert "key" not in shown
    assert shown["last_used_at"] is not None
    revoked = signed("admin").post(f"/v1/clients/{made['id']}/revoke").json()
    assert revoked["revoked_at"] is not None
    assert program(made["key"]).get("/v1/calls").status_code == 401


def test_a_program_without_the_scope_is_told_which(program: Signed, world: World) -> None:
    answer = program(world.client(Scope.CALLS_READ)).get("/v1/users")
    assert answer.status_code == 403
    assert 'scope="people:read"' in answer.headers["www-authenticate"]
    assert "people:read" in answer.json()["remedy"]


def test_client_credentials_give_a_token_for_fewer_scopes(
    anybody: TestClient, program: Signed, signed: Signed
) -> None:
    new = {"name": "crm", "scopes": ["calls:read", "people:read"]}
    made = signed("admin").post("/v1/clients", json=new).json()
    form = {"grant_type": "client_credentials", "scope": "calls:read"}
    answer = anybody.post("/oauth/token", data=form, auth=(made["id"], made["key"]))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert (token["token_type"], token["scope"]) == ("Bearer", "calls:read")
    assert program(token["access_token"]).get("/v1/calls").status_code == 200
    assert program(token["access_token"]).get("/v1/users").status_code == 403
    signed("admin").post(f"/v1/clients/{made['id']}/revoke")
    assert program(token["access_token"]).get("/v1/calls").status_code == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}, "invalid_client"),
    ],
)
def test_wrong_credentials_answer_as_oauth_has_it(
    anybody: TestClient, form: dict[str, str], error: str
) -> None:
    answer = anybody.post("/oauth/token", data=form)
    assert answer.json()["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)


@pytest.mark.parametrize("home", [{"requests_per_minute": 4}], indirect=True)
def test_requests_are_counted_by_caller(signed: Signed) -> None:
    rep, mate = signed("rep"), signed("mate")
    answers = [rep.get("/v1/me") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert answers[0].headers["ratelimit-limit"] == "4"
    assert answers[0].headers["ratelimit-remaining"] == "3"
    assert int(answers[5].headers["retry-after"]) > 0
    assert mate.get("/v1/me").status_code == 200


def test_limits_go_on_alone_while_redis_is_away(home: Settings) -> None:
    import asyncio

    from pydantic import SecretStr

    from core.settings import RedisSettings

    settings = home.model_copy(update={"redis": RedisSettings(url=SecretStr("redis://127.0.0.1:1/0"))})

    async def hits() -> list[bool]:
        limiter = Limiter(settings)
        return [(await limiter.hit(limiter.sign_ins, "a")).allowed for _ in range(12)]

    assert asyncio.run(hits()) == [True] * 10 + [False] * 2
