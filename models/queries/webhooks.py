"""Endpoints of other systems: added, changed, disabled and enabled, their secrets, what they missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import col

from core.errors import Rejected
from core.standard_webhooks import Answer, Outcome, new_secret
from models.db import ReadSession, Session, organisation_of
from models.delivery import DeliveryState, wait
from models.event import Kind
from models.queries import trail
from models.queries.events import record_of
from models.tables import Webhook, WebhookDelivery
from models.tables.webhooks import OPEN as IS_OPEN
from models.trail import Action, Note
from models.webhook import Disabled

MOST = 50
"""Endpoints of one organisation."""
MOST_SECRETS = 5
"""Secrets that sign at the same time: every signature is a header's length more."""


async def page(session: ReadSession, after: UUID | None, limit: int) -> Sequence[Webhook]:
    """Return endpoints after a key, the oldest first."""
    query = select(Webhook).order_by(col(Webhook.id)).limit(limit)
    if after is not None:
        query = query.where(col(Webhook.id) > after)
    return (await session.execute(query)).scalars().all()


async def find(session: ReadSession, webhook_id: UUID, *, lock: bool = False) -> Webhook | None:
    """Return an endpoint; locked, nobody else's to change until the transaction ends."""
    query = select(Webhook).where(col(Webhook.id) == webhook_id)
    query = query.with_for_update().execution_options(populate_existing=True) if lock else query
    return (await session.execute(query)).scalar_one_or_none()


async def add(session: Session, values: Mapping[str, Any], by: UUID, at: datetime) -> Webhook:
    """Return a new endpoint, told of what happens from now on; raises `Rejected` where there are too many."""
    count = (await session.execute(select(func.count(col(Webhook.id))))).scalar_one()
    if count >= MOST:
        raise Rejected("too_many_webhooks", f"There are {MOST} webhooks.", "Remove one that nobody needs.")
    webhook = Webhook(
        organisation_id=organisation_of(session),
        secret=new_secret(),
        created_by=by,
        created_at=at,
        updated_at=at,
        **values,
    )
    session.add(webhook)
    await session.flush()
    tell(session, webhook, by, "added")
    return webhook


def change(session: Session, webhook: Webhook, values: Mapping[str, Any], by: UUID, at: datetime) -> None:
    """Write anew where an endpoint is and what it is told of; what waits goes there too."""
    changed = {name: value for name, value in values.items() if getattr(webhook, name) != value}
    for name, value in changed.items():
        setattr(webhook, name, value)
    if changed:
        webhook.updated_at = at
        tell(session, webhook, by, "changed", fields=sorted(changed))


async def remove(session: Session, webhook: Webhook, by: UUID) -> None:
    """Remove an endpoint with all that was sent to it and waits."""
    tell(session, webhook, by, "removed")
    await session.delete(webhook)


def signing(webhook: Webhook, at: datetime) -> tuple[str, ...]:
    """Return the secrets that sign at a time, the one in force first."""
    return (webhook.secret, *(one["secret"] for one in _old(webhook, at)))


def old_until(webhook: Webhook, at: datetime) -> list[datetime]:
    """Return until when the secrets before the one in force sign too."""
    return [datetime.fromisoformat(one["until"]) for one in _old(webhook, at)]


def rotate(session: Session, webhook: Webhook, keep: timedelta, by: UUID, at: datetime) -> None:
    """Give an endpoint a new secret; the old one signs too for a while.

    Raises `Rejected` where so many sign already that one of them would have to stop before its time.
    """
    kept = _old(webhook, at)
    if keep:
        kept = [{"secret": webhook.secret, "until": (at + keep).isoformat()}, *kept]
    if len(kept) >= MOST_SECRETS:
        raise Rejected(
            "too_many_secrets", f"{MOST_SECRETS} secrets sign already.", "Wait until an older one is over."
        )
    webhook.old_secrets, webhook.secret, webhook.updated_at = kept, new_secret(), at
    tell(session, webhook, by, "secret rotated", keep_old_s=round(keep.total_seconds()))


def judge(webhook: Webhook, answer: Answer, at: datetime, disable_after: timedelta) -> Disabled | None:
    """Note of an endpoint what an answer says of it; return why it is to be disabled, if it is."""
    if answer.outcome is Outcome.DELIVERED:
        webhook.failing_since = None
        return None
    pause = wait(answer)
    if pause is not None:
        webhook.paused_until = at + pause
    webhook.failing_since = webhook.failing_since or at
    if not webhook.active:
        return None
    if answer.outcome is Outcome.GONE:
        return Disabled.GONE
    return Disabled.FAILING if at - webhook.failing_since >= disable_after else None


async def disable(session: Session, webhook: Webhook, why: Disabled, by: UUID | None, at: datetime) -> None:
    """Send an endpoint nothing from now on; what waits is held, and what happens until it is enabled too."""
    webhook.active, webhook.disabled_for, webhook.disabled_at, webhook.updated_at = False, why, at, at
    waiting = update(WebhookDelivery).where(col(WebhookDelivery.webhook_id) == webhook.id, IS_OPEN)
    held = waiting.values(state=DeliveryState.HELD, ended_at=at)
    await session.execute(held.execution_options(synchronize_session=False))
    tell(session, webhook, by, "disabled", reason=why)
    record_of(
        session,
        webhook.organisation_id,
        f"webhook:{webhook.id}",
        Kind.WEBHOOK_DISABLED,
        {"reason": why},
        at,
    )


def enable(session: Session, webhook: Webhook, by: UUID, at: datetime) -> None:
    """Tell an endpoint again of what happens; what is held for it waits to be replayed."""
    webhook.active, webhook.disabled_for, webhook.disabled_at, webhook.updated_at = True, None, None, at
    webhook.failing_since = webhook.paused_until = None
    tell(session, webhook, by, "enabled")


async def replay(
    session: Session,
    webhook: Webhook,
    since: datetime,
    which: AbstractSet[DeliveryState],
    by: UUID,
    at: datetime,
) -> int:
    """Send again what failed or was held, of what happened since a time; return how many deliveries."""
    _demand_active(webhook)
    query = (
        update(WebhookDelivery)
        .where(
            col(WebhookDelivery.webhook_id) == webhook.id,
            col(WebhookDelivery.state).in_(which),
            col(WebhookDelivery.at) >= since,
        )
        .values(state=DeliveryState.WAITING, failures=0, next_at=at, ended_at=None)
        .returning(col(WebhookDelivery.id))
        .execution_options(synchronize_session=False)
    )
    count = len((await session.execute(query)).all())
    tell(session, webhook, by, "replayed", since=since.isoformat(), deliveries=count)
    return count


def replay_one(session: Session, webhook: Webhook, row: WebhookDelivery, by: UUID, at: datetime) -> None:
    """Send a delivery again, one that arrived too; raises `Rejected` while it is being sent."""
    _demand_active(webhook)
    if row.state is DeliveryState.SENDING:
        raise Rejected("being_sent", "It is being sent at this moment.", "See first what comes of that.")
    row.state, row.failures, row.next_at, row.ended_at = DeliveryState.WAITING, 0, at, None
    tell(session, webhook, by, "replayed", delivery_id=str(row.id))


def tell(session: Session, webhook: Webhook, by: UUID | None, what: str, **more: Any) -> None:
    """Have the trail tell what was done with an endpoint, without what may be secret of its address."""
    details = {"what": what, "server": urlsplit(webhook.url).hostname or "", **more}
    note = Note(by, Action.WEBHOOK_CHANGED, f"webhook:{webhook.id}", details)
    trail.note(session, webhook.organisation_id, note)


def _old(webhook: Webhook, at: datetime) -> list[dict[str, str]]:
    """Return the secrets before the one in force that still sign."""
    return [one for one in webhook.old_secrets if datetime.fromisoformat(one["until"]) > at]


def _demand_active(webhook: Webhook) -> None:
    if not webhook.active:
        raise Rejected("webhook_disabled", "The webhook is disabled.", "Enable it first.")
