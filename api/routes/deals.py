"""Deals: taken in as the tables that CRMs export, listed, removed."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import Field

from api import cursors
from api.auth import DealImporter, DealReader, ServiceDep
from api.conditional import answered
from api.problems import not_found, responses
from api.routes.paging import MOST, cut
from api.routes.routers import MISSING, TAGGED, guarded
from api.schemas.deals import DealPage, DealShape, ImportedShape, StageShape
from api.schemas.shape import Moment, Taken
from api.service import Service
from core.errors import Rejected
from ingest.completion import in_thread
from ingest.deals import MOST_BYTES, Importer, import_deals
from ingest.stream import blocks, readable
from models.queries import access, deals, trail
from models.queries.deals import DealFilter
from models.record import Outcome
from models.tables import Deal
from models.trail import Action, Note

CSV = "text/csv"
TABLE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Columns are named in the first line; see docs/deals.md.",
        "content": {CSV: {"schema": {"type": "string"}}},
    }
}

router = guarded("deals", "/v1")


class DealList(Taken):
    """Which deals, the oldest first; what is left out lets every deal through."""

    rep_id: UUID | None = None
    team_id: UUID | None = None
    """Of reps who are in this team now, or in one below it."""
    outcome: Outcome | None = None
    updated_since: Moment | None = None
    """Changed then or later."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    """At most so many."""
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


@router.get("/deals")
async def list_deals(
    wanted: Annotated[DealList, Query()], viewer: DealReader, service: ServiceDep
) -> DealPage:
    """Return deals that the caller sees, the oldest first."""
    async with service.database.read(viewer.organisation_id) as session:
        team_ids = None if wanted.team_id is None else await access.subtree(session, wanted.team_id)
        chosen = DealFilter(wanted.rep_id, team_ids, wanted.outcome, wanted.updated_since)
        found = await deals.page(session, viewer, chosen, cursors.key(wanted.cursor), wanted.limit + 1)
    rows, more = cut(found, wanted.limit)
    return DealPage(items=[_shape(row) for row in rows], next=cursors.of_key(rows[-1].id) if more else None)


@router.post("/deal-imports", openapi_extra=TABLE, responses=responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
async def import_table(request: Request, viewer: DealImporter, service: ServiceDep) -> ImportedShape:
    """Take in a table of deals as CSV, up to 20 MB; good rows go in, others are told of.

    A deal is told of by its `external_id`, as often as one likes: telling the same again changes nothing.
    """
    async with _received(request, service) as file:
        importer = Importer(service.database, viewer.organisation_id, viewer.principal_id)
        return ImportedShape.model_validate(await import_deals(importer, file))


@router.get("/deals/{deal_id}", responses={**MISSING, **TAGGED}, response_model=DealShape)
async def get_deal(deal_id: UUID, request: Request, viewer: DealReader, service: ServiceDep) -> Response:
    """Return a deal."""
    async with service.database.read(viewer.organisation_id) as session:
        deal = await deals.find(session, viewer, deal_id)
    if deal is None:
        raise not_found()
    return answered(request, _shape(deal).model_dump_json())


@router.delete("/deals/{deal_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_deal(deal_id: UUID, viewer: DealImporter, service: ServiceDep) -> None:
    """Remove a deal; it no longer counts in its rep's record."""
    async with service.database.write(viewer.organisation_id) as session:
        deal = await deals.find(session, viewer, deal_id, lock=True)
        if deal is None:
            raise not_found()
        await deals.remove(session, deal)
        note = Note(viewer.principal_id, Action.DEALS_CHANGED, f"deal:{deal_id}", {"removed": 1})
        trail.note(session, viewer.organisation_id, note)


@asynccontextmanager
async def _received(request: Request, service: Service) -> AsyncIterator[BinaryIO]:
    """Give the body of a request as a file without a name; raises `Rejected` where it is too large."""
    size = 0
    with tempfile.TemporaryFile(dir=service.settings.data) as file:
        async for block in blocks(request.stream()):
            size += len(block)
            if size > MOST_BYTES:
                raise Rejected(
                    "too_large", f"The table is larger than {readable(MOST_BYTES)}.", "Send it in parts."
                )
            await in_thread(file.write, block)
        yield file


def _shape(row: Deal) -> DealShape:
    stages = [StageShape(stage=one.stage, at=one.at) for one in deals.facts(row).stages]
    return DealShape(**{**row.model_dump(), "stages": stages})
