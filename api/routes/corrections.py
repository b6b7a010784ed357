"""What people put right about a call: who spoke, what was said; every version, and back to any of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from api import cursors
from api.auth import CallCorrector, CallReader, ServiceDep
from api.conditional import demand
from api.corrections import Base, put_right
from api.problems import Problem, conflict, invalid, responses
from api.routes.calls import changing, present, shown
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import CONFLICT, GONE, guarded
from api.schemas.calls import CallShape, SpeakersChange
from api.schemas.corrections import CorrectionPage, CorrectionsGiven, CorrectionShape, UndoGiven
from api.seen import note_seen
from api.service import Service
from core.clock import now
from models.access import Viewer
from models.correction import PutRight
from models.db import Session
from models.queries import corrections, reading, runs
from models.stages import Lane, StageName
from models.tables import Call, Correction

router = guarded("calls", "/v1/calls")

GUARDED = {**GONE, **responses(HTTPStatus.PRECONDITION_FAILED)}


@router.patch(
    "/{call_id}/speakers", status_code=HTTPStatus.ACCEPTED, responses=GONE, response_model=CallShape
)
async def correct_speakers(
    call_id: UUID, given: SpeakersChange, viewer: CallCorrector, service: ServiceDep
) -> Response:
    """Put right which side speakers are on, or what they are called; with a side, all is measured anew."""
    said = given.speakers
    roles = {label: one.role for label, one in said.items() if "role" in one.model_fields_set}
    names = {label: one.name for label, one in said.items() if "name" in one.model_fields_set}
    async with changing(service, viewer, call_id) as (session, call):
        _, before = await corrections.newest(session, call_id)
        known = {row.label for row in await reading.speakers(session, call_id)} | before.labels
        if not said.keys() <= known:
            raise invalid(
                "no_such_speaker",
                f"The call has no speaker {', '.join(sorted(said.keys() - known))}.",
                f"It has {', '.join(sorted(known)) or 'none yet'}.",
            )
        lanes = await _add(session, call, before.telling(roles, names), viewer)
    await service.ring(lanes)
    return await shown(service, call, HTTPStatus.ACCEPTED)


@router.post(
    "/{call_id}/corrections",
    status_code=HTTPStatus.ACCEPTED,
    responses={**GUARDED, **CONFLICT},
    response_model=CallShape,
)
async def correct_call(
    call_id: UUID, given: CorrectionsGiven, request: Request, viewer: CallCorrector, service: ServiceDep
) -> Response:
    """Put right who said what, or what was said; what rests on it is made anew.

    All edits are done or none. `If-Match` guards against changing what another changed.
    """
    base = await _base(service, viewer, call_id)
    after = await asyncio.to_thread(put_right, base, given.edits)
    async with changing(service, viewer, call_id) as (session, call):
        demand(request, call)
        if (await corrections.newest(session, call_id))[0] != base.version:
            raise conflict(
                "corrected_meanwhile", "Somebody else corrects the call just now.", "Send it once more."
            )
        lanes = await _add(session, call, after, viewer)
    await service.ring(lanes)
    return await shown(service, call, HTTPStatus.ACCEPTED)


@router.get("/{call_id}/corrections", responses=GONE)
async def list_corrections(
    call_id: UUID, viewer: CallReader, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> CorrectionPage:
    """Return what people put right about a call: every version, the newest first, and what it changed."""
    before = None if cursor is None else cursors.index(cursor)
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        newest, _ = await corrections.newest(session, call_id)
        found = await corrections.history(session, call_id, before, limit + 1)
    await note_seen(service, viewer, f"call:{call_id}", "corrections")
    rows, more = cut(found, limit)
    items = _told(rows, found[len(rows)][0] if more else None, newest)
    return CorrectionPage(items=items, next=cursors.of_index(rows[-1][0].version) if more else None)


@router.post(
    "/{call_id}/corrections/undo",
    status_code=HTTPStatus.ACCEPTED,
    responses=GUARDED,
    response_model=CallShape,
)
async def undo_corrections(
    call_id: UUID, given: UndoGiven, request: Request, viewer: CallCorrector, service: ServiceDep
) -> Response:
    """Go back to what another version put right, 0 for nothing: a new version, so that no other is lost.

    An undo is undone by going to the version before it.
    """
    async with changing(service, viewer, call_id) as (session, call):
        demand(request, call)
        earlier = await corrections.version(session, call_id, given.to_version)
        if earlier is None:
            newest, _ = await corrections.newest(session, call_id)
            raise invalid(
                "no_such_version",
                f"The call has no version {given.to_version} of corrections.",
                f"The newest is {newest}; 0 is as the machine had it.",
            )
        lanes = await _add(session, call, earlier.restored(given.to_version), viewer)
    await service.ring(lanes)
    return await shown(service, call, HTTPStatus.ACCEPTED)


async def _base(service: Service, viewer: Viewer, call_id: UUID) -> Base:
    """Return what new corrections start from; raises `Problem` 409 before the first review."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        version, before = await corrections.newest(session, call_id)
        found = await corrections.base(session, call_id, before.edits)
        roles = {row.label: row.role for row in await reading.speakers(session, call_id)}
    if found is None:
        raise _not_yet()
    return Base(version, before, *found, roles)


async def _add(session: Session, call: Call, after: PutRight, viewer: Viewer) -> Sequence[Lane]:
    """Put it in force; return the lanes to ring where the call is done again for it."""
    if not await corrections.add(session, call, after, viewer, now()):
        return ()
    return await runs.rerun(session, call.id, StageName.ATTRIBUTE) or ()


def _told(
    rows: Sequence[tuple[Correction, str | None]], earlier: Correction | None, newest: int
) -> list[CorrectionShape]:
    """Return versions as they go out, each beside the one before it; `earlier` is that of the last."""
    before = [*(row for row, _ in rows[1:]), earlier]
    return [
        CorrectionShape.of(row, name, previous, in_force=row.version == newest)
        for (row, name), previous in zip(rows, before, strict=False)
    ]


def _not_yet() -> Problem:
    return conflict("not_reviewed", "The call is not reviewed yet.", "Follow its events, then ask again.")
