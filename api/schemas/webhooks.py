"""Webhooks on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from api.routes.paging import MOST
from api.schemas.shape import Change, Given, Moment, Taken, stored
from core.standard_webhooks import Outcome
from models.delivery import MISSED, DeliveryState
from models.tables import Webhook, WebhookAttempt, WebhookDelivery
from models.webhook import TYPES, Disabled

NAMES = tuple(one.name for one in TYPES)
TOLD = tuple(one.name for one in TYPES if one.kind is not None)
"""Types that one may want to be told of."""
LONGEST_KEPT_S = 30 * 86400
DAY_S = 86400


def _told(name: str) -> str:
    if name not in TOLD:
        raise ValueError(f"must be one of {', '.join(TOLD)}")
    return name


def _sent(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"must be one of {', '.join(NAMES)}")
    return name


def _once(names: list[str] | None) -> list[str] | None:
    return None if names is None else list(dict.fromkeys(names))


Url = Annotated[
    str, Field(min_length=8, max_length=2000, pattern=r"^https?://[^\s\x00]+$"), AfterValidator(stored)
]
"""Where messages are sent; by https, unless the installation allows more."""
Types = Annotated[
    list[Annotated[str, Field(json_schema_extra={"enum": list(TOLD)}), AfterValidator(_told)]],
    Field(min_length=1, max_length=100),
]
Description = Annotated[str, Field(max_length=500), AfterValidator(stored)]
TypeName = Annotated[str, Field(json_schema_extra={"enum": list(NAMES)}), AfterValidator(_sent)]


class TypeShape(Given):
    """A type of message: what it says, an example, the JSON Schema of its body."""

    type: str
    says: str
    example: dict[str, Any]
    body: dict[str, Any]


class WebhookShape(Given):
    """An endpoint of another system."""

    id: UUID
    url: str
    description: str
    types: list[str] | None
    """What it is told of; null: everything, also what comes with later versions."""
    active: bool
    disabled_for: Disabled | None
    """Why it is sent nothing: somebody said so, it answered 410, or it took nothing for days."""
    disabled_at: datetime | None
    failing_since: datetime | None
    """When it failed first after it last took something; null: it did not."""
    paused_until: datetime | None
    """Until when it asked to be left alone (`Retry-After`)."""
    waiting: int
    """Deliveries that are sent at once or tried again."""
    dead: int
    """Deliveries that failed as often as they are tried."""
    held: int
    """Deliveries of what happened while it was disabled."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Webhook, counts: Mapping[tuple[UUID, DeliveryState], int]) -> Self:
        """Return an endpoint as it goes out, its secret left out."""
        open_still = sum(
            counts.get((row.id, one), 0) for one in (DeliveryState.WAITING, DeliveryState.SENDING)
        )
        told = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        dead, held = (counts.get((row.id, one), 0) for one in (DeliveryState.DEAD, DeliveryState.HELD))
        return cls(**told, waiting=open_still, dead=dead, held=held)


class WebhookPage(Given):
    """Endpoints, and the cursor of those after them."""

    items: list[WebhookShape]
    next: str | None


class NewWebhook(Taken):
    """An endpoint to add."""

    url: Url
    description: Description = ""
    types: Annotated[Types | None, AfterValidator(_once)] = None
    """What it is told of; null: everything."""


class WebhookChange(Change):
    """What to change of an endpoint; what is left out stays."""

    url: Url = ""
    description: Description = ""
    types: Annotated[Types | None, AfterValidator(_once)] = None
    active: StrictBool = True
    """False: it is sent nothing and what happens is held. True: it is told again; replay sends the rest."""


class WebhookKey(WebhookShape):
    """An endpoint just added, with the secret that signs what it is sent."""

    secret: str


class Rotation(Taken):
    """A new secret, and for how many seconds the one in force signs beside it."""

    keep_old_s: Annotated[StrictInt, Field(ge=0, le=LONGEST_KEPT_S)] = DAY_S


class SecretShape(Given):
    """The secret in force, and until when those before it sign too."""

    secret: str
    old_until: list[datetime]


class Replay(Taken):
    """What is sent again: what happened since a time and is dead or held."""

    since: Moment
    states: Annotated[
        list[Annotated[DeliveryState, Field(json_schema_extra={"enum": sorted(MISSED)})]],
        Field(min_length=1, max_length=2),
    ] = sorted(MISSED)


class ReplayedShape(Given):
    """How many deliveries are sent again."""

    deliveries: int


class DeliveryList(Taken):
    """Which deliveries; what is left out lets every one through."""

    state: DeliveryState | None = None
    type: TypeName | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


class DeliveryShape(Given):
    """A message on its way to an endpoint, or that was; `id` is its `webhook-id`."""

    id: UUID
    type: str
    at: datetime
    """When what it tells of happened."""
    state: DeliveryState
    failures: int
    """Attempts that failed since it was first sent, or last replayed."""
    next_at: datetime | None
    """When it is tried again; null unless it waits."""
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: WebhookDelivery, **more: Any) -> Self:
        """Return a delivery as it goes out."""
        told = {name: getattr(row, name) for name in DeliveryShape.model_fields}
        return cls(**{**told, "next_at": row.next_at if row.state is DeliveryState.WAITING else None}, **more)


class DeliveryPage(Given):
    """Deliveries, the newest first, and the cursor of those before them."""

    items: list[DeliveryShape]
    next: str | None


class AttemptShape(Given):
    """One attempt: what came of it, how long it took, and how the answer began."""

    number: int
    at: datetime
    ms: int | None
    outcome: Outcome
    status: int | None
    answer: str | None
    error: str | None


class DeliveryDetail(DeliveryShape):
    """A delivery with the message as it is sent, and its attempts, the newest first."""

    body: str
    """The very text: signatures are made of it."""
    attempts: list[AttemptShape]

    @classmethod
    def with_attempts(cls, row: WebhookDelivery, attempts: Sequence[WebhookAttempt]) -> Self:
        """Return a delivery as it goes out."""
        return cls.of(row, body=row.body, attempts=[AttemptShape.model_validate(one) for one in attempts])
