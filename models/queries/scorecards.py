"""Scorecards and their versions: written, moved, looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import zstandard
from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.errors import Rejected
from models.access import Viewer
from models.db import ReadSession, Session, organisation_of
from models.queries import access, trail
from models.queries.versioning import allowed
from models.scorecard import SCORECARD, Applies, Scorecard
from models.tables import Call, ReviewRow, ScorecardRow, ScorecardVersion, TrackerRow
from models.trail import Action, Note
from models.versions import VersionMoveName, VersionState


async def every(session: ReadSession) -> Sequence[tuple[ScorecardRow, ScorecardVersion]]:
    """Return every version with its scorecard: scorecards by name, the newest version first."""
    query = (
        select(ScorecardRow, ScorecardVersion)
        .join(ScorecardVersion, col(ScorecardVersion.scorecard_id) == col(ScorecardRow.id))
        .order_by(col(ScorecardRow.name), col(ScorecardRow.key), col(ScorecardVersion.number).desc())
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def find(
    session: ReadSession, version_id: UUID, *, lock: bool = False
) -> tuple[ScorecardRow, ScorecardVersion] | None:
    """Return a version with its scorecard; locked, both until the transaction ends."""
    query = (
        select(ScorecardRow, ScorecardVersion)
        .join(ScorecardVersion, col(ScorecardVersion.scorecard_id) == col(ScorecardRow.id))
        .where(col(ScorecardVersion.id) == version_id)
    )
    found = (await session.execute(query.with_for_update() if lock else query)).first()
    return None if found is None else (found[0], found[1])


async def tracker_keys(session: ReadSession) -> frozenset[str]:
    """Return the keys of the trackers that a scorecard may name."""
    return frozenset((await session.execute(select(col(TrackerRow.key)))).scalars())


async def add(
    session: Session, card: Scorecard, by: UUID | None, at: datetime
) -> tuple[ScorecardRow, ScorecardVersion]:
    """Return a new draft: of a new scorecard, or the next version of the one that has the key."""
    query = select(ScorecardRow).where(col(ScorecardRow.key) == card.key).with_for_update()
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        row = ScorecardRow(
            organisation_id=organisation_of(session), key=card.key, name=card.name, created_at=at
        )
        session.add(row)
        await session.flush()
    newest = select(func.max(col(ScorecardVersion.number))).where(
        col(ScorecardVersion.scorecard_id) == row.id
    )
    number = (await session.execute(newest)).scalar_one() or 0
    version = ScorecardVersion(
        organisation_id=row.organisation_id,
        scorecard_id=row.id,
        number=number + 1,
        content=plain(card),
        created_by=by,
        created_at=at,
        updated_at=at,
    )
    session.add(version)
    await session.flush()
    _tell(session, version, "add", by)
    return row, version


async def edit(
    session: Session,
    row: ScorecardRow,
    version: ScorecardVersion,
    card: Scorecard,
    by: UUID | None,
    at: datetime,
) -> None:
    """Change what a draft asks; raises `Rejected` where it is no draft, or is given another key."""
    allowed(version, VersionMoveName.EDIT)
    if card.key != row.key:
        raise Rejected(
            "other_key", f"This is a version of '{row.key}'.", "Keep the key, or add a new scorecard."
        )
    version.content, version.updated_at = plain(card), at
    _tell(session, version, VersionMoveName.EDIT, by)


async def move(
    session: Session,
    row: ScorecardRow,
    version: ScorecardVersion,
    name: VersionMoveName,
    at: datetime,
    by: UUID | None = None,
) -> None:
    """Try a version out, put it in use or take it out of use; raises `Rejected` where that cannot be.

    The version in use until now makes room.
    """
    after = allowed(version, name).after
    if after is None:
        raise ValueError(f"{name} is no move from state to state")
    if after is VersionState.ACTIVE:
        version.activated_at = at
        row.name = str(version.content["name"])
        await session.execute(
            update(ScorecardVersion)
            .where(
                col(ScorecardVersion.scorecard_id) == row.id,
                col(ScorecardVersion.state) == VersionState.ACTIVE,
            )
            .values(state=VersionState.RETIRED, updated_at=at)
        )
    version.state, version.updated_at = after, at
    _tell(session, version, name, by)


async def remove(
    session: Session, row: ScorecardRow, version: ScorecardVersion, by: UUID | None = None
) -> None:
    """Remove a draft, and its scorecard with the last version; raises `Rejected` where it is no draft."""
    allowed(version, VersionMoveName.REMOVE)
    _tell(session, version, VersionMoveName.REMOVE, by)
    await session.delete(version)
    await session.flush()
    left = select(col(ScorecardVersion.id)).where(col(ScorecardVersion.scorecard_id) == row.id).limit(1)
    if (await session.execute(left)).first() is None:
        await session.delete(row)


async def documents(
    session: ReadSession, viewer: Viewer, applies: Applies, limit: int
) -> Sequence[tuple[UUID, str, bytes]]:
    """Return key, title and review (JSON) of the newest calls a viewer sees, of a kind, at most so many."""
    other = aliased(ReviewRow)
    newest = select(func.max(col(other.version))).where(col(other.call_id) == col(Call.id)).correlate(Call)
    query = (
        select(col(Call.id), col(Call.title), col(ReviewRow.document))
        .join(ReviewRow, col(ReviewRow.call_id) == col(Call.id))
        .where(
            access.calls(viewer),
            col(Call.deleted_at).is_(None),
            col(ReviewRow.version) == newest.scalar_subquery(),
            col(Call.duration_s) >= applies.least_s,
            *_applies(applies),
        )
        .order_by(col(Call.started_at).desc(), col(Call.id).desc())
        .limit(limit)
    )
    unpack = zstandard.ZstdDecompressor().decompress
    return [(row[0], row[1], unpack(row[2])) for row in await session.execute(query)]


def _tell(session: Session, version: ScorecardVersion, move: str, by: UUID | None) -> None:
    details = {"version_id": str(version.id), "number": version.number, "move": move}
    note = Note(by, Action.SCORECARD_CHANGED, f"scorecard:{version.scorecard_id}", details)
    trail.note(session, version.organisation_id, note)


def _applies(applies: Applies) -> list[Any]:
    named = (
        (col(Call.call_type), applies.call_types),
        (col(Call.spoken_language), applies.languages),
        (col(Call.direction), applies.directions),
    )
    return [column.in_(values) for column, values in named if values]


def plain(card: Scorecard) -> dict[str, Any]:
    """Return a scorecard as it is kept."""
    found: dict[str, Any] = SCORECARD.dump_python(card, mode="json")
    return found
