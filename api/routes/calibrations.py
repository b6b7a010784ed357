"""Sessions in which several people score one call without seeing each other's answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID

from analysis.scorecards.agreement import over_calls
from api import calibrating, cursors
from api.auth import Calibrator, CallerDep, ServiceDep
from api.problems import not_found
from api.reviewing import demand_person
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import CONFLICT, MISSING, guarded
from api.schemas.calibrations import (
    AgreementShape,
    AnswersGiven,
    CalibrationPage,
    ItemReliabilityShape,
    NewCalibration,
    NewMember,
    WholeCalibrationShape,
)
from api.seen import note_seen
from api.service import Service
from core.clock import now
from core.errors import Rejected
from models.access import Caller, Viewer
from models.call import UserRole
from models.db import ReadSession, Session
from models.queries import calibrations, people, scorecards, trail
from models.queries.calibrations import Held, Member
from models.scorecard import SCORECARD
from models.tables import Call
from models.trail import Action, Note

router = guarded("calibrations", "/v1")

CHANGING = {**MISSING, **CONFLICT}
ALL_WITHIN = frozenset({UserRole.MANAGER, UserRole.ADMIN, None})
"""Roles that see every session within reach, not only those they hold or take part in; None: programs."""


@router.get("/calibrations")
async def list_calibrations(
    viewer: Calibrator, caller: CallerDep, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> CalibrationPage:
    """Return sessions, the newest first: one's own, and to managers and admins all within their reach."""
    async with service.database.read(viewer.organisation_id) as session:
        found = await calibrations.page(
            session, viewer, cursors.key(cursor), limit + 1, all_within=_all(caller)
        )
        rows, more = cut(found, limit)
        members = await calibrations.members(session, [one.row.id for one in rows])
        names = await people.member_names(session, [one.row.created_by for one in rows])
    items = [calibrating.shape(one, members[one.row.id], names) for one in rows]
    return CalibrationPage(items=items, next=cursors.of_key(rows[-1].row.id) if more else None)


@router.post("/calibrations", status_code=HTTPStatus.CREATED, responses=MISSING)
async def hold_calibration(
    given: NewCalibration, viewer: Calibrator, service: ServiceDep
) -> WholeCalibrationShape:
    """Hold a session on a score; it is blind from now on for those who take part."""
    demand_person(viewer)
    async with service.database.write(viewer.organisation_id) as session:
        found = await calibrations.assessed(session, viewer, given.assessment_id)
        if found is None:
            raise not_found()
        assessment, call = found
        if call.rep_id == viewer.user_id:
            raise Rejected("own_call", "It is your own call.", "Somebody else holds the session.")
        ids = list(dict.fromkeys(given.members))
        await _demand_reviewers(session, call, ids)
        row = await calibrations.add(session, given.name, assessment.id, viewer.principal_id, now())
        await calibrations.join(session, row.id, ids)
        held = await _present(session, viewer, row.id, all_within=True)
        _tell(session, held, viewer, "held", members=[str(one) for one in ids])
        return await _shown(session, held, viewer)


@router.get("/calibrations/{calibration_id}", responses=MISSING)
async def get_calibration(
    calibration_id: UUID, viewer: Calibrator, caller: CallerDep, service: ServiceDep
) -> WholeCalibrationShape:
    """Return a session with one's own answers; with what came of it once one may see that."""
    async with service.database.read(viewer.organisation_id) as session:
        held = await _present(session, viewer, calibration_id, all_within=_all(caller))
        shown = await _shown(session, held, viewer)
    if shown.results is not None:
        await note_seen(service, viewer, f"call:{held.call.id}", "scores")
    return shown


@router.put("/calibrations/{calibration_id}/answers", responses=CHANGING)
async def answer_calibration(
    calibration_id: UUID, given: AnswersGiven, viewer: Calibrator, caller: CallerDep, service: ServiceDep
) -> WholeCalibrationShape:
    """Save one's answers, in pieces if one likes; submitted, they never change."""
    async with _changing(service, viewer, caller, calibration_id) as (session, held, members):
        user_id = calibrating.demand_unsubmitted(held, members, viewer)
        calibrating.demand_fitting(held, given.answers)
        before = (await calibrations.answered(session, [held.row.id], user_id))[held.row.id]
        known = {one.item: one for one in before.get(user_id, ())}
        fresh = [one for one in given.answers if known.get(one.item) != one]
        calibrations.answer(session, held, user_id, fresh, now())
        if given.submit:
            calibrating.demand_complete(held, {*known, *(one.item for one in given.answers)})
            await calibrations.submit(session, held.row.id, user_id, now())
            _tell(session, held, viewer, "submitted")
        await session.flush()
        return await _shown(session, held, viewer)


@router.post("/calibrations/{calibration_id}/members", responses=CHANGING)
async def add_calibration_member(
    calibration_id: UUID, given: NewMember, viewer: Calibrator, caller: CallerDep, service: ServiceDep
) -> WholeCalibrationShape:
    """Have somebody else take part."""
    async with _changing(service, viewer, caller, calibration_id) as (session, held, members):
        calibrating.demand_holder(held, viewer)
        calibrating.demand_open(held)
        await _demand_reviewers(session, held.call, [given.user_id])
        calibrating.demand_newcomers(members, [given.user_id], held.row.created_by)
        await calibrations.join(session, held.row.id, [given.user_id])
        _tell(session, held, viewer, "joined", members=[str(given.user_id)])
        return await _shown(session, held, viewer)


@router.post("/calibrations/{calibration_id}/close", responses=CHANGING)
async def close_calibration(
    calibration_id: UUID, viewer: Calibrator, caller: CallerDep, service: ServiceDep
) -> WholeCalibrationShape:
    """Close a session: nobody answers any more, and everybody who takes part sees all."""
    async with _changing(service, viewer, caller, calibration_id) as (session, held, _):
        calibrating.demand_holder(held, viewer)
        calibrating.demand_open(held)
        held.row.closed_at = now()
        _tell(session, held, viewer, "closed")
        await session.flush()
        return await _shown(session, held, viewer)


@router.delete("/calibrations/{calibration_id}", status_code=HTTPStatus.NO_CONTENT, responses=CHANGING)
async def delete_calibration(
    calibration_id: UUID, viewer: Calibrator, caller: CallerDep, service: ServiceDep
) -> None:
    """Call a session off while nobody has submitted answers."""
    async with _changing(service, viewer, caller, calibration_id) as (session, held, members):
        calibrating.demand_holder(held, viewer)
        calibrating.demand_untouched(held, members)
        _tell(session, held, viewer, "deleted")
        await session.delete(held.row)


@router.get("/scorecards/versions/{version_id}/agreement", responses=MISSING)
async def get_agreement(version_id: UUID, viewer: Calibrator, service: ServiceDep) -> AgreementShape:
    """Return how reliably a scorecard is answered, by closed sessions on calls the caller may see."""
    async with service.database.read(viewer.organisation_id) as session:
        found = await scorecards.find(session, version_id)
        if found is None:
            raise not_found()
        row, version = found
        held = await calibrations.closed(session, viewer, row.id)
        ids = [one.row.id for one in held]
        members = await calibrations.members(session, ids)
        answers = await calibrations.answered(session, ids)
        machines = await calibrations.machines(session, [one.assessment.id for one in held])
    calls = [
        calibrating.coded(members[one.row.id], answers[one.row.id], machines[one.assessment.id])
        for one in held
    ]
    items = await asyncio.to_thread(over_calls, SCORECARD.validate_python(version.content), calls)
    shown = [ItemReliabilityShape.model_validate(item) for item in items]
    return AgreementShape(sessions=len(held), items=shown)


def _all(caller: Caller) -> bool:
    return caller.role in ALL_WITHIN


@asynccontextmanager
async def _changing(
    service: Service, viewer: Viewer, caller: Caller, calibration_id: UUID
) -> AsyncIterator[tuple[Session, Held, Sequence[Member]]]:
    """Give a session with its members, locked, in a transaction that is committed at the end."""
    async with service.database.write(viewer.organisation_id) as session:
        held = await _present(session, viewer, calibration_id, all_within=_all(caller))
        demand_person(viewer)
        await calibrations.lock(session, held)
        members = await calibrations.members(session, [calibration_id])
        yield session, held, members[calibration_id]


async def _present(session: ReadSession, viewer: Viewer, calibration_id: UUID, *, all_within: bool) -> Held:
    """Return a session that somebody sees; raises `Problem` 404 for any other."""
    held = await calibrations.find(session, viewer, calibration_id, all_within=all_within)
    if held is None:
        raise not_found()
    return held


async def _shown(session: ReadSession, held: Held, viewer: Viewer) -> WholeCalibrationShape:
    key = held.row.id
    members = (await calibrations.members(session, [key]))[key]
    names = await people.member_names(session, [held.row.created_by])
    answers = (await calibrations.answered(session, [key]))[key]
    machine = (await calibrations.machines(session, [held.assessment.id]))[held.assessment.id]
    return calibrating.whole(held, members, names, answers, machine, viewer)


async def _demand_reviewers(session: ReadSession, call: Call, ids: Sequence[UUID]) -> None:
    """Raise `Problem` 422 where somebody named may not review a call."""
    if await calibrations.reviewers(session, call, ids) != set(ids):
        raise calibrating.no_reviewer()


def _tell(session: Session, held: Held, viewer: Viewer, what: str, **more: Any) -> None:
    """Have the trail tell what was done with a session."""
    details = {"what": what, "call_id": str(held.call.id), "assessment_id": str(held.assessment.id), **more}
    subject = f"calibration:{held.row.id}"
    note = Note(viewer.principal_id, Action.CALIBRATION_CHANGED, subject, details)
    trail.note(session, held.row.organisation_id, note)
