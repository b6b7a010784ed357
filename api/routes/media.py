"""What people hear and see of a recording: the derived sound file, by the range, and its outline."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from pathlib import PurePosixPath
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from api.auth import CallReader, ServiceDep
from api.conditional import not_modified, unchanged
from api.routes.calls import present
from api.routes.routers import CONFLICT, GONE, guarded
from api.seen import note_seen
from api.service import Service
from api.sound import CACHE, SOUND, not_yet, sent, tag_of
from models.access import Viewer
from models.queries import reading
from models.tables import Recording

router = guarded("calls", "/v1/calls")


@router.get("/{call_id}/audio", responses=SOUND, response_class=StreamingResponse)
async def get_audio(call_id: UUID, request: Request, viewer: CallReader, service: ServiceDep) -> Response:
    """Return the sound of a call to play: made from the recording, and seekable in every browser."""
    recording = await _recording(service, viewer, call_id)
    key = recording.playback_key
    if key is None:
        raise not_yet()
    tag = tag_of(key)
    if unchanged(request, tag):
        return not_modified(tag, CACHE)
    await note_seen(service, viewer, f"call:{call_id}", "recording")
    size = recording.playback_bytes
    size = await service.store.size(key) if size is None else size
    name = f"{call_id}{PurePosixPath(key).suffix}"
    return sent(request, name, tag, size, partial(service.store.read, key))


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
        raise not_yet()
    tag = tag_of(key)
    if unchanged(request, tag):
        return not_modified(tag, CACHE)
    content = b"".join([block async for block in service.store.read(key)])
    headers = {"ETag": tag, "Cache-Control": CACHE}
    return Response(content, HTTPStatus.OK, headers, "application/json")


async def _recording(service: Service, viewer: Viewer, call_id: UUID) -> Recording:
    async with service.database.read(viewer.organisation_id) as session:
        return await reading.recording(session, await present(session, viewer, call_id))
