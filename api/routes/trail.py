"""The audit trail: who saw what, and every change of a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from api import cursors
from api.auth import CallReader, ServiceDep, TrailReader
from api.routes.calls import present
from api.routes.paging import MOST, Cursor, Limit, cut
from api.routes.routers import GONE, guarded
from api.schemas.shape import Line, Taken
from api.schemas.trail import EntryShape, PrincipalShape, TrailPage, VerifiedShape
from models.db import ReadSession
from models.queries import people, trail
from models.queries.trail import Wanted
from models.tables import TrailRow
from models.trail import Action

router = guarded("trail", "/v1")


class TrailList(Taken):
    """Which entries; what is left out lets every one through."""

    subject: Line | None = None
    """Of this thing: kind and key, as `call:0198...`."""
    by: UUID | None = None
    """Of what this person or program did."""
    action: Action | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


@router.get("/trail")
async def list_trail(
    viewer: TrailReader, service: ServiceDep, wanted: Annotated[TrailList, Query()]
) -> TrailPage:
    """Return what was done in the organisation, the newest first."""
    asked = Wanted(wanted.subject, wanted.by, wanted.action)
    async with service.database.read(viewer.organisation_id) as session:
        return await _page(session, asked, wanted.limit, wanted.cursor)


@router.get("/trail-verification")
async def verify_trail(viewer: TrailReader, service: ServiceDep) -> VerifiedShape:
    """Return whether no entry of the trail was changed or left out."""
    async with service.database.read(viewer.organisation_id) as session:
        entries, newest, problem = await trail.verified(session, viewer.organisation_id)
    return VerifiedShape(entries=entries, hash=newest, whole=problem is None, problem=problem)


@router.get("/calls/{call_id}/trail", responses=GONE)
async def list_call_trail(
    call_id: UUID, viewer: CallReader, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> TrailPage:
    """Return who saw a call and its scores, and every change of them, the newest first."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        return await _page(session, Wanted(f"call:{call_id}"), limit, cursor)


async def _page(session: ReadSession, wanted: Wanted, limit: int, cursor: str | None) -> TrailPage:
    before = None if cursor is None else cursors.index(cursor)
    rows, more = cut(await trail.page(session, wanted, before, limit + 1), limit)
    names = await people.principal_names(session, {row.principal_id for row in rows if row.principal_id})
    following = cursors.of_index(rows[-1].number) if more else None
    return TrailPage(items=_entries(rows, names), next=following)


def _entries(rows: Sequence[TrailRow], names: Mapping[UUID, str]) -> list[EntryShape]:
    return [
        EntryShape(
            number=row.number,
            at=row.at,
            by=None if row.principal_id is None else _principal(row.principal_id, names),
            action=row.action,
            subject=row.subject,
            details=row.details,
            reason=row.reason,
            before=row.before,
            hash=row.hash,
        )
        for row in rows
    ]


def _principal(key: UUID, names: Mapping[UUID, str]) -> PrincipalShape:
    return PrincipalShape(id=key, name=names.get(key, ""))
