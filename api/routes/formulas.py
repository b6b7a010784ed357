"""The formula by which records come to an index: written, compared, put to use."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query

from analysis.records import comparison
from analysis.records.formula import checked
from analysis.records.measures import measures
from analysis.records.shipped import SHIPPED
from api.auth import RecordReader, ScorecardEditor, ServiceDep
from api.problems import not_found
from api.routes.routers import MISSING, guarded
from api.routes.scorecards import version_facts
from api.schemas.formulas import (
    ComparisonShape,
    FormulaTaken,
    FormulaVersionShape,
    RepComparedShape,
)
from api.schemas.records import WeighedShape
from api.schemas.scorecards import StepTaken
from api.schemas.shape import Day, of_hundred
from api.seen import note_all_seen
from api.spans import calendar
from core.clock import now
from models.access import Viewer
from models.db import ReadSession, Session
from models.queries import formulas, trail
from models.record import FORMULA, Formula, PeriodKind
from models.tables import FormulaVersion
from models.trail import Action, Note
from models.versions import VersionMoveName

Version = Annotated[UUID, Path(description="A version of the formula.")]

router = guarded("formulas", "/v1/formulas")


@router.get("")
async def list_formulas(viewer: RecordReader, service: ServiceDep) -> list[FormulaVersionShape]:
    """Return every version of the formula, the newest first."""
    async with service.database.read(viewer.organisation_id) as session:
        return [_shape(version) for version in await formulas.every(session)]


@router.get("/shipped")
async def list_shipped_formulas(_viewer: RecordReader) -> list[Formula]:
    """Return the formulas that come with Debrief, to begin with."""
    return list(SHIPPED)


@router.post("", status_code=HTTPStatus.CREATED)
async def add_formula(
    given: FormulaTaken, viewer: ScorecardEditor, service: ServiceDep
) -> FormulaVersionShape:
    """Add a version as a draft."""
    async with service.database.write(viewer.organisation_id) as session:
        return await _added(session, viewer, await _checked(session, given.formula), given.note, "add")


@router.get("/versions/{formula_id}", responses=MISSING)
async def get_formula(formula_id: Version, viewer: RecordReader, service: ServiceDep) -> FormulaVersionShape:
    """Return a version."""
    async with service.database.read(viewer.organisation_id) as session:
        return _shape(await _present(session, formula_id))


@router.put("/versions/{formula_id}", responses=MISSING)
async def change_formula(
    formula_id: Version, given: FormulaTaken, viewer: ScorecardEditor, service: ServiceDep
) -> FormulaVersionShape:
    """Change a draft; a version that was in use is copied instead."""
    async with service.database.write(viewer.organisation_id) as session:
        version = await _present(session, formula_id, lock=True)
        formulas.edit(version, await _checked(session, given.formula), given.note, now())
        _tell(session, viewer, version, VersionMoveName.EDIT)
        return _shape(version)


@router.post("/versions/{formula_id}/copy", status_code=HTTPStatus.CREATED, responses=MISSING)
async def copy_formula(
    formula_id: Version, viewer: ScorecardEditor, service: ServiceDep
) -> FormulaVersionShape:
    """Make a draft of a version, to change."""
    async with service.database.write(viewer.organisation_id) as session:
        version = await _present(session, formula_id, lock=True)
        formula = FORMULA.validate_python(version.content)
        return await _added(session, viewer, formula, "", VersionMoveName.COPY, of=version.number)


@router.post("/versions/{formula_id}/moves", responses=MISSING)
async def move_formula(
    formula_id: Version, given: StepTaken, viewer: ScorecardEditor, service: ServiceDep
) -> FormulaVersionShape:
    """Try a version out beside the one in use, put it in its place, or use it no longer."""
    name = VersionMoveName(given.move)
    async with service.database.write(viewer.organisation_id) as session:
        version = await _present(session, formula_id, lock=True)
        for made_room in await formulas.move(session, version, name, now()):
            _tell(session, viewer, made_room, VersionMoveName.RETIRE, by=version.number)
        _tell(session, viewer, version, name)
        return _shape(version)


@router.delete("/versions/{formula_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_formula(formula_id: Version, viewer: ScorecardEditor, service: ServiceDep) -> None:
    """Remove a draft."""
    async with service.database.write(viewer.organisation_id) as session:
        version = await _present(session, formula_id, lock=True)
        await formulas.remove(session, version)
        _tell(session, viewer, version, VersionMoveName.REMOVE)


@router.get("/versions/{formula_id}/comparison", responses=MISSING)
async def compare_formulas(
    formula_id: Version,
    other: Annotated[UUID, Query(alias="with", description="The version to compare it with.")],
    viewer: RecordReader,
    service: ServiceDep,
    period: PeriodKind = PeriodKind.QUARTER,
    start: Annotated[Day | None, Query(description="A day of the period; else it is the one now.")] = None,
) -> ComparisonShape:
    """Return what two versions make of the same figures, for each rep whose record the caller sees."""
    async with service.database.read(viewer.organisation_id) as session:
        this = FORMULA.validate_python((await _present(session, formula_id)).content)
        that = FORMULA.validate_python((await _present(session, other)).content)
        chosen = (await calendar(session)).period(start, period)
        found = await formulas.cells(session, viewer, chosen)
    names = {cell.rep_id: name for cell, name in found}
    result = comparison.compared(this, that, [cell for cell, _ in found])
    seen = [f"record:{rep_id}" for rep_id in names if rep_id != viewer.user_id]
    await note_all_seen(service, viewer, seen, "record")
    return ComparisonShape(
        this=formula_id,
        other=other,
        period=chosen.kind,
        start=chosen.start,
        reps=[_rep(rep, names[rep.rep_id]) for rep in result.reps],
        ranked=result.ranked,
        correlation=result.correlation,
    )


async def _present(session: ReadSession, version_id: UUID, *, lock: bool = False) -> FormulaVersion:
    """Return a version; raises `Problem` 404 where there is none."""
    found = await formulas.find(session, version_id, lock=lock)
    if found is None:
        raise not_found()
    return found


async def _checked(session: ReadSession, formula: Formula) -> Formula:
    return checked(formula, measures(*await formulas.names(session)))


async def _added(
    session: Session, viewer: Viewer, formula: Formula, note: str, move: str, **details: Any
) -> FormulaVersionShape:
    version = await formulas.add(session, formula, note, viewer.user_id, now())
    _tell(session, viewer, version, move, **details)
    return _shape(version)


def _tell(session: Session, viewer: Viewer, version: FormulaVersion, move: str, **details: Any) -> None:
    """Have the trail tell what was done with a version."""
    told = {"number": version.number, "move": str(move), **details}
    note = Note(viewer.principal_id, Action.FORMULA_CHANGED, f"formula:{version.id}", told)
    trail.note(session, viewer.organisation_id, note)


def _shape(version: FormulaVersion) -> FormulaVersionShape:
    return FormulaVersionShape(
        **version_facts(version),
        formula=FORMULA.validate_python(version.content),
        note=version.note,
        created_by=version.created_by,
        retired_at=version.retired_at,
    )


def _rep(rep: comparison.Compared, name: str) -> RepComparedShape:
    return RepComparedShape(
        rep_id=rep.rep_id,
        name=name,
        calls=rep.calls,
        this=WeighedShape.of(rep.one),
        other=WeighedShape.of(rep.other),
        difference=of_hundred(rep.difference),
    )
