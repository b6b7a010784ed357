"""Conditional requests (RFC 9110, section 13): what is unchanged is not sent again."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response

from api.problems import Problem
from models.tables import Call


def etag(call: Call) -> str:
    """Return the tag of a call as it is now: its version, and how far it is while it moves."""
    if call.state.ended:
        return f'"{call.version}"'
    return f'"{call.version}.{round(call.progress * 1000)}"'


def unchanged(request: Request, tag: str) -> bool:
    """Return whether the caller has what the tag names already."""
    return _names(request.headers.get("if-none-match", ""), tag.removeprefix("W/"))


def not_modified(tag: str, cache: str = "private, no-cache") -> Response:
    """Return the answer that nothing changed."""
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag, "Cache-Control": cache})


def answered(request: Request, body: str, version: int | None = None) -> Response:
    """Return JSON under a tag of what it says, or that the caller has it already.

    With a version the tag begins with that, as `demand_version` takes it.
    """
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    tag = f'"{digest}"' if version is None else f'"{version}.{digest}"'
    if unchanged(request, tag):
        return not_modified(tag)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(body, headers=headers, media_type="application/json")


def demand(request: Request, call: Call) -> None:
    """Raise `Problem` 412 where the caller changes another version than the one there is."""
    demand_version(request, call.version, etag(call))


def demand_version(request: Request, version: int, tag: str) -> None:
    """Raise `Problem` 412 where `If-Match` names other versions than the one there is."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return
    versions = {one.strip().strip('"').partition(".")[0] for one in given.split(",")}
    if str(version) not in versions:
        raise Problem(
            HTTPStatus.PRECONDITION_FAILED,
            "changed_meanwhile",
            "It was changed since you read it.",
            "Read it again and decide anew.",
            {"ETag": tag},
        )


def _names(given: str, tag: str) -> bool:
    return given.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in given.split(",")}
