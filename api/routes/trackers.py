"""Trackers: what is looked for in calls."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from uuid import UUID

from analysis.trackers import problems
from api.auth import MaybeCallReader, ScorecardEditor, ScorecardReader, ServiceDep
from api.dry_run import tracker_tried
from api.problems import not_found
from api.routes.routers import MISSING, guarded
from api.schemas.assessments import TrackerShape, TrackerTriedShape, TrackerTrying
from core.clock import now
from core.errors import Rejected
from models.queries import scorecards, trackers
from models.scorecard import Applies
from models.tables import TrackerRow
from models.tracker import TRACKER, Tracker

router = guarded("trackers", "/v1")


@router.get("/trackers")
async def list_trackers(viewer: ScorecardReader, service: ServiceDep) -> list[TrackerShape]:
    """Return every tracker."""
    async with service.database.read(viewer.organisation_id) as session:
        return [_shape(row) for row in await trackers.every(session)]


@router.post("/trackers", status_code=HTTPStatus.CREATED)
async def add_tracker(given: Tracker, viewer: ScorecardEditor, service: ServiceDep) -> TrackerShape:
    """Add a tracker; calls are looked through from now on."""
    async with service.database.write(viewer.organisation_id) as session:
        return _shape(await trackers.add(session, _checked(given), viewer.user_id, now()))


@router.post("/tracker-dry-runs")
async def try_tracker(
    given: TrackerTrying, viewer: ScorecardEditor, reader: MaybeCallReader, service: ServiceDep
) -> TrackerTriedShape:
    """Return what a tracker would find in the newest calls one sees, keeping nothing."""
    tracker = _checked(given.tracker)
    async with service.database.read(viewer.organisation_id) as session:
        calls = await scorecards.documents(session, reader, Applies(), given.calls)
    return await asyncio.to_thread(tracker_tried, tracker, calls)


@router.put("/trackers/{tracker_id}", responses=MISSING)
async def change_tracker(
    tracker_id: UUID, given: Tracker, viewer: ScorecardEditor, service: ServiceDep
) -> TrackerShape:
    """Have a tracker look for something else from now on."""
    async with service.database.write(viewer.organisation_id) as session:
        row = await trackers.find(session, tracker_id)
        if row is None:
            raise not_found()
        trackers.change(session, row, _checked(given), viewer.principal_id, now())
        return _shape(row)


@router.delete("/trackers/{tracker_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_tracker(tracker_id: UUID, viewer: ScorecardEditor, service: ServiceDep) -> None:
    """Look for a tracker no longer; what it found stays."""
    async with service.database.write(viewer.organisation_id) as session:
        row = await trackers.find(session, tracker_id)
        if row is None:
            raise not_found()
        trackers.remove(session, row, viewer.principal_id, now())


def _checked(tracker: Tracker) -> Tracker:
    found = list(problems(tracker))
    if found:
        raise Rejected("tracker", " ".join(found), "Put that right and try again.")
    return tracker


def _shape(row: TrackerRow) -> TrackerShape:
    return TrackerShape(
        id=row.id,
        version=row.version,
        tracker=TRACKER.validate_python(row.content),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
