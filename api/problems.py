"""Every error as `application/problem+json` (RFC 9457): what is wrong, and what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from core.errors import DebriefError, Rejected, Retryable
from models.outage import passing

MEDIA_TYPE = "application/problem+json"
OTHERS = {460: "Checksum Mismatch"}
"""Statuses that HTTP itself does not have: of tus."""
RETRY_S = 5
"""What `Retry-After` says where nothing better is known, seconds."""

log = structlog.get_logger()


class Field(BaseModel):
    """A part of the request that is not as it must be."""

    model_config = ConfigDict(extra="forbid")

    field: str
    expected: str


class ProblemShape(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    code: str
    request_id: str
    fields: list[Field] | None = None


class Problem(DebriefError):
    """An answer that is an error; `code` is stable and for machines, the rest for people."""

    def __init__(
        self, status: int, code: str, detail: str, remedy: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{detail} {remedy}")
        self.status, self.code, self.detail, self.remedy = status, code, detail, remedy
        self.headers = dict(headers or {})


def not_found() -> Problem:
    """Return the one answer for what is not there and for what the caller may not see."""
    return Problem(
        HTTPStatus.NOT_FOUND,
        "not_found",
        "There is nothing here, or nothing that you may see.",
        "Check the address and whose credentials are used.",
    )


def conflict(code: str, detail: str, remedy: str) -> Problem:
    """Return that the thing is in a state which does not allow this."""
    return Problem(HTTPStatus.CONFLICT, code, detail, remedy)


def invalid(code: str, detail: str, remedy: str) -> Problem:
    """Return that the request cannot be followed as it is."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail, remedy)


def unavailable(detail: str) -> Problem:
    """Return that something the service needs does not answer just now."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        detail,
        "Try again in a moment.",
        {"Retry-After": str(RETRY_S)},
    )


def internal() -> Problem:
    """Return that the service failed; what failed is in the log, under the request id."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "The service failed at this request.",
        "Try again; if it fails again, give whoever runs the service the request id.",
    )


def render(problem: Problem, request_id: str, fields: Sequence[Field] = ()) -> Response:
    """Return a problem as a response."""
    shape = ProblemShape(
        type=f"urn:debrief:problem:{problem.code}",
        title=_phrase(problem.status),
        status=problem.status,
        detail=problem.detail,
        remedy=problem.remedy,
        code=problem.code,
        request_id=request_id,
        fields=list(fields) or None,
    )
    body = shape.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, problem.status, problem.headers, MEDIA_TYPE)


def _phrase(status: int) -> str:
    return OTHERS.get(status) or HTTPStatus(status).phrase


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of an endpoint, for its declaration."""
    return {
        int(status): {
            "description": _phrase(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Have every error of an app answered as a problem."""
    handlers: dict[type[Exception], Any] = {
        Problem: _problem,
        HTTPException: _http,
        RequestValidationError: _validation,
        Rejected: _rejected,
        Retryable: _retryable,
        SQLAlchemyError: _database,
        OSError: _machine,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def request_id(request: Request) -> str:
    """Return the request's id, which the outermost middleware gave it."""
    found: str = request.scope.get("state", {}).get("request_id", "")
    return found


async def _problem(request: Request, error: Problem) -> Response:
    return render(error, request_id(request))


_HTTP: Mapping[int, tuple[str, str, str]] = {
    HTTPStatus.NOT_FOUND: ("not_found", "There is no such address.", "/openapi.json lists every address."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        "This address does not take that method.",
        "Use one of those in the Allow header.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "too_large",
        "The request is larger than is taken here.",
        "Send less; recordings go to /v1/calls or /v1/uploads.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "malformed",
        "The request cannot be read.",
        "Check how its body is written.",
    ),
}


async def _http(request: Request, error: HTTPException) -> Response:
    status, headers = error.status_code, dict(error.headers or {})
    if status == HTTPStatus.NOT_FOUND:
        return render(not_found(), request_id(request))
    if status == HTTPStatus.METHOD_NOT_ALLOWED:  # the router knows of the first endpoint at the address only
        headers["Allow"] = ", ".join(_methods(request)) or headers.get("Allow", "")
    if status == HTTPStatus.BAD_REQUEST:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = _phrase(status).lower().replace(" ", "_")
    told = _HTTP.get(status, (code, str(error.detail), "Check the request."))
    return render(Problem(status, *told, headers), request_id(request))


def _methods(request: Request) -> list[str]:
    """Return what the address of a request takes."""
    found = (route for route in request.app.state.endpoints if route.path_regex.match(request.url.path))
    return sorted({method for route in found for method in route.methods})


async def _validation(request: Request, error: RequestValidationError) -> Response:
    fields = [Field(field=".".join(map(str, one["loc"])), expected=one["msg"]) for one in error.errors()]
    problem = invalid(
        "invalid",
        "Parts of the request are not as they must be.",
        "Put right what `fields` lists; /openapi.json describes each.",
    )
    return render(problem, request_id(request), fields)


_REJECTED: Mapping[str, HTTPStatus] = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "external_id_taken": HTTPStatus.CONFLICT,
    "webhook_disabled": HTTPStatus.CONFLICT,
    "being_sent": HTTPStatus.CONFLICT,
}
"""Statuses of what is rejected, where 422 is not the best there is."""


async def _rejected(request: Request, error: Rejected) -> Response:
    status = _REJECTED.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    return render(Problem(status, error.code, error.reason, error.remedy), request_id(request))


async def _retryable(request: Request, error: Retryable) -> Response:
    log.warning("request.retryable", error=str(error))
    return render(unavailable(str(error)), request_id(request))


async def _database(request: Request, error: SQLAlchemyError) -> Response:
    if not passing(error):
        raise error
    log.warning("database.unavailable", error=type(error).__name__)
    return render(unavailable("The database does not answer."), request_id(request))


async def _machine(request: Request, error: OSError) -> Response:
    if isinstance(error, ConnectionError):
        log.warning("connection.failed", error=type(error).__name__)
        return render(unavailable("A part of the service does not answer."), request_id(request))
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        raise error
    log.error("disk.full", path=error.filename)
    problem = Problem(
        HTTPStatus.INSUFFICIENT_STORAGE,
        "disk_full",
        "There is no room left to keep the recording.",
        "Whoever runs the service must make room; nothing was kept.",
    )
    return render(problem, request_id(request))
