"""Routers that declare the errors every endpoint can answer with."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from api.problems import responses

ALWAYS = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
GUARDED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY, *ALWAYS)


def guarded(tag: str, prefix: str) -> APIRouter:
    """Return a router of endpoints that demand a permission."""
    return APIRouter(prefix=prefix, tags=[tag], responses=responses(*GUARDED))


def open_to_all(tag: str, prefix: str = "") -> APIRouter:
    """Return a router of endpoints that anybody may call."""
    return APIRouter(prefix=prefix, tags=[tag], responses=responses(*ALWAYS))


MISSING = responses(HTTPStatus.NOT_FOUND)
GONE = responses(HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
CONFLICT = responses(HTTPStatus.CONFLICT)
TAGGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is as you have it."}}
