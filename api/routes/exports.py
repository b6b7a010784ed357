"""Exports: calls, scores, records and deals of a stretch of time, as a table, Parquet or lines of JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.auth import CallReader, DealReader, MaybeUnreviewedReader, RecordReader, ServiceDep
from api.exports import disposition
from api.feeds import page
from api.feeds.asking import Choosing, view_of, wanted_of
from api.feeds.exporting import Export, exported
from api.feeds.formats import MEDIA_TYPES, Format
from api.problems import invalid
from api.routes.routers import guarded
from api.schemas.records import RecordDay
from api.service import Service
from models import feeds
from models.access import Viewer
from models.feeds import Stream
from models.queries import records, trail
from models.queries.contributions import Stretch
from models.trail import Action, Note

router = guarded("exports", "/v1/exports")

EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The rows.", "content": {kind: {} for kind in sorted(set(MEDIA_TYPES.values()))}}
}


class Exporting(Choosing):
    """Which stretch of time, which fields, and what to have them as."""

    begin: Annotated[RecordDay, Field(alias="from")]
    """The first day, where the organisation is."""
    end: Annotated[RecordDay, Field(alias="to")]
    """The first day after it."""
    format: Format = Format.CSV


def _exported(stream: Stream, reader: Any) -> Callable[..., Awaitable[StreamingResponse]]:
    """Return the endpoint of a stream, for whoever may read such things."""

    async def export(
        viewer: Viewer,
        unreviewed: MaybeUnreviewedReader,
        service: ServiceDep,
        wanted: Annotated[Exporting, Query()],
    ) -> StreamingResponse:
        return await _export(service, viewer, unreviewed, wanted, stream)

    export.__annotations__["viewer"] = reader
    export.__doc__ = (
        f"Return {stream.says}: those of some days, by {stream.at}.\n\n"
        "The fields are those of the feed; what is gone is not there. `docs/feeds.md` says more."
    )
    return export


READERS: Mapping[str, Any] = {
    feeds.CALLS.name: CallReader,
    feeds.SCORES.name: CallReader,
    feeds.RECORDS.name: RecordReader,
    feeds.DEALS.name: DealReader,
}
"""Who may export what: whoever may read it one by one."""
for _stream in feeds.STREAMS:
    router.add_api_route(
        f"/{_stream.name}",
        _exported(_stream, READERS[_stream.name]),
        name=f"export_{_stream.name}",
        responses=EXPORTED,
        response_class=StreamingResponse,
    )


async def _export(
    service: Service, viewer: Viewer, reader: Viewer, wanted: Exporting, stream: Stream
) -> StreamingResponse:
    if wanted.end <= wanted.begin:
        raise invalid("no_days", "There is no day between `from` and `to`.", "`to` is the first day after.")
    export = Export(
        stream=stream,
        view=view_of(wanted, reader),
        within=await _within(service, viewer, wanted, stream),
        wanted=wanted_of(stream, wanted),
        format=wanted.format,
    )
    await page.told(service.database, viewer.organisation_id)
    await _note(service, viewer, export, wanted)
    name = f"{stream.name} {wanted.begin} {wanted.end}.{wanted.format}"
    headers = {"Content-Disposition": disposition(name), "Cache-Control": "private, no-cache"}
    parts = exported(service.database, viewer, export)
    return StreamingResponse(parts, headers=headers, media_type=MEDIA_TYPES[wanted.format])


async def _within(service: Service, viewer: Viewer, wanted: Exporting, stream: Stream) -> Stretch:
    """Return from when to when: days where the organisation is, or days that are the same everywhere."""
    if stream.by_day:
        return _midnight(wanted.begin, UTC), _midnight(wanted.end, UTC)
    async with service.database.read(viewer.organisation_id) as session:
        zone = await records.zone_of(session)
    return _midnight(wanted.begin, zone), _midnight(wanted.end, zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


async def _note(service: Service, viewer: Viewer, export: Export, wanted: Exporting) -> None:
    """Have the trail tell what was exported, and by whom."""
    details = {
        "stream": export.stream.name,
        "from": wanted.begin.isoformat(),
        "to": wanted.end.isoformat(),
        "format": export.format,
        "view": export.view,
    }
    subject = f"organisation:{viewer.organisation_id}"
    async with service.database.write(viewer.organisation_id) as session:
        note = Note(viewer.principal_id, Action.RESULTS_EXPORTED, subject, details)
        trail.note(session, viewer.organisation_id, note)
