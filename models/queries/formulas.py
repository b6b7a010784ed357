"""The organisation's formula and its versions: written, moved, looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from models.access import Viewer
from models.db import ReadSession, Session, organisation_of
from models.queries import access, deals
from models.queries import cells as kept
from models.queries.versioning import allowed
from models.record import FORMULA, Cell, Formula, Period
from models.tables import FormulaVersion, Organisation, ScorecardRow, User
from models.versions import VersionMoveName, VersionState


async def every(session: ReadSession) -> Sequence[FormulaVersion]:
    """Return every version, the newest first."""
    query = select(FormulaVersion).order_by(col(FormulaVersion.number).desc())
    return (await session.execute(query)).scalars().all()


async def used(session: ReadSession) -> Sequence[FormulaVersion]:
    """Return the versions that are or were in use, by when that began; the one tried out comes last."""
    query = (
        select(FormulaVersion)
        .where(
            (col(FormulaVersion.state) == VersionState.TRIAL) | col(FormulaVersion.activated_at).is_not(None)
        )
        .order_by(col(FormulaVersion.activated_at).nulls_last(), col(FormulaVersion.number))
    )
    return (await session.execute(query)).scalars().all()


async def find(session: ReadSession, version_id: UUID, *, lock: bool = False) -> FormulaVersion | None:
    """Return a version; locked, no version of the organisation changes until the transaction ends."""
    if lock:
        await _lock(session)
    query = select(FormulaVersion).where(col(FormulaVersion.id) == version_id)
    return (await session.execute(query)).scalar_one_or_none()


async def names(session: ReadSession) -> tuple[Mapping[str, str], frozenset[str], frozenset[str]]:
    """Return what measures are named after: scorecards by key, stages of deals, and currencies."""
    query = select(col(ScorecardRow.key), col(ScorecardRow.name)).order_by(col(ScorecardRow.key))
    cards = dict((await session.execute(query)).all())
    return cards, await deals.stages(session), await deals.currencies(session)


async def cells(session: ReadSession, viewer: Viewer, period: Period) -> Sequence[tuple[Cell, str]]:
    """Return what a period comes to for each rep a viewer sees, by name, over calls of all types."""
    query = select(col(User.id), col(User.name)).where(access.users(viewer))
    seen = dict((await session.execute(query)).all())
    found = await kept.of_everybody(session, [period], None)
    pairs = [(cell, seen[cell.rep_id]) for cell in found if cell.rep_id in seen]
    return sorted(pairs, key=lambda pair: (pair[1], pair[0].rep_id))


async def add(session: Session, formula: Formula, note: str, by: UUID | None, at: datetime) -> FormulaVersion:
    """Return a new draft, numbered after the newest."""
    await _lock(session)
    newest = (await session.execute(select(func.max(col(FormulaVersion.number))))).scalar_one() or 0
    version = FormulaVersion(
        organisation_id=organisation_of(session),
        number=newest + 1,
        content=plain(formula),
        note=note,
        created_by=by,
        created_at=at,
        updated_at=at,
    )
    session.add(version)
    await session.flush()
    return version


def edit(version: FormulaVersion, formula: Formula, note: str, at: datetime) -> None:
    """Change a draft; raises `Rejected` where it is none."""
    allowed(version, VersionMoveName.EDIT)
    version.content, version.note, version.updated_at = plain(formula), note, at


async def move(
    session: Session, version: FormulaVersion, name: VersionMoveName, at: datetime
) -> Sequence[FormulaVersion]:
    """Try a version out, put it in use or take it out of use; raises `Rejected` where that cannot be.

    Returns the versions that made room: the one in its place until now, if there was any.
    """
    after = allowed(version, name).after
    if after is None:
        raise ValueError(f"{name} is no move from state to state")
    before: Sequence[FormulaVersion] = ()
    if after in (VersionState.ACTIVE, VersionState.TRIAL):
        before = await _in_state(session, after)
        version.locked_at = version.locked_at or at
    if after is VersionState.ACTIVE:
        version.activated_at = at
    for one in before:
        _retire(one, at)
    if after is VersionState.RETIRED:
        _retire(version, at)
    version.state, version.updated_at = after, at
    return before


async def remove(session: Session, version: FormulaVersion) -> None:
    """Remove a draft; raises `Rejected` where it is none."""
    allowed(version, VersionMoveName.REMOVE)
    await session.delete(version)


def plain(formula: Formula) -> dict[str, Any]:
    """Return a formula as it is kept."""
    found: dict[str, Any] = FORMULA.dump_python(formula, mode="json")
    return found


async def _in_state(session: ReadSession, state: VersionState) -> Sequence[FormulaVersion]:
    query = select(FormulaVersion).where(col(FormulaVersion.state) == state)
    return (await session.execute(query)).scalars().all()


def _retire(version: FormulaVersion, at: datetime) -> None:
    version.state, version.retired_at, version.updated_at = VersionState.RETIRED, at, at


async def _lock(session: ReadSession) -> None:
    """Have whoever else writes a formula of the organisation wait until the transaction ends."""
    query = select(Organisation).where(col(Organisation.id) == organisation_of(session))
    await session.execute(query.with_for_update(key_share=True))
