"""A sound file on its way to a player, by the range."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from api.problems import Problem, conflict, responses
from api.ranges import span
from api.routes.routers import CONFLICT, GONE
from models.secrets import hashed

CACHE = "private, max-age=3600"
TYPES = {
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".webm": "audio/webm",
    ".opus": "audio/ogg",
    ".ogg": "audio/ogg",
}
TYPES |= {".mp3": "audio/mpeg", ".wav": "audio/wav"}
OTHER = "application/octet-stream"

SOUND: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": {"audio/*": {}}},
    206: {"description": "The part asked for.", "content": {"audio/*": {}}},
    304: {"description": "It is as you have it."},
    **GONE,
    **CONFLICT,
    **responses(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
}

Read = Callable[[int, int], AsyncIterator[bytes]]
"""Yields the bytes of a file from one up to but without another."""


def tag_of(*what: object) -> str:
    """Return the tag of a file: files never change under a key."""
    return f'"{hashed(" ".join(map(str, what)))[:32]}"'


def sent(request: Request, name: str, tag: str, size: int, read: Read) -> Response:
    """Return what a request asks for of a file; raises `Problem` 416 where there is nothing of it."""
    wanted = span(request, size, tag)
    status = HTTPStatus.PARTIAL_CONTENT if wanted.part else HTTPStatus.OK
    headers = {
        **wanted.headers,
        "ETag": tag,
        "Cache-Control": CACHE,
        "Content-Disposition": f'inline; filename="{name}"',
    }
    kind = TYPES.get(PurePosixPath(name).suffix, OTHER)
    return StreamingResponse(read(wanted.start, wanted.end), status, headers, kind)


def not_yet() -> Problem:
    """Return that a recording is not playable yet."""
    return conflict(
        "not_rendered", "The sound is not made playable yet.", "Follow the call's events, then ask again."
    )
