"""What happened, written in the transaction that made it happen."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.db import ReadSession
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


def record(session: AsyncSession, call: Call, kind: Kind, data: dict[str, Any] | None = None) -> None:
    """Add an event of a call to the transaction."""
    session.add(
        Event(
            organisation_id=call.organisation_id,
            call_id=call.id,
            kind=kind,
            data=data or {"state": call.state, "version": call.version},
            at=call.updated_at,
        )
    )


async def after(session: ReadSession, last: int, limit: int = 500) -> Sequence[Event]:
    """Return the events after one, oldest first."""
    query = select(Event).where(col(Event.id) > last).order_by(col(Event.id)).limit(limit)
    return (await session.execute(query)).scalars().all()


async def newest(session: ReadSession) -> int:
    """Return the number of the newest event, 0 where there is none."""
    query = select(col(Event.id)).order_by(col(Event.id).desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none() or 0
