"""What was sent to endpoints, as it is looked at, and how long that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlmodel import col

from models.db import ReadSession, SystemSession
from models.delivery import OPEN, DeliveryState
from models.tables import Webhook, WebhookAttempt, WebhookDelivery

MOST_ATTEMPTS = 100
AT_ONCE = 5000
"""Deliveries removed in one transaction."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries: in a state, of a type; None lets all through."""

    state: DeliveryState | None = None
    type: str | None = None


async def page(
    session: ReadSession, webhook_id: UUID, wanted: Wanted, before: UUID | None, limit: int
) -> Sequence[WebhookDelivery]:
    """Return deliveries to an endpoint before a key, the newest first."""
    query = select(WebhookDelivery).where(col(WebhookDelivery.webhook_id) == webhook_id)
    if wanted.state is not None:
        query = query.where(col(WebhookDelivery.state) == wanted.state)
    if wanted.type is not None:
        query = query.where(col(WebhookDelivery.type) == wanted.type)
    if before is not None:
        query = query.where(col(WebhookDelivery.id) < before)
    return (
        (await session.execute(query.order_by(col(WebhookDelivery.id).desc()).limit(limit))).scalars().all()
    )


async def find(
    session: ReadSession, webhook_id: UUID, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery | None:
    """Return a delivery to an endpoint; locked, nobody else's to change until the transaction ends."""
    query = select(WebhookDelivery).where(
        col(WebhookDelivery.id) == delivery_id, col(WebhookDelivery.webhook_id) == webhook_id
    )
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def attempts(session: ReadSession, delivery_id: UUID) -> Sequence[WebhookAttempt]:
    """Return the newest attempts of a delivery, the newest first."""
    query = (
        select(WebhookAttempt)
        .where(col(WebhookAttempt.delivery_id) == delivery_id)
        .order_by(col(WebhookAttempt.number).desc())
        .limit(MOST_ATTEMPTS)
    )
    return (await session.execute(query)).scalars().all()


async def undelivered(
    session: ReadSession, webhook_ids: Sequence[UUID]
) -> Mapping[tuple[UUID, DeliveryState], int]:
    """Return how many deliveries to endpoints are in each state other than delivered."""
    if not webhook_ids:
        return {}
    key, state = col(WebhookDelivery.webhook_id), col(WebhookDelivery.state)
    others = [one for one in DeliveryState if one is not DeliveryState.DELIVERED]
    query = select(key, state, func.count()).where(key.in_(webhook_ids), state.in_(others))
    return {(row[0], row[1]): row[2] for row in await session.execute(query.group_by(key, state))}


async def sweep(session: SystemSession, before: datetime) -> int:
    """Remove deliveries made before a time with their attempts, some at once; return how many.

    What an active endpoint is still to be sent stays, however old.
    """
    over = or_(col(WebhookDelivery.state).not_in(OPEN), col(Webhook.active).is_(False))
    old = (
        select(col(WebhookDelivery.id))
        .join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
        .where(col(WebhookDelivery.created_at) < before, over)
        .order_by(col(WebhookDelivery.created_at))
        .limit(AT_ONCE)
    )
    ids = (await session.execute(old)).scalars().all()
    await session.execute(delete(WebhookDelivery).where(col(WebhookDelivery.id).in_(ids)))
    return len(ids)
