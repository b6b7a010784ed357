"""Errors say what is wrong and what to do, and never more."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api.problems import MEDIA_TYPE, ProblemShape
from core.errors import Retryable
from models.queries import listing
from tests.api.conftest import Signed


def problem(answer: Any) -> ProblemShape:
    assert answer.headers["content-type"] == MEDIA_TYPE
    shape = ProblemShape.model_validate(answer.json())
    assert shape.status == answer.status_code
    assert shape.request_id == answer.headers["x-request-id"]
    assert shape.detail
    assert shape.remedy
    return shape


def test_an_unknown_address_and_a_wrong_method(anybody: TestClient) -> None:
    assert problem(anybody.get("/v1/nothing")).code == "not_found"
    assert problem(anybody.get("/")).status == 404
    answer = anybody.put("/v1/health")
    assert problem(answer).code == "method_not_allowed"
    assert answer.headers["allow"] == "GET"
    assert anybody.put("/v1/calls").headers["allow"] == "GET, POST"
    assert anybody.put("/v1/calls/x").headers["allow"] == "DELETE, GET, PATCH"


def test_each_field_is_listed_with_what_is_expected(signed: Signed) -> None:
    answer = signed("admin").post("/v1/users", json={"email": 1, "role": "boss"})
    fields = {one.field: one.expected for one in problem(answer).fields or []}
    assert set(fields) == {"body.email", "body.name", "body.role"}
    assert "'rep', 'coach', 'manager' or 'admin'" in fields["body.role"]


def test_a_body_that_is_no_json(signed: Signed) -> None:
    kind = {"content-type": "application/json"}
    for content in (b"{", b"\xff\xfe"):
        assert problem(signed("admin").post("/v1/users", content=content, headers=kind)).status == 422


def _raising(error: Exception) -> Callable[..., Any]:
    async def page(*_: Any, **__: Any) -> None:
        raise error

    return page


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("secret words of a call"), 500),
        (Retryable("The other side is away."), 503),
        (OperationalError("SELECT secret", {}, Exception("secret")), 503),
        (ConnectionRefusedError(111, "secret"), 503),
        (OSError(28, "No space left on device"), 507),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_tells_no_internals(
    signed: Signed, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    monkeypatch.setattr(listing, "page", _raising(error))
    answer = signed("rep").get("/v1/calls")
    assert problem(answer).status == status
    assert "secret" not in answer.text
    assert ("retry-after" in answer.headers) is (status == 503)


def test_a_request_keeps_the_id_it_came_with(anybody: TestClient) -> None:
    assert anybody.get("/v1/health", headers={"x-request-id": "abc-1.2"}).headers["x-request-id"] == "abc-1.2"
    for wrong in ("a b", "x" * 65, 'a"b'):
        given = anybody.get("/v1/health", headers={"x-request-id": wrong}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", given)


def test_every_answer_is_guarded(anybody: TestClient) -> None:
    headers = anybody.get("/v1/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_the_log_names_the_request_and_never_what_was_searched(app: FastAPI, signed: Signed) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        signed("rep").get("/v1/calls?q=confidential", headers={"x-request-id": "r-1"})
    (line,) = [one for one in lines if one["event"] == "request.answered"]
    assert (line["request_id"], line["route"], line["status"]) == ("r-1", "/v1/calls", 200)
    assert "confidential" not in str(lines)
    del app
