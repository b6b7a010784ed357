"""What a review holds: words, utterances, measures, the whole of it, and it in other formats."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response

from api import cursors, exports
from api.auth import CallReader, ServiceDep
from api.conditional import not_modified, unchanged
from api.problems import Problem, conflict
from api.routes.calls import present
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import CONFLICT, GONE, guarded
from api.schemas.reviews import MetricShape, UtterancePage, UtteranceShape, WordPage, words_of
from api.seen import note_seen
from api.service import Service
from models.access import Viewer
from models.queries import reading
from models.tables import UtteranceRow
from report.schema import ReviewShape

router = guarded("calls", "/v1/calls")


class Format(StrEnum):
    """What a transcript can be had as."""

    VTT = "vtt"
    SRT = "srt"
    TXT = "txt"
    JSON = "json"
    CSV = "csv"


@router.get("/{call_id}/utterances", responses=GONE)
async def list_utterances(
    call_id: UUID, viewer: CallReader, service: ServiceDep, limit: Limit = 200, cursor: Cursor = None
) -> UtterancePage:
    """Return what is said in a call, in order of time; nothing before it is reviewed."""
    rows, following = await _utterances(service, viewer, call_id, limit, cursor)
    return UtterancePage(items=[UtteranceShape.model_validate(row) for row in rows], next=following)


@router.get("/{call_id}/words", responses=GONE)
async def list_words(
    call_id: UUID, viewer: CallReader, service: ServiceDep, limit: Limit = 200, cursor: Cursor = None
) -> WordPage:
    """Return the words of a call, of at most `limit` whole utterances a page."""
    rows, following = await _utterances(service, viewer, call_id, limit, cursor)
    return WordPage(items=[word for row in rows for word in words_of(row)], next=following)


@router.get("/{call_id}/metrics", responses=GONE)
async def list_metrics(call_id: UUID, viewer: CallReader, service: ServiceDep) -> list[MetricShape]:
    """Return the measures of a call; nothing before it is reviewed."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await reading.metrics(session, call_id)
    await note_seen(service, viewer, f"call:{call_id}", "measures")
    return [MetricShape.model_validate(row) for row in found]


@router.get(
    "/{call_id}/review",
    response_model=ReviewShape,
    responses={**GONE, **CONFLICT, 304: {"description": "It is as you have it."}},
)
async def get_review(call_id: UUID, request: Request, viewer: CallReader, service: ServiceDep) -> Response:
    """Return the whole review, as docs/report.schema.json describes it."""
    version, document = await _review(service, viewer, call_id)
    tag = f'"review-{version}"'
    if unchanged(request, tag):
        return not_modified(tag)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(document, headers=headers, media_type="application/json")


EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The transcript.",
        "content": {kind: {} for kind in sorted(set(exports.MEDIA_TYPES.values()))},
    },
    **GONE,
    **CONFLICT,
}


@router.get("/{call_id}/export", responses=EXPORTED, response_class=Response)
async def export_call(
    call_id: UUID,
    viewer: CallReader,
    service: ServiceDep,
    wanted: Annotated[Format, Query(alias="format", description="What to have it as.")],
) -> Response:
    """Return the transcript as subtitles, text for reading, a table, or the whole review as JSON."""
    async with service.database.read(viewer.organisation_id) as session:
        call = await present(session, viewer, call_id)
        speakers = await reading.speakers(session, call_id)
    _, document = await _review(service, viewer, call_id)
    names = {row.label: row.name for row in speakers if row.name}
    content = exports.export(wanted, document, names)
    headers = {
        "Content-Disposition": exports.disposition(f"{call.title}.{wanted}"),
        "Cache-Control": "private, no-cache",
    }
    return Response(content, headers=headers, media_type=exports.MEDIA_TYPES[wanted])


async def _utterances(
    service: Service, viewer: Viewer, call_id: UUID, limit: int, cursor: str | None
) -> tuple[list[UtteranceRow], str | None]:
    """Return a page of utterances and the cursor of the next."""
    after = cursors.index(cursor)
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await reading.utterances(session, call_id, after, limit + 1)
    await note_seen(service, viewer, f"call:{call_id}", "transcript")
    rows, more = cut(found, limit)
    return list(rows), cursors.of_index(rows[-1].index) if more else None


async def _review(service: Service, viewer: Viewer, call_id: UUID) -> tuple[int, bytes]:
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await reading.review(session, call_id)
    if found is None:
        raise _not_yet()
    await note_seen(service, viewer, f"call:{call_id}", "review")
    return found


def _not_yet() -> Problem:
    return conflict("not_reviewed", "The call is not reviewed yet.", "Follow its events, then ask again.")
