"""What may have changed what records show: noted in the transaction of the change, looked at soon after."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import RecordDue


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
