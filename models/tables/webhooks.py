"""Webhooks: who is told, what is on its way to them, and every attempt."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from core.clock import now
from core.standard_webhooks import Outcome
from models.delivery import DeliveryState
from models.tables.base import Keyed, TenantRow, choice, of_tenant, within_tenant
from models.webhook import Disabled

OPEN = text("state IN ('waiting', 'sending')")
"""What the index of due deliveries holds: written out, since no planner looks behind a parameter."""


class Webhook(Keyed, TenantRow, table=True):
    """An endpoint of another system, told of some `types` or of all (None).

    `old_secrets` lists secrets that sign too, each with its `until`. `failing_since` is when it failed first
    after it last took something. Until `paused_until` it asked to be left alone.
    """

    __tablename__ = "webhook"
    __table_args__ = (of_tenant(),)

    url: str
    description: str = ""
    types: list[str] | None = Field(default=None, sa_type=JSON)
    active: bool = True
    disabled_for: Disabled | None = Field(default=None, sa_type=choice(Disabled))
    disabled_at: datetime | None = None
    secret: str
    old_secrets: list[Any] = Field(default_factory=list, sa_type=JSON)
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    created_by: UUID | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class WebhookDelivery(Keyed, TenantRow, table=True):
    """A message on its way to an endpoint; its key is the message's id, the same at every attempt.

    `attempt` grows with every claim and fences what is written of it; `failures` counts those of this round
    and begins anew when it is replayed. `next_at` is when it is taken up next: of one that is being sent,
    when whoever sends it is taken for dead.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        of_tenant(),
        within_tenant("webhook_id", "webhook"),
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_delivery_due", "webhook_id", "next_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_webhook_delivery_webhook_id_state", "webhook_id", "state", "id"),
        Index("ix_webhook_delivery_webhook_id_id", "webhook_id", "id"),
    )

    webhook_id: UUID
    event_id: int | None = None
    type: str
    body: str = Field(sa_type=Text)
    at: datetime
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=choice(DeliveryState))
    attempt: int = 0
    failures: int = 0
    next_at: datetime
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime = Field(default_factory=now, index=True)


class WebhookAttempt(TenantRow, table=True):
    """One attempt: what came of it, and how the answer began."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (within_tenant("delivery_id", "webhook_delivery"),)

    delivery_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime
    ms: int | None = None
    outcome: Outcome = Field(sa_type=choice(Outcome))
    status: int | None = None
    answer: str | None = Field(default=None, sa_type=Text)
    error: str | None = Field(default=None, sa_type=Text)
