"""What people put right about a call: versions, the newest in force, none ever changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import zstandard
from sqlalchemy import select
from sqlmodel import col

from models.access import Viewer
from models.correction import NOTHING, PUT_RIGHT, Edits, PutRight, difference
from models.db import ReadSession, Session
from models.event import Kind
from models.queries import trail
from models.queries.events import record
from models.tables import Call, Correction, ReviewRow, SpeakerRow, User
from models.trail import Action, Note


async def newest(session: ReadSession, call_id: UUID) -> tuple[int, PutRight]:
    """Return the version in force, 0 and nothing where nobody put anything right."""
    query = (
        select(col(Correction.version), col(Correction.content))
        .where(col(Correction.call_id) == call_id)
        .order_by(col(Correction.version).desc())
        .limit(1)
    )
    found = (await session.execute(query)).first()
    return (0, NOTHING) if found is None else (found[0], PUT_RIGHT.validate_python(found[1]))


async def version(session: ReadSession, call_id: UUID, number: int) -> PutRight | None:
    """Return a version, that of number 0 being what the machine had; None where there is no such version."""
    if number == 0:
        return NOTHING
    query = select(col(Correction.content)).where(
        col(Correction.call_id) == call_id, col(Correction.version) == number
    )
    found = (await session.execute(query)).scalar_one_or_none()
    return None if found is None else PUT_RIGHT.validate_python(found)


async def history(
    session: ReadSession, call_id: UUID, before: int | None, limit: int
) -> Sequence[tuple[Correction, str | None]]:
    """Return versions before a number, the newest first, with the names of those who made them."""
    query = (
        select(Correction, col(User.name))
        .outerjoin(User, col(User.id) == col(Correction.user_id))
        .where(col(Correction.call_id) == call_id)
        .order_by(col(Correction.version).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(Correction.version) < before)
    return [(row[0], row[1]) for row in await session.execute(query)]


async def base(session: ReadSession, call_id: UUID, edits: Edits) -> tuple[bytes, int] | None:
    """Return the newest review in which only the first of some edits are, as JSON, and how many those are.

    While a call is done again its newest review lacks the newest edits, or has such that were taken back.
    None where there is no review yet.
    """
    query = (
        select(col(ReviewRow.version), col(ReviewRow.correction))
        .where(col(ReviewRow.call_id) == call_id)
        .order_by(col(ReviewRow.version).desc())
    )
    for review, correction in (await session.execute(query)).all():
        held = await version(session, call_id, correction)
        if held is not None and held.edits == edits[: len(held.edits)]:
            return await _document(session, call_id, review), len(held.edits)
    return None


async def add(session: Session, call: Call, after: PutRight, viewer: Viewer, at: datetime) -> bool:
    """Add a version to what people put right about a call; return whether its stages must be done again.

    Nothing happens where it says what is in force already.
    """
    number, before = await newest(session, call.id)
    if after.same_as(before):
        return False
    session.add(
        Correction(
            organisation_id=call.organisation_id,
            call_id=call.id,
            version=number + 1,
            content=PUT_RIGHT.dump_python(after, mode="json", exclude_none=True),
            user_id=viewer.user_id,
            created_at=at,
        )
    )
    await _rename(session, call.id, after)
    call.updated_at, call.version = at, call.version + 1
    record(session, call, Kind.CORRECTED)
    changed = difference(before, after).counts
    restores = {} if after.restores is None else {"restores": after.restores}
    details = {"version": number + 1, "changes": changed, **restores}
    told = Note(viewer.principal_id, Action.CALL_CORRECTED, f"call:{call.id}", details)
    trail.note(session, call.organisation_id, told)
    await session.flush()
    return not after.heard_like(before)


async def _rename(session: Session, call_id: UUID, after: PutRight) -> None:
    """Write the names that people gave speakers."""
    query = select(SpeakerRow).where(col(SpeakerRow.call_id) == call_id)
    for row in (await session.execute(query)).scalars():
        row.name = after.names.get(row.label)


async def _document(session: ReadSession, call_id: UUID, number: int) -> bytes:
    query = select(col(ReviewRow.document)).where(
        col(ReviewRow.call_id) == call_id, col(ReviewRow.version) == number
    )
    return zstandard.ZstdDecompressor().decompress((await session.execute(query)).scalar_one())
