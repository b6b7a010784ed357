"""What people hear and see of a recording: the derived sound file, by the range, and its outline."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from api.auth import CallReader, ServiceDep
from api.conditional import not_modified, unchanged
from api.problems import Problem, conflict, responses
from api.ranges import span
from api.routes.calls import present
from api.routes.routers import CONFLICT, GONE, guarded
from api.service import Service
from models.access import Viewer
from models.queries import reading
from models.secrets import hashed
from models.tables import Recording

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

router = guarded("calls", "/v1/calls")

SOUND: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": {"audio/*": {}}},
    206: {"description": "The part asked for.", "content": {"audio/*": {}}},
    304: {"description": "It is as you have it."},
    **GONE,
    **CONFLICT,
    **responses(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
}


@router.get("/{call_id}/audio", responses=SOUND, response_class=StreamingResponse)
async def get_audio(call_id: UUID, request: Request, viewer: CallReader, service: ServiceDep) -> Response:
    """Return the sound of a call to play: made from the recording, and seekable in every browser."""
    recording = await _recording(service, viewer, call_id)
    key = recording.playback_key
    if key is None:
        raise _not_yet()
    tag = _tag(key)
    if unchanged(request, tag):
        return not_modified(tag, CACHE)
    size = recording.playback_bytes
    wanted = span(request, await service.store.size(key) if size is None else size, tag)
    status = HTTPStatus.PARTIAL_CONTENT if wanted.part else HTTPStatus.OK
    suffix = PurePosixPath(key).suffix
    headers = {
        **wanted.headers,
        "ETag": tag,
        "Cache-Control": CACHE,
        "Content-Disposition": f'inline; filename="{call_id}{suffix}"',
    }
    body = service.store.read(key, wanted.start, wanted.end)
    return StreamingResponse(body, status, headers, TYPES.get(suffix, OTHER))


@router.get(
    "/{call_id}/peaks",
    responses={
        200: {"description": "The outline of the sound.", "content": {"application/json": {}}},
        304: {"description": "It is as you have it."},
        **GONE,
        **CONFLICT,
    },
    response_class=Response,
)
async def get_peaks(call_id: UUID, request: Request, viewer: CallReader, service: ServiceDep) -> Response:
    """Return the outline of the sound, as the pipeline made it."""
    recording = await _recording(service, viewer, call_id)
    key = recording.peaks_key
    if key is None:
        raise _not_yet()
    tag = _tag(key)
    if unchanged(request, tag):
        return not_modified(tag, CACHE)
    content = b"".join([block async for block in service.store.read(key)])
    headers = {"ETag": tag, "Cache-Control": CACHE}
    return Response(content, HTTPStatus.OK, headers, "application/json")


async def _recording(service: Service, viewer: Viewer, call_id: UUID) -> Recording:
    async with service.database.read(viewer.organisation_id) as session:
        return await reading.recording(session, await present(session, viewer, call_id))


def _tag(key: str) -> str:
    """Return the tag of a file: files never change under a key."""
    return f'"{hashed(key)[:32]}"'


def _not_yet() -> Problem:
    return conflict(
        "not_rendered", "The sound is not made playable yet.", "Follow the call's events, then ask again."
    )
