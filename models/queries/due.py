"""What may have changed what records show: noted in the transaction of the change, looked at soon after."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.db import Session, organisation_of
from models.tables import Contribution, Deal, RecordDue


def note(
    session: AsyncSession,
    organisation_id: UUID,
    *,
    call_id: UUID | None = None,
    deal_id: UUID | None = None,
    rep_id: UUID | None = None,
) -> None:
    """Note that records may change with a call, with a deal, or with all that a rep has."""
    session.add(RecordDue(organisation_id=organisation_id, call_id=call_id, deal_id=deal_id, rep_id=rep_id))


async def note_everybody(session: Session) -> None:
    """Note that the record of every rep is to be made anew."""
    reps = (await session.execute(select(col(Contribution.rep_id)).distinct())).scalars().all()
    deals = (await session.execute(select(col(Deal.rep_id)).distinct())).scalars().all()
    for rep_id in sorted({*reps, *(one for one in deals if one is not None)}):
        note(session, organisation_of(session), rep_id=rep_id)
