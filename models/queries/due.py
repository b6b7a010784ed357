"""What may have changed what records show: noted in the transaction of the change, looked at soon after."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.db import ReadSession, Session, SystemSession
from models.tables import RecordCell, RecordDue

AT_ONCE = 200
"""Notes looked at together."""


def note(
    session: AsyncSession,
    organisation_id: UUID,
    *,
    call_id: UUID | None = None,
    deal_id: UUID | None = None,
    rep_id: UUID | None = None,
) -> None:
    """Note that records may change with a call, with a deal, or with all that a rep has.

    A deal is looked at as it is now: where its rep or its dates change, whose it was until now is noted too.
    """
    session.add(RecordDue(organisation_id=organisation_id, call_id=call_id, deal_id=deal_id, rep_id=rep_id))


async def note_everybody(session: AsyncSession, organisation_id: UUID) -> None:
    """Note everybody in an organisation who has a record."""
    query = select(col(RecordCell.rep_id)).where(col(RecordCell.organisation_id) == organisation_id)
    for rep_id in (await session.execute(query.distinct())).scalars():
        note(session, organisation_id, rep_id=rep_id)


async def organisations(session: SystemSession) -> Sequence[UUID]:
    """Return the organisations that something is noted of."""
    query = select(col(RecordDue.organisation_id)).distinct()
    return (await session.execute(query)).scalars().all()


async def some(session: ReadSession, most: int = AT_ONCE) -> Sequence[RecordDue]:
    """Return what is noted of calls and deals, the oldest first; where nothing is, all that is of one rep.

    A rep takes the longest: those whose call was just approved do not wait for it.
    """
    single = select(RecordDue).where(col(RecordDue.rep_id).is_(None)).order_by(col(RecordDue.id))
    rows = (await session.execute(single.limit(most))).scalars().all()
    if rows:
        return rows
    first = select(col(RecordDue.rep_id)).order_by(col(RecordDue.id)).limit(1).scalar_subquery()
    return (await session.execute(select(RecordDue).where(col(RecordDue.rep_id) == first))).scalars().all()


async def done(session: Session, rows: Sequence[RecordDue]) -> None:
    """Take notes off that were looked at, and no others: what was noted meanwhile is of a later change."""
    await session.execute(delete(RecordDue).where(col(RecordDue.id).in_([row.id for row in rows])))
