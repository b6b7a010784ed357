"""Events as they happen."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query
from fastapi.responses import StreamingResponse

from api.auth import CallReader, ServiceDep
from api.events import MEDIA_TYPE, stream
from api.routes.calls import present
from api.routes.routers import GONE, guarded
from api.service import Service
from models.access import Viewer

Last = Annotated[int | None, Header(alias="Last-Event-ID", ge=0, lt=2**63)]
Since = Annotated[
    int | None, Query(ge=0, lt=2**63, description="As Last-Event-ID, where one cannot set headers.")
]

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events: `call.*` with an id when a call changes, `call.progress` without as it goes.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
    }
}
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

router = guarded("events", "/v1")


@router.get("/events", responses=STREAM, response_class=StreamingResponse)
async def follow_calls(
    viewer: CallReader, service: ServiceDep, last_event_id: Last = None, since: Since = None
) -> StreamingResponse:
    """Tell what happens to the calls that the caller sees, from now on or after an event."""
    return _told(service, viewer, last_event_id, since, None)


@router.get("/calls/{call_id}/events", responses={**STREAM, **GONE}, response_class=StreamingResponse)
async def follow_call(
    call_id: UUID,
    viewer: CallReader,
    service: ServiceDep,
    last_event_id: Last = None,
    since: Since = None,
) -> StreamingResponse:
    """Tell what happens to one call, from now on or after an event."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
    return _told(service, viewer, last_event_id, since, call_id)


def _told(
    service: Service, viewer: Viewer, last: int | None, since: int | None, call_id: UUID | None
) -> StreamingResponse:
    begin = since if last is None else last
    return StreamingResponse(stream(service, viewer, begin, call_id), media_type=MEDIA_TYPE, headers=HEADERS)
