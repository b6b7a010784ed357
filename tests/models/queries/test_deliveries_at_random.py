"""Whatever happens, in whatever order, every message that is told of arrives, and no two send it at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.settings import Settings
from models.db import Database, Session, database_time
from models.delivery import MISSED, DeliveryState
from models.event import Kind
from models.queries import deliveries, webhooks
from models.queries.deliveries import Claim
from models.tables import Webhook
from models.webhook import Disabled
from tests.factories.webhooks import DELIVERED, FAILED, GONE, Outpost
from tests.factories.worlds import World, made

STEPS = (
    *("happen", "spread", "claim", "claim", "claim", "deliver", "fail", "fail", "fail", "gone", "give_back"),
    *("die", "die", "wait", "wait", "disable", "enable", "enable", "replay", "replay"),
)
ANSWERS = {"deliver": DELIVERED, "fail": FAILED, "gone": GONE}


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


@dataclass
class Play:
    """An endpoint, what its receiver took, and who is sending to it; some of those are thought dead."""

    here: Outpost
    webhook: Webhook
    held: list[Claim] = field(default_factory=list)
    dead: list[Claim] = field(default_factory=list)
    taken: Counter[UUID] = field(default_factory=Counter)
    happened: int = 0

    async def step(self, name: str, number: int) -> None:
        """Let one thing happen."""
        match name:
            case "happen":
                await self.here.happens(Kind.CHANGED)
                self.happened += 1
            case "spread":
                await self.here.spread()
            case "claim":
                self.held += await self.here.claim(1)
            case "wait":
                await self.here.hurry(timedelta(hours=3), sending=False)
            case "die":
                self.dead += self.held
                self.held.clear()
                await self.here.hurry(timedelta(minutes=2))
            case "disable" | "enable" | "replay":
                await self.here.change(getattr(self, name))
            case _:
                await self.settle(name, number)

    async def settle(self, name: str, number: int) -> None:
        """Have somebody who sends, or is thought dead, come to an end."""
        senders = self.dead if number % 2 == 0 and self.dead else self.held
        if not senders:
            return
        claimed = senders.pop(number % len(senders))
        if name == "give_back":
            await self.here.change(lambda session: deliveries.give_back(session, claimed))
            return
        if name == "deliver":
            self.taken[claimed.delivery_id] += 1
        await self.here.settle(claimed, ANSWERS[name])

    async def row(self, session: Session) -> Webhook:
        row = await webhooks.find(session, self.webhook.id, lock=True)
        assert row is not None
        return row

    async def disable(self, session: Session) -> None:
        row = await self.row(session)
        if row.active:
            at = await database_time(session)
            await webhooks.disable(session, row, Disabled.BY_HAND, self.here.admin_id, at)

    async def enable(self, session: Session) -> None:
        row = await self.row(session)
        if not row.active:
            webhooks.enable(session, row, self.here.admin_id, await database_time(session))

    async def replay(self, session: Session) -> None:
        row, at = await self.row(session), await database_time(session)
        if row.active:
            since = at - timedelta(days=9)
            await webhooks.replay(session, row, since, MISSED, self.here.admin_id, at)

    async def check(self) -> None:
        """Assert what holds at any time."""
        sending = Counter(one.delivery_id for one in self.held)
        assert not sending or max(sending.values()) == 1, "two that live send the same"
        for row in await self.here.rows():
            if row.webhook_id == self.webhook.id and row.state is DeliveryState.DELIVERED:
                assert self.taken[row.id], "a message that nobody took counts as delivered"

    async def finish(self) -> None:
        """Have a receiver that is well again take everything."""
        await self.here.change(self.enable)
        await self.here.spread()
        await self.here.change(self.replay)
        await self.here.hurry(timedelta(days=2))
        while claims := await self.here.claim():
            for claimed in claims:
                self.taken[claimed.delivery_id] += 1
                await self.here.settle(claimed, DELIVERED)
        rows = [row for row in await self.here.rows() if row.webhook_id == self.webhook.id]
        assert [row.state for row in rows] == [DeliveryState.DELIVERED] * self.happened
        assert set(self.taken) == {row.id for row in rows}


@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), min_size=10, max_size=40))
@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_every_message_arrives(world: World, steps: list[tuple[str, int]]) -> None:
    async def act() -> None:
        database = Database(world.settings)
        try:
            here = Outpost(world, database)
            webhook = await here.add(types=["call.changed"])
            play = Play(here, webhook)
            await play.step("happen", 0)
            await play.step("spread", 0)
            for name, number in steps:
                await play.step(name, number)
                await play.check()
            await play.finish()
            await here.change(lambda session: forgotten(session, webhook.id, here.admin_id))
        finally:
            await database.close()

    asyncio.run(act())


async def forgotten(session: Session, webhook_id: UUID, by: UUID) -> None:
    """Remove an endpoint, so that the next example has nothing else to send to."""
    row = await webhooks.find(session, webhook_id, lock=True)
    assert row is not None
    await webhooks.remove(session, row, by)
