"""Feeds: what changed since a caller was here last, an endpoint a stream."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic_core import to_json

from api import cursors
from api.auth import FeedReader, MaybeUnreviewedReader, ServiceDep
from api.conditional import not_modified, unchanged
from api.feeds import page
from api.feeds.asking import Following, Pull, view_of, wanted_of
from api.feeds.page import Asked, Found
from api.feeds.rows import stamp
from api.problems import responses
from api.routes.routers import TAGGED, guarded
from api.schemas.feeds import gone_row, page_of, row_of
from api.seen import note_seen
from api.service import Service
from core.fingerprint import fingerprint
from models import feeds
from models.access import Viewer
from models.feeds import DELETIONS, Stream

router = guarded("feeds", "/v1/feeds")

PULLED = {**TAGGED, **responses(HTTPStatus.GONE)}


def _pulled(stream: Stream) -> Callable[..., Awaitable[Response]]:
    """Return the endpoint of a stream."""

    async def pull(
        request: Request,
        viewer: FeedReader,
        reader: MaybeUnreviewedReader,
        service: ServiceDep,
        wanted: Annotated[Pull, Query()],
    ) -> Response:
        return await _page(request, viewer, reader, service, wanted, stream)

    pull.__doc__ = (
        f"Return what changed, in the order in which it did: {stream.says}.\n\n"
        "What is gone, or no longer approved, comes as `deleted`. `docs/feeds.md` says how to go on."
    )
    return pull


for _stream in feeds.STREAMS:
    router.add_api_route(
        f"/{_stream.name}",
        _pulled(_stream),
        name=f"pull_{_stream.name}",
        responses=PULLED,
        response_model=page_of(_stream.name, row_of(_stream)),
    )


@router.get(f"/{DELETIONS}", responses=PULLED, response_model=page_of(DELETIONS, gone_row()))
async def pull_deletions(
    request: Request,
    viewer: FeedReader,
    reader: MaybeUnreviewedReader,
    service: ServiceDep,
    wanted: Annotated[Following, Query()],
) -> Response:
    """Return what is gone out of every stream, or no longer approved, in the order in which it went."""
    return await _page(request, viewer, reader, service, wanted, None)


async def _page(
    request: Request,
    viewer: Viewer,
    reader: Viewer,
    service: Service,
    wanted: Following,
    stream: Stream | None,
) -> Response:
    """Return a page of a stream, None for that of deletions; not again where the caller has it."""
    view, name = view_of(wanted, reader), DELETIONS if stream is None else stream.name
    fields = wanted_of(stream, wanted) if stream is not None and isinstance(wanted, Pull) else frozenset()
    asked = Asked(
        stream=stream,
        view=view,
        limit=wanted.limit,
        wanted=fields,
        place=None if wanted.cursor is None else cursors.feed(wanted.cursor, name, view),
        since=wanted.updated_since,
    )
    found = await page.found(service.database, viewer, asked)
    tag = _tag(name, asked, found)
    if unchanged(request, tag):
        return not_modified(tag)
    await note_seen(service, viewer, f"feed:{name}", "feed")
    items = await page.shown(service.database, viewer, asked, found.entries)
    resume = cursors.of_feed(name, view, found.place)
    answer = {
        "items": items,
        "next": resume if found.more else None,
        "resume": resume,
        "as_of": stamp(found.as_of),
    }
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(to_json(answer, inf_nan_mode="null"), headers=headers, media_type="application/json")


def _tag(name: str, asked: Asked, found: Found) -> str:
    """Return the tag of a page: of whatever changes in it the last position does.

    A weak one: `resume` and `as_of` go on with other streams.
    """
    entries = found.entries
    kept = fingerprint(
        name,
        view=asked.view,
        fields=",".join(sorted(asked.wanted)),
        last=entries[-1].position if entries else None,
        number=len(entries),
        more=found.more,
    )
    return f'W/"{kept}"'
