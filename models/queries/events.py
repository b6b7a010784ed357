"""What happened, written in the transaction that made it happen."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import Call, Event


class Kind(StrEnum):
    """Kinds of events."""

    CREATED = "call.created"
    QUEUED = "call.queued"
    STARTED = "call.started"
    REVIEWED = "call.reviewed"
    REJECTED = "call.rejected"
    FAILED = "call.failed"
    CANCELLED = "call.cancelled"
    CORRECTED = "call.corrected"
    CHANGED = "call.changed"
    DELETED = "call.deleted"
    SCORED = "call.scored"
    ASSESSED = "call.assessed"
    COMMENTED = "call.commented"


def record(
    session: AsyncSession,
    call: Call,
    kind: Kind,
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add an event of a call to the transaction; at its last change, where no other time is given."""
    session.add(
        Event(
            organisation_id=call.organisation_id,
            call_id=call.id,
            kind=kind,
            data=data or {"state": call.state, "version": call.version},
            at=at or call.updated_at,
        )
    )
