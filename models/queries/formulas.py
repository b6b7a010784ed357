"""The organisation's formula and its versions: written, moved, looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import col

from models.db import ReadSession, Session, organisation_of
from models.queries.versioning import allowed
from models.record import FORMULA, Formula
from models.tables import FormulaVersion
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
    """Return a version; locked, until the transaction ends."""
    query = select(FormulaVersion).where(col(FormulaVersion.id) == version_id)
    found = await session.execute(query.with_for_update() if lock else query)
    return found.scalar_one_or_none()


async def add(session: Session, formula: Formula, note: str, by: UUID | None, at: datetime) -> FormulaVersion:
    """Return a new draft, numbered after the newest."""
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


async def move(session: Session, version: FormulaVersion, name: VersionMoveName, at: datetime) -> None:
    """Try a version out, put it in use or take it out of use; raises `Rejected` where that cannot be.

    The version that is in its place until now makes room.
    """
    after = allowed(version, name).after
    if after is None:
        raise ValueError(f"{name} is no move from state to state")
    if after in (VersionState.ACTIVE, VersionState.TRIAL):
        await _make_room(session, after, at)
        version.locked_at = version.locked_at or at
    if after is VersionState.ACTIVE:
        version.activated_at = at
    if after is VersionState.RETIRED:
        version.retired_at = at
    version.state, version.updated_at = after, at


async def remove(session: Session, version: FormulaVersion) -> None:
    """Remove a draft; raises `Rejected` where it is none."""
    allowed(version, VersionMoveName.REMOVE)
    await session.delete(version)


def plain(formula: Formula) -> dict[str, Any]:
    """Return a formula as it is kept."""
    found: dict[str, Any] = FORMULA.dump_python(formula, mode="json")
    return found


async def _make_room(session: Session, state: VersionState, at: datetime) -> None:
    await session.execute(
        update(FormulaVersion)
        .where(col(FormulaVersion.state) == state)
        .values(state=VersionState.RETIRED, retired_at=at, updated_at=at)
    )
