"""The audit trail: noted in the transaction of what it tells of, chained when that is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.clock import now
from models.tables import Organisation, TrailRow
from models.trail import BEGINNING, Chained, Entry, Note, broken, entered

PENDING = "trail"
"""Key of a session's info under which its notes wait."""
READ_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a subject, a principal, an action; None lets all through."""

    subject: str | None = None
    principal_id: UUID | None = None
    action: str | None = None


def note(session: AsyncSession, organisation_id: UUID, told: Note) -> None:
    """Have the trail tell of something with what else the transaction writes."""
    session.info.setdefault(PENDING, []).append((organisation_id, told))


async def seal(session: AsyncSession) -> None:
    """Write what was noted, each organisation's in its chain: the last thing before a commit.

    The organisation's row is locked from here on, so two transactions cannot chain to the same entry.
    """
    pending: list[tuple[UUID, Note]] = session.info.pop(PENDING, [])
    for organisation_id in sorted({one for one, _ in pending}):
        query = select(Organisation).where(col(Organisation.id) == organisation_id)
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        await session.flush()
        owner = (await session.execute(query)).scalar_one()
        for told in (told for one, told in pending if one == organisation_id):
            found = entered(told, owner.trail_number + 1, now(), owner.trail_hash)
            session.add(_row(organisation_id, found))
            owner.trail_number, owner.trail_hash = found.entry.number, found.hash
    if pending:
        await session.flush()


async def page(session: AsyncSession, wanted: Wanted, before: int | None, limit: int) -> Sequence[TrailRow]:
    """Return entries, the newest first, those before a number."""
    query = select(TrailRow).order_by(col(TrailRow.number).desc()).limit(limit)
    if wanted.subject is not None:
        query = query.where(col(TrailRow.subject) == wanted.subject)
    if wanted.principal_id is not None:
        query = query.where(col(TrailRow.principal_id) == wanted.principal_id)
    if wanted.action is not None:
        query = query.where(col(TrailRow.action) == wanted.action)
    if before is not None:
        query = query.where(col(TrailRow.number) < before)
    return (await session.execute(query)).scalars().all()


async def verified(session: AsyncSession, organisation_id: UUID) -> tuple[int, str, str | None]:
    """Return how many entries there are, the newest hash, and what is wrong with the chain, if anything."""
    number, before = 0, BEGINNING
    while rows := await _next(session, number):
        wrong = broken((chained(row) for row in rows), before, number)
        if wrong is not None:
            return number, before, wrong
        number, before = rows[-1].number, rows[-1].hash
    query = select(Organisation).where(col(Organisation.id) == organisation_id)
    owner = (await session.execute(query)).scalar_one()
    if (owner.trail_number, owner.trail_hash) != (number, before):
        return number, before, f"Entries after {number} are missing."
    return number, before, None


async def erase_reasons(session: AsyncSession, subject: str) -> None:
    """Take the reasons that people wrote of something out of the trail; the chain holds without them."""
    await session.execute(
        update(TrailRow).where(col(TrailRow.subject) == subject).values(reason=None, salt=None)
    )


def chained(row: TrailRow) -> Chained:
    """Return a row as the entry it keeps."""
    entry = Entry(row.number, row.at, row.principal_id, row.action, row.subject, row.details)
    return Chained(entry, row.before, row.hash, row.reason, row.salt)


async def _next(session: AsyncSession, number: int) -> Sequence[TrailRow]:
    query = select(TrailRow).where(col(TrailRow.number) > number).order_by(col(TrailRow.number))
    return (await session.execute(query.limit(READ_AT_ONCE))).scalars().all()


def _row(organisation_id: UUID, found: Chained) -> TrailRow:
    entry = found.entry
    return TrailRow(
        organisation_id=organisation_id,
        number=entry.number,
        at=entry.at,
        principal_id=entry.principal_id,
        action=entry.action,
        subject=entry.subject,
        details=dict(entry.details),
        reason=found.reason,
        salt=found.salt,
        before=found.before,
        hash=found.hash,
    )
