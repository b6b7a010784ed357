"""What happened, written in the transaction that made it happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.event import Kind
from models.tables import Call, Event
from models.webhook import PUBLISHED


def record(
    session: AsyncSession,
    call: Call,
    kind: Kind,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add an event of a call to the transaction; at its last change, where no other time is given."""
    session.add(
        Event(
            organisation_id=call.organisation_id,
            call_id=call.id,
            kind=kind,
            data=dict(data or {"state": call.state, "version": call.version}),
            at=at or call.updated_at,
            to_send=kind in PUBLISHED,
        )
    )


def record_of(
    session: AsyncSession,
    organisation_id: UUID,
    subject: str,
    kind: Kind,
    data: Mapping[str, Any],
    at: datetime,
) -> None:
    """Add an event of something else to the transaction; `subject` is its kind and key, `webhook:0198...`.

    Webhooks are told of it where its kind is in `models.webhook.TYPES`, the key as `webhook_id`; streams of
    events tell of calls alone.
    """
    session.add(
        Event(
            organisation_id=organisation_id,
            subject=subject,
            kind=kind,
            data=dict(data),
            at=at,
            to_send=kind in PUBLISHED,
        )
    )
