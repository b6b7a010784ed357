"""The outbox: events become deliveries, one for each endpoint that is told of them, each event once.

An event says itself whether webhooks were told (`to_send`), so one that is committed late is found like any
other: no number marks how far anybody came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from models.db import SystemSession
from models.delivery import DeliveryState
from models.event import Kind
from models.tables import Event, Webhook, WebhookDelivery
from models.tables.calls import TO_SEND
from models.webhook import EventType, body, type_of

AT_ONCE = 200
"""Events spread in one transaction."""
SLACK = timedelta(minutes=5)
"""An endpoint is told of what happened up to so long before it was made: clocks of machines differ, and a
change may be committed after it. Told too much, it asks once more than it need; told too little, it would
miss something."""


async def oldest(session: SystemSession) -> datetime | None:
    """Return when the oldest event was of which webhooks are still to be told; None where there is none."""
    query = select(col(Event.at)).where(TO_SEND).order_by(col(Event.id)).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def spread(session: SystemSession, at: datetime, most: int = AT_ONCE) -> int:
    """Make deliveries of events, the oldest first, and mark those as told; return how many events there were.

    Events that another worker is at are left to it. A delivery to an endpoint that is disabled is held.
    """
    query = select(Event).where(TO_SEND).order_by(col(Event.id)).limit(most)
    events = (await session.execute(query.with_for_update(skip_locked=True))).scalars().all()
    if not events:
        return 0
    webhooks = await _webhooks(session, {event.organisation_id for event in events})
    for event in events:
        made = type_of(event.kind, event.data)
        if made is not None:
            told = (one for one in webhooks[event.organisation_id] if _wants(one, made, event))
            session.add_all(_delivery(one, made, event, at) for one in told)
    ids = [event.id for event in events]
    await session.execute(update(Event).where(col(Event.id).in_(ids)).values(to_send=False))
    return len(events)


async def _webhooks(session: SystemSession, organisations: set[UUID]) -> Mapping[UUID, Sequence[Webhook]]:
    """Return the endpoints of organisations; nobody disables or removes one until the transaction ends."""
    query = select(Webhook).where(col(Webhook.organisation_id).in_(organisations)).order_by(col(Webhook.id))
    found = defaultdict[UUID, list[Webhook]](list)
    for one in (await session.execute(query.with_for_update(read=True))).scalars():
        found[one.organisation_id].append(one)
    return found


def _wants(webhook: Webhook, made: EventType, event: Event) -> bool:
    """Return whether an endpoint is told of an event; of its own end it is not."""
    named = webhook.types is None or made.name in webhook.types
    itself = event.kind == Kind.WEBHOOK_DISABLED and event.subject == f"webhook:{webhook.id}"
    return named and not itself and event.at >= webhook.created_at - SLACK


def _delivery(webhook: Webhook, made: EventType, event: Event, at: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        organisation_id=webhook.organisation_id,
        webhook_id=webhook.id,
        event_id=event.id,
        type=made.name,
        body=body(made, event.at, _known(event)),
        at=event.at,
        state=DeliveryState.WAITING if webhook.active else DeliveryState.HELD,
        next_at=at,
        created_at=at,
    )


def _known(event: Event) -> dict[str, Any]:
    """Return what an event says, with the key of what it is about."""
    kind, _, key = (event.subject or "").partition(":")
    about = {f"{kind}_id": key} if key else {"call_id": str(event.call_id)}
    return {**event.data, **about}
