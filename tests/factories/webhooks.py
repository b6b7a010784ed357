"""An organisation with webhooks: endpoints, calls that something happens to, and what is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from core.addresses import Guard
from core.settings import Settings, WebhookSettings
from core.standard_webhooks import Answer, Outcome
from models.db import Database, Session, database_time
from models.delivery import DeliveryState
from models.event import Kind
from models.queries import deliveries, outbox, webhooks
from models.queries.deliveries import Claim, Ended, Limits
from models.queries.events import record
from models.tables import Call, Event, Webhook, WebhookAttempt, WebhookDelivery
from tests.factories.worlds import World, made
from worker.figures import Figures
from worker.sender import Sender

T = TypeVar("T")
ELSEWHERE = "https://93.184.216.34/hook"
"""An address on the public internet, without a name to look up."""
SENT: Mapping[str, dict[str, Any]] = {
    "POST /v1/webhooks": {"json": {"url": ELSEWHERE}},
    "PATCH /v1/webhooks/{webhook_id}": {"json": {"description": "Our CRM"}},
    "POST /v1/webhooks/{webhook_id}/rotate": {"json": {}},
    "POST /v1/webhooks/{webhook_id}/replay": {"json": {"since": "2026-03-02T00:00:00Z"}},
}
"""What tests of every endpoint send to these."""
LIMITS = Limits(4, timedelta(minutes=1))
DELIVERED = Answer(Outcome.DELIVERED, 5, 200, "")
FAILED = Answer(Outcome.ANSWERED, 5, 500, "", "It answered 500.")
GONE = Answer(Outcome.GONE, 5, 410, "", "It answered 410.")
DAYS = timedelta(days=5)
"""After so long without a success an endpoint is disabled."""


@dataclass
class Outpost:
    """A world with a database that is open, and what tests do with webhooks in it."""

    world: World
    database: Database

    @property
    def organisation_id(self) -> UUID:
        return self.world.organisations["acme"].id

    @property
    def admin_id(self) -> UUID:
        return self.world.people["admin"].id

    async def change(self, act: Callable[[Session], Coroutine[Any, Any, T]], name: str = "acme") -> T:
        """Return what is done in a transaction of an organisation."""
        async with self.database.write(self.world.organisations[name].id) as session:
            return await act(session)

    async def add(self, url: str = ELSEWHERE, types: list[str] | None = None, name: str = "acme") -> Webhook:
        """Return a new endpoint."""

        async def act(session: Session) -> Webhook:
            values = {"url": url, "types": types}
            return await webhooks.add(session, values, self.admin_id, await database_time(session))

        return await self.change(act, name)

    async def happens(self, *kinds: Kind, name: str = "acme") -> UUID:
        """Return a new call to which these things happened, one after the other."""

        async def act(session: Session) -> UUID:
            call = await self.world.add_call(session, None, name)
            for kind in kinds:
                call.version, call.updated_at = call.version + 1, await database_time(session)
                record(session, call, kind)
            return call.id

        return await self.change(act, name)

    async def spread(self) -> int:
        """Make deliveries of what happened."""
        async with self.database.system() as session:
            return await outbox.spread(session, await database_time(session))

    async def claim(self, most: int = 100, limits: Limits = LIMITS) -> Sequence[Claim]:
        async with self.database.system() as session:
            return await deliveries.claim(session, most, limits)

    async def settle(self, claimed: Claim, answer: Answer) -> Ended | None:
        async with self.database.write(claimed.organisation_id) as session:
            return await deliveries.settle(session, claimed, answer, DAYS, 0.5)

    async def hurry(self, by: timedelta = timedelta(days=2), *, sending: bool = True) -> None:
        """Have so much time pass for what waits, and for what is being sent."""
        async with self.database.system() as session:
            for row in (await session.execute(select(WebhookDelivery))).scalars():
                row.next_at -= by if sending or row.state is not DeliveryState.SENDING else timedelta()
            for one in (await session.execute(select(Webhook))).scalars():
                one.paused_until = one.paused_until and one.paused_until - by
                one.failing_since = one.failing_since and one.failing_since - by

    async def rows(self) -> list[WebhookDelivery]:
        """Return every delivery, the oldest first."""
        async with self.database.system_read() as session:
            query = select(WebhookDelivery).order_by(col(WebhookDelivery.id))
            return list((await session.execute(query)).scalars())

    async def states(self) -> list[DeliveryState]:
        return [row.state for row in await self.rows()]

    async def attempts(self, row: WebhookDelivery) -> list[WebhookAttempt]:
        """Return the attempts of a delivery in order."""
        async with self.database.system_read() as session:
            query = select(WebhookAttempt).where(col(WebhookAttempt.delivery_id) == row.id)
            found = (await session.execute(query.order_by(col(WebhookAttempt.number)))).scalars()
            return list(found)

    async def webhook(self, webhook: Webhook) -> Webhook:
        """Return an endpoint as it is now."""
        async with self.database.system_read() as session:
            return await session.get_one(Webhook, webhook.id)

    async def events(self, kind: Kind) -> list[Event]:
        async with self.database.system_read() as session:
            return list((await session.execute(select(Event).where(col(Event.kind) == kind))).scalars())

    def sender(self, allowed: Guard, **known: Any) -> Sender:
        """Return a sender whose attempts take a second at most."""
        settings = WebhookSettings.model_validate({"timeout_s": 30.0, "look_s": 0.05, **known})
        return Sender(self.database, settings, Figures(), allowed)

    async def send(self, sender: Sender) -> None:
        """Send whatever can be sent now, until nothing is left that can."""
        await sender.look()
        while sender.busy:
            await sender.idle()
            await sender.look()


def at_outpost(settings: Settings, act: Callable[[Outpost], Coroutine[Any, Any, None]]) -> None:
    """Do something in a world whose database is open."""

    async def inside() -> None:
        world = await made(settings)
        database = Database(settings)
        try:
            await act(Outpost(world, database))
        finally:
            await database.close()

    asyncio.run(inside())


async def changed(session: Session, call_id: UUID, kind: Kind = Kind.CHANGED) -> None:
    """Have something happen to a call."""
    call = await session.get_one(Call, call_id)
    call.version += 1
    record(session, call, kind)


async def forget(here: Outpost, webhook: Webhook) -> None:
    """Make an endpoint as old as if it had been there for a year."""
    async with here.database.system() as session:
        values = {"created_at": webhook.created_at - timedelta(days=365)}
        await session.execute(update(Webhook).where(col(Webhook.id) == webhook.id).values(values))
