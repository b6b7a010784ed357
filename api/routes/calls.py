"""Calls: listed and searched, read, changed, cancelled, done again, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response

from api import cursors
from api.auth import CallChanger, CallReader, CallRemover, ServiceDep
from api.conditional import demand, etag, not_modified, unchanged
from api.intake import within_reach
from api.problems import Problem, conflict, not_found, responses
from api.records import refreshed
from api.routes.filters import CallList, found_by
from api.routes.paging import cut
from api.routes.routers import CONFLICT, GONE, TAGGED, guarded
from api.schemas.calls import (
    CallChange,
    CallPage,
    CallShape,
    Rerun,
    SpeakerShape,
    StageShape,
)
from api.service import Service
from core.clock import now
from core.errors import Rejected
from models.access import Viewer
from models.call import CallState, CallType, Consent, ConsentPolicy
from models.db import ReadSession, Session
from models.queries import calls, changes, deletion, hits, listing, people, reading, runs, search
from models.stages import Lane, StageName
from models.tables import Call

router = guarded("calls", "/v1/calls")

MOST_SEARCHED = 50
"""Calls on a page of a search: where each says it is looked up."""


@router.get("")
async def list_calls(
    viewer: CallReader, service: ServiceDep, wanted: Annotated[CallList, Query()]
) -> CallPage:
    """Return calls that the caller sees; with `q` those in which all of it is said, and where."""
    order = wanted.order
    after = None if wanted.cursor is None else cursors.place(wanted.cursor, order)
    async with service.database.read(viewer.organisation_id) as session:
        filtered = await found_by(session, wanted)
        limit = min(wanted.limit, MOST_SEARCHED) if filtered.terms else wanted.limit
        rows, more = cut(await listing.page(session, viewer, filtered, order, after, limit + 1), limit)
        ids = [row.id for row in rows]
        hits = await search.hits(session, ids, filtered.terms) if filtered.terms else None
    expected = await _expected(service, rows)
    items = [CallShape.of(row, expected, None if hits is None else hits.get(row.id, ())) for row in rows]
    following = cursors.of_place(order, listing.place(rows[-1], order)) if more else None
    return CallPage(items=items, next=following)


@router.get("/{call_id}", responses={**GONE, **TAGGED}, response_model=CallShape)
async def get_call(call_id: UUID, request: Request, viewer: CallReader, service: ServiceDep) -> Response:
    """Return a call."""
    async with service.database.read(viewer.organisation_id) as session:
        call = await present(session, viewer, call_id)
    if unchanged(request, etag(call)):
        return not_modified(etag(call))
    return await shown(service, call)


@router.patch(
    "/{call_id}",
    responses={**GONE, **CONFLICT, **responses(HTTPStatus.PRECONDITION_FAILED)},
    response_model=CallShape,
)
async def change_call(
    call_id: UUID, given: CallChange, request: Request, viewer: CallChanger, service: ServiceDep
) -> Response:
    """Change what is known of a call; `If-Match` guards against changing what another changed."""
    values = given.given
    async with changing(service, viewer, call_id) as (session, call):
        demand(request, call)
        await within_reach(session, viewer, values.get("rep_id"), values.get("team_id"))
        await _admitted(session, call, values)
        before = call.call_type
        changes.change(session, call, values, viewer.principal_id, now())
        await hits.follow(session, call)
        lanes = await _measured_anew(session, call, before)
    await service.ring(lanes)
    await refreshed(service, viewer.organisation_id)
    return await shown(service, call)


@router.delete("/{call_id}", status_code=HTTPStatus.NO_CONTENT, responses=GONE)
async def delete_call(call_id: UUID, viewer: CallRemover, service: ServiceDep) -> None:
    """Delete a call with its review, and its recording where no other call is made of it."""
    async with changing(service, viewer, call_id) as (session, call):
        keys = await deletion.erase(session, call.id, now(), viewer.principal_id)
    for key in keys or ():
        await service.store.delete(key)
    await refreshed(service, viewer.organisation_id)


@router.post("/{call_id}/cancel", responses={**GONE, **CONFLICT}, response_model=CallShape)
async def cancel_call(call_id: UUID, viewer: CallChanger, service: ServiceDep) -> Response:
    """Stop the work on a call."""
    async with changing(service, viewer, call_id) as (session, call):
        if call.state.ended and call.state is not CallState.CANCELLED:
            raise conflict("ended", f"The call is {call.state} already.", "There is nothing to cancel.")
        await runs.cancel(session, call_id)
    return await shown(service, call)


@router.post("/{call_id}/rerun", status_code=HTTPStatus.ACCEPTED, responses=GONE, response_model=CallShape)
async def rerun_call(call_id: UUID, given: Rerun, viewer: CallChanger, service: ServiceDep) -> Response:
    """Do a stage of a call, and all that needs it, again."""
    async with changing(service, viewer, call_id) as (session, call):
        lanes = await runs.rerun(session, call_id, given.stage)
    await service.ring(lanes or ())
    return await shown(service, call, HTTPStatus.ACCEPTED)


@router.get("/{call_id}/speakers", responses=GONE)
async def list_speakers(call_id: UUID, viewer: CallReader, service: ServiceDep) -> list[SpeakerShape]:
    """Return the voices of a call and the side each is on."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await reading.speakers(session, call_id)
    return [SpeakerShape.model_validate(row) for row in found]


@router.get("/{call_id}/stages", responses=GONE)
async def list_stages(call_id: UUID, viewer: CallReader, service: ServiceDep) -> list[StageShape]:
    """Return where each stage of a call is."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await reading.runs(session, call_id)
    return [StageShape.of(run) for run in found]


async def present(session: ReadSession, viewer: Viewer, call_id: UUID) -> Call:
    """Return a call; raises `Problem` 404 for one that the viewer does not see, 410 for a deleted one."""
    return _there(await reading.call(session, viewer, call_id))


async def shown(service: Service, call: Call, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a call with its tag."""
    shape = CallShape.of(call, await _expected(service, (call,)))
    headers = {"ETag": etag(call), "Cache-Control": "private, no-cache"}
    return Response(shape.model_dump_json(), status, headers, "application/json")


@asynccontextmanager
async def changing(service: Service, viewer: Viewer, call_id: UUID) -> AsyncIterator[tuple[Session, Call]]:
    """Give a call, locked, in a transaction that is committed at the end."""
    async with service.database.write(viewer.organisation_id) as session:
        yield session, _there(await reading.locked(session, viewer, call_id))


def _there(call: Call | None) -> Call:
    if call is None:
        raise not_found()
    if call.deleted_at is not None:
        at = call.deleted_at.isoformat()
        raise Problem(HTTPStatus.GONE, "deleted", f"The call was deleted at {at}.", "Forget it.")
    return call


async def _expected(service: Service, rows: Sequence[Call]) -> Mapping[UUID, datetime]:
    """Return when calls are likely to be reviewed, asked only where one of them waits."""
    waiting = [row.id for row in rows if not row.state.ended]
    return await service.estimates.finishes(waiting) if waiting else {}


async def _measured_anew(session: Session, call: Call, before: CallType) -> tuple[Lane, ...]:
    """Have a reviewed call measured and scored as one of its new type; return the lanes to ring."""
    if call.call_type is before or call.state is not CallState.REVIEWED:
        return ()
    await session.flush()
    return await runs.rerun(session, call.id, StageName.MEASURE) or ()


async def _admitted(session: Session, call: Call, values: Mapping[str, Any]) -> None:
    """Raise `Rejected` for an id that another call has, or consent that the organisation demands."""
    external_id = values.get("external_id")
    if external_id is not None and external_id != call.external_id:
        taken = await calls.by_external_id(session, external_id)
        if taken is not None:
            raise Rejected(
                "external_id_taken", "Another call has that external id.", "Give each call one of its own."
            )
    agreed = values.get("consent", Consent.GIVEN) in {Consent.GIVEN, Consent.NOT_REQUIRED}
    policy = (await people.own_organisation(session)).consent_policy
    if not agreed and policy is ConsentPolicy.REQUIRED:
        raise Rejected(
            "no_consent", "The organisation keeps no call without consent.", "Delete the call instead."
        )
