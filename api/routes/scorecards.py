"""Scorecards: written, tried on past calls, put to use, exported."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request
from fastapi.responses import PlainTextResponse

from analysis.scorecards import document
from api.auth import MaybeCallReader, ScorecardEditor, ScorecardReader, ServiceDep
from api.dry_run import scorecard_tried
from api.problems import invalid, not_found
from api.routes.routers import MISSING, guarded
from api.schemas.scorecards import (
    ScorecardShape,
    StepTaken,
    TriedShape,
    Trying,
    VersionShape,
    WholeVersionShape,
)
from core.clock import now
from models.access import Viewer
from models.db import ReadSession, Session
from models.queries import assessments, scorecards
from models.scorecard import SCORECARD, Scorecard
from models.tables import FormulaVersion, ScorecardRow, ScorecardVersion
from models.versions import VersionMoveName, legal

YAML = "application/yaml"
TEXT: dict[str, Any] = {"requestBody": {"required": True, "content": {YAML: {"schema": {"type": "string"}}}}}
WRITTEN: dict[int | str, dict[str, Any]] = {200: {"content": {YAML: {"schema": {"type": "string"}}}}}
Version = Annotated[UUID, Path(description="A version of a scorecard.")]

router = guarded("scorecards", "/v1/scorecards")


@router.get("")
async def list_scorecards(viewer: ScorecardReader, service: ServiceDep) -> list[ScorecardShape]:
    """Return every scorecard with its versions."""
    async with service.database.read(viewer.organisation_id) as session:
        found = await scorecards.every(session)
    return [_card(row, [version for _, version in group]) for row, group in groupby(found, key=_row)]


@router.get("/shipped")
async def list_shipped(_viewer: ScorecardReader) -> list[Scorecard]:
    """Return the scorecards that come with Debrief, to begin with."""
    return list(document.shipped())


@router.post("", status_code=HTTPStatus.CREATED)
async def add_scorecard(given: Scorecard, viewer: ScorecardEditor, service: ServiceDep) -> WholeVersionShape:
    """Add a scorecard as a draft; where its key is taken, as the next version of that one."""
    async with service.database.write(viewer.organisation_id) as session:
        return await _added(session, viewer, await _checked(session, given))


@router.post("/import", status_code=HTTPStatus.CREATED, openapi_extra=TEXT)
async def import_scorecard(
    request: Request, viewer: ScorecardEditor, service: ServiceDep
) -> WholeVersionShape:
    """Add a scorecard that is written in YAML, as an export is."""
    try:
        text = (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise invalid("not_text", "The file is no text in UTF-8.", "Save it as UTF-8.") from error
    async with service.database.write(viewer.organisation_id) as session:
        card = document.read(text, await scorecards.tracker_keys(session))
        return await _added(session, viewer, card)


@router.get("/versions/{version_id}", responses=MISSING)
async def get_version(version_id: Version, viewer: ScorecardReader, service: ServiceDep) -> WholeVersionShape:
    """Return a version with what it asks."""
    async with service.database.read(viewer.organisation_id) as session:
        return _whole(*await _present(session, version_id))


@router.get("/versions/{version_id}/yaml", responses={**MISSING, **WRITTEN}, response_class=PlainTextResponse)
async def export_version(
    version_id: Version, viewer: ScorecardReader, service: ServiceDep
) -> PlainTextResponse:
    """Return a version as YAML, to keep, edit and import again."""
    async with service.database.read(viewer.organisation_id) as session:
        _, version = await _present(session, version_id)
    text = document.write(SCORECARD.validate_python(version.content))
    return PlainTextResponse(text, media_type=YAML)


@router.put("/versions/{version_id}", responses=MISSING)
async def change_version(
    version_id: Version, given: Scorecard, viewer: ScorecardEditor, service: ServiceDep
) -> WholeVersionShape:
    """Change what a draft asks; a version by which calls were scored is copied instead."""
    async with service.database.write(viewer.organisation_id) as session:
        row, version = await _present(session, version_id, lock=True)
        await scorecards.edit(
            session, row, version, await _checked(session, given), viewer.principal_id, now()
        )
        return _whole(row, version)


@router.post("/versions/{version_id}/copy", status_code=HTTPStatus.CREATED, responses=MISSING)
async def copy_version(
    version_id: Version, viewer: ScorecardEditor, service: ServiceDep
) -> WholeVersionShape:
    """Make a draft of a version, to change."""
    async with service.database.write(viewer.organisation_id) as session:
        _, version = await _present(session, version_id, lock=True)
        return await _added(session, viewer, SCORECARD.validate_python(version.content))


@router.post("/versions/{version_id}/moves", responses=MISSING)
async def move_version(
    version_id: Version, given: StepTaken, viewer: ScorecardEditor, service: ServiceDep
) -> WholeVersionShape:
    """Try a version out beside the one in use, put it in its place, or use it no longer."""
    async with service.database.write(viewer.organisation_id) as session:
        row, version = await _present(session, version_id, lock=True)
        await scorecards.move(session, row, version, VersionMoveName(given.move), now(), viewer.principal_id)
        return _whole(row, version)


@router.delete("/versions/{version_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_version(version_id: Version, viewer: ScorecardEditor, service: ServiceDep) -> None:
    """Remove a draft."""
    async with service.database.write(viewer.organisation_id) as session:
        await scorecards.remove(session, *await _present(session, version_id, lock=True), viewer.principal_id)


@router.post("/versions/{version_id}/dry-run", responses=MISSING)
async def try_version(
    version_id: Version, given: Trying, viewer: ScorecardEditor, reader: MaybeCallReader, service: ServiceDep
) -> TriedShape:
    """Return what a version would have given the newest calls one sees that it is for, keeping nothing."""
    async with service.database.read(viewer.organisation_id) as session:
        _, version = await _present(session, version_id)
        card = SCORECARD.validate_python(version.content)
        calls = await scorecards.documents(session, reader, card.applies, given.calls)
        trackers = await assessments.watched(session)
    return await asyncio.to_thread(scorecard_tried, card, calls, trackers)


async def _present(
    session: ReadSession, version_id: UUID, *, lock: bool = False
) -> tuple[ScorecardRow, ScorecardVersion]:
    """Return a version with its scorecard; raises `Problem` 404 where there is none."""
    found = await scorecards.find(session, version_id, lock=lock)
    if found is None:
        raise not_found()
    return found


async def _checked(session: ReadSession, card: Scorecard) -> Scorecard:
    return document.checked(card, await scorecards.tracker_keys(session))


async def _added(session: Session, viewer: Viewer, card: Scorecard) -> WholeVersionShape:
    return _whole(*await scorecards.add(session, card, viewer.user_id, now()))


def _row(found: tuple[ScorecardRow, ScorecardVersion]) -> ScorecardRow:
    return found[0]


def _card(row: ScorecardRow, versions: Iterable[ScorecardVersion]) -> ScorecardShape:
    shown = [VersionShape(**version_facts(version)) for version in versions]
    return ScorecardShape(id=row.id, key=row.key, name=row.name, versions=shown)


def _whole(row: ScorecardRow, version: ScorecardVersion) -> WholeVersionShape:
    card = SCORECARD.validate_python(version.content)
    return WholeVersionShape(**version_facts(version), scorecard_id=row.id, scorecard=card)


def version_facts(version: ScorecardVersion | FormulaVersion) -> dict[str, Any]:
    """Return what versions show, whatever they are of."""
    locked = version.locked_at is not None
    return {
        "id": version.id,
        "number": version.number,
        "state": version.state,
        "locked": locked,
        "moves": [move.name for move in legal(version.state, locked=locked)],
        "created_at": version.created_at,
        "updated_at": version.updated_at,
        "activated_at": version.activated_at,
    }
