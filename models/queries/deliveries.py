"""Deliveries: who sends which now, and what came of it. The database is the truth, as with stages of calls.

Whoever changes a delivery locks its endpoint first, so that no two changes of one cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlmodel import col

from core.standard_webhooks import Answer, Outcome
from models import delivery as states
from models.db import Session, SystemSession, database_time
from models.delivery import OPEN, DeliveryState
from models.queries import webhooks
from models.tables import Webhook, WebhookAttempt, WebhookDelivery
from models.tables.webhooks import OPEN as IS_OPEN
from models.webhook import TEST, Disabled, body

LOST = "Whoever sent it died or was stopped; it may have arrived."


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that somebody sends now; `attempt` fences what is written of it."""

    delivery_id: UUID
    organisation_id: UUID
    webhook_id: UUID
    attempt: int
    url: str
    secrets: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How many deliveries may be under way to one endpoint, and how long one is left to whoever sends it."""

    each: int
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a delivery by an attempt, and of its endpoint where that is disabled now."""

    state: DeliveryState
    disabled: Disabled | None = None


async def due(session: SystemSession, limits: Limits) -> bool:
    """Return whether anything could be sent now."""
    query = select(col(Webhook.id)).where(*_ready(await database_time(session), limits.each)).limit(1)
    return (await session.execute(query)).first() is not None


async def waiting(session: SystemSession) -> tuple[int, datetime | None]:
    """Return how many deliveries wait at active endpoints, and since when one of them has been due."""
    at = await database_time(session)
    counts = select(
        func.count(), func.min(col(WebhookDelivery.next_at)).filter(col(WebhookDelivery.next_at) <= at)
    )
    joined = counts.join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
    found = await session.execute(joined.where(IS_OPEN, col(Webhook.active)))
    count, since = found.one()
    return count, since


async def claim(session: SystemSession, most: int, limits: Limits) -> Sequence[Claim]:
    """Return up to so many deliveries that are due, now the caller's; endpoints take turns by chance.

    At each endpoint the one that is due longest comes first. One whose sender was not heard of for a lease is
    due again, and what it did is written down as lost.
    """
    at = await database_time(session)
    query = select(Webhook).where(*_ready(at, limits.each)).order_by(func.random()).limit(most)
    claims = list[Claim]()
    for webhook in (await session.execute(query.with_for_update(skip_locked=True))).scalars().all():
        room = _most(webhook, limits.each) - await _under_way(session, webhook.id, at)
        for row in await _due(session, webhook.id, min(room, most - len(claims)), at):
            if row.state is DeliveryState.SENDING:
                session.add(_lost(row))
            claims.append(_claimed(webhook, row, at, limits.lease))
    return claims


async def settle(
    session: Session, claimed: Claim, answer: Answer, disable_after: timedelta, chance: float
) -> Ended | None:
    """Write what came of an attempt, and what becomes of the delivery and its endpoint.

    `chance` (0..1) draws the jitter of the pause. None where the delivery is no longer the caller's.
    """
    found = await _locked(session, claimed)
    if found is None:
        return None
    webhook, row = found
    at = await database_time(session)
    session.add(_attempt(row, answer))
    row.failures += answer.outcome is not Outcome.DELIVERED
    disabled = webhooks.judge(webhook, answer, at, disable_after)
    active = webhook.active and disabled is None
    becomes = states.after(answer, row.failures, at, chance, active=active)
    row.state, row.next_at = becomes.state, becomes.at or row.next_at
    row.ended_at = None if row.state in OPEN else at
    if disabled is not None:
        await webhooks.disable(session, webhook, disabled, None, at)
    return Ended(row.state, disabled)


async def give_back(session: Session, claimed: Claim) -> None:
    """Let another send a delivery at once: its sender is told to stop, and cannot know whether it arrived."""
    found = await _locked(session, claimed)
    if found is None:
        return
    _, row = found
    session.add(_lost(row))
    if row.state is DeliveryState.SENDING:
        row.state, row.next_at = DeliveryState.WAITING, await database_time(session)


async def begin_test(session: Session, webhook: Webhook, lease: timedelta) -> Claim:
    """Return a new delivery of a test message, the caller's."""
    at = await database_time(session)
    row = WebhookDelivery(
        organisation_id=webhook.organisation_id,
        webhook_id=webhook.id,
        type=TEST.name,
        body=body(TEST, at, {"webhook_id": str(webhook.id)}),
        at=at,
        next_at=at,
        created_at=at,
    )
    session.add(row)
    return _claimed(webhook, row, at, lease)


async def end_test(session: Session, claimed: Claim, answer: Answer) -> None:
    """Write what came of a test; it is not tried again and says nothing of the endpoint."""
    found = await _locked(session, claimed)
    if found is None:
        return
    _, row = found
    session.add(_attempt(row, answer))
    taken = answer.outcome is Outcome.DELIVERED
    row.failures, row.ended_at = int(not taken), await database_time(session)
    row.state = DeliveryState.DELIVERED if taken else DeliveryState.DEAD


def _ready(at: datetime, each: int) -> tuple[Any, ...]:
    """Return the conditions on an endpoint that something can be sent to it now."""
    of_it = col(WebhookDelivery.webhook_id) == col(Webhook.id)
    anything = exists().where(of_it, IS_OPEN, col(WebhookDelivery.next_at) <= at)
    under_way = select(func.count()).where(of_it, *_alive(at)).scalar_subquery()
    most = case((col(Webhook.failing_since).is_(None), each), else_=1)
    pause = col(Webhook.paused_until)
    return (col(Webhook.active), or_(pause.is_(None), pause <= at), anything, under_way < most)


def _alive(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a delivery that somebody sends it now."""
    return (col(WebhookDelivery.state) == DeliveryState.SENDING, col(WebhookDelivery.next_at) > at)


def _most(webhook: Webhook, each: int) -> int:
    """Return how many may be under way to an endpoint: one, while it fails; `_ready` says the same."""
    return 1 if webhook.failing_since else each


async def _under_way(session: SystemSession, webhook_id: UUID, at: datetime) -> int:
    query = select(func.count()).where(col(WebhookDelivery.webhook_id) == webhook_id, *_alive(at))
    found: int = (await session.execute(query)).scalar_one()
    return found


async def _due(
    session: SystemSession, webhook_id: UUID, most: int, at: datetime
) -> Sequence[WebhookDelivery]:
    query = (
        select(WebhookDelivery)
        .where(col(WebhookDelivery.webhook_id) == webhook_id, IS_OPEN, col(WebhookDelivery.next_at) <= at)
        .order_by(col(WebhookDelivery.next_at), col(WebhookDelivery.id))
        .limit(most)
    )
    return (await session.execute(query)).scalars().all() if most > 0 else ()


def _claimed(webhook: Webhook, row: WebhookDelivery, at: datetime, lease: timedelta) -> Claim:
    """Return a delivery as a claim, marked as being sent."""
    row.state, row.attempt = DeliveryState.SENDING, row.attempt + 1
    row.sent_at, row.next_at, row.ended_at = at, at + lease, None
    signing = webhooks.signing(webhook, at)
    return Claim(row.id, row.organisation_id, row.webhook_id, row.attempt, webhook.url, signing, row.body)


async def _locked(session: Session, claimed: Claim) -> tuple[Webhook, WebhookDelivery] | None:
    """Return a claimed delivery with its endpoint, locked; None where it is no longer the claimant's."""
    webhook = await webhooks.find(session, claimed.webhook_id, lock=True)
    query = select(WebhookDelivery).where(
        col(WebhookDelivery.id) == claimed.delivery_id,
        col(WebhookDelivery.attempt) == claimed.attempt,
        col(WebhookDelivery.state).in_((DeliveryState.SENDING, DeliveryState.HELD)),
    )
    row = (await session.execute(query.with_for_update())).scalar_one_or_none()
    return None if webhook is None or row is None else (webhook, row)


def _attempt(row: WebhookDelivery, answer: Answer) -> WebhookAttempt:
    return WebhookAttempt(
        organisation_id=row.organisation_id,
        delivery_id=row.id,
        number=row.attempt,
        at=row.sent_at or row.at,
        ms=answer.ms,
        outcome=answer.outcome,
        status=answer.status,
        answer=answer.text,
        error=answer.error,
    )


def _lost(row: WebhookDelivery) -> WebhookAttempt:
    """Return the attempt of which nothing was heard."""
    return WebhookAttempt(
        organisation_id=row.organisation_id,
        delivery_id=row.id,
        number=row.attempt,
        at=row.sent_at or row.at,
        outcome=Outcome.LOST,
        error=LOST,
    )
