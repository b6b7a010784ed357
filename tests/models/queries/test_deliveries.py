"""Deliveries claimed, settled, held and replayed: nothing is lost, and one at a time sends each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.clock import now
from core.errors import Rejected
from core.settings import Settings
from core.standard_webhooks import Answer, Outcome
from models.db import Session, database_time
from models.delivery import MISSED, SCHEDULE, DeliveryState
from models.event import Kind
from models.queries import deliveries, delivery_log, trail, webhooks
from models.queries.deliveries import Limits
from models.queries.trail import Wanted
from models.tables import TrailRow, Webhook
from models.trail import Action
from models.webhook import Disabled
from tests.factories.webhooks import DELIVERED, FAILED, GONE, LIMITS, Outpost, at_outpost

S = DeliveryState
anywhere = pytest.mark.parametrize("on", ["sqlite"], indirect=True)
"""What goes the same way whatever the database: asked of the quicker one."""


async def told(here: Outpost) -> Sequence[TrailRow]:
    """Return what the trail says of webhooks, the oldest first."""
    async with here.database.read(here.organisation_id) as session:
        wanted = Wanted(action=Action.WEBHOOK_CHANGED)
        return list(reversed(await trail.page(session, wanted, None, 100)))


async def switch(here: Outpost, webhook: Webhook, *, on: bool) -> None:
    async def act(session: Session) -> None:
        row, at = await webhooks.find(session, webhook.id, lock=True), await database_time(session)
        assert row is not None
        if on:
            webhooks.enable(session, row, here.admin_id, at)
        else:
            await webhooks.disable(session, row, Disabled.BY_HAND, here.admin_id, at)

    await here.change(act)


async def replay(here: Outpost, webhook: Webhook, since: timedelta = timedelta(days=9)) -> int:
    async def act(session: Session) -> int:
        row, at = await webhooks.find(session, webhook.id, lock=True), await database_time(session)
        assert row is not None
        return await webhooks.replay(session, row, at - since, MISSED, here.admin_id, at)

    return await here.change(act)


def test_what_is_due_is_claimed_once_and_the_oldest_first(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add("https://93.184.216.34/here")
        await here.happens(*[Kind.CHANGED] * 6)
        await here.spread()
        first, second = await here.claim(), await here.claim(limits=Limits(6, timedelta(minutes=1)))
        assert [len(first), len(second)] == [4, 2]
        claimed = [one.delivery_id for one in (*first, *second)]
        assert claimed == [row.id for row in await here.rows()]
        assert {one.url for one in first} == {"https://93.184.216.34/here"}
        assert {one.secrets for one in first} == {(webhook.secret,)}
        for one in (*first, *second):
            ended = await here.settle(one, DELIVERED)
            assert ended is not None
            assert ended.state is S.DELIVERED
        assert await here.claim() == []
        assert all(row.ended_at is not None for row in await here.rows())

    at_outpost(on, act)


def test_workers_that_claim_at_once_take_different_ones(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        for _ in range(3):
            await here.add()
        await here.happens(*[Kind.CHANGED] * 3)
        await here.spread()
        found = [one for claims in await asyncio.gather(*(here.claim(4) for _ in range(4))) for one in claims]
        while claims := await here.claim():
            found += claims
        assert len({one.delivery_id for one in found}) == len(found) == 9

    at_outpost(on, act)


@anywhere
def test_one_that_fails_is_left_alone_for_longer_each_time_until_it_is_dead(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        await here.happens(Kind.CREATED)
        await here.spread()
        for number, pause in enumerate(SCHEDULE, 1):
            (claimed,) = await here.claim()
            ended = await here.settle(claimed, FAILED)
            assert ended is not None
            (row,) = await here.rows()
            assert (ended.state, row.state, row.failures) == (S.WAITING, S.WAITING, number)
            assert pause <= row.next_at - now() + timedelta(seconds=30) <= pause * 1.2 + timedelta(seconds=60)
            assert await here.claim() == []
            await here.hurry(row.next_at - now())
        (claimed,) = await here.claim()
        ended = await here.settle(claimed, FAILED)
        assert ended is not None
        assert ended.state is S.DEAD
        await here.hurry()
        assert await here.claim() == []
        attempts = await here.attempts((await here.rows())[0])
        assert [one.number for one in attempts] == list(range(1, 11))
        assert {(one.outcome, one.status, one.error) for one in attempts} == {
            (Outcome.ANSWERED, 500, "It answered 500.")
        }

    at_outpost(on, act)


def test_whoever_is_not_heard_of_loses_it_and_can_write_nothing(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        await here.happens(Kind.CREATED)
        await here.spread()
        (gone,) = await here.claim()
        assert await here.claim() == []
        await here.hurry()
        (claimed,) = await here.claim()
        assert (claimed.delivery_id, claimed.attempt) == (gone.delivery_id, 2)
        assert await here.settle(gone, FAILED) is None
        assert await here.settle(claimed, DELIVERED) is not None
        assert await here.settle(claimed, FAILED) is None
        (row,) = await here.rows()
        assert (row.state, row.failures) == (S.DELIVERED, 0)
        assert [one.outcome for one in await here.attempts(row)] == [Outcome.LOST, Outcome.DELIVERED]

    at_outpost(on, act)


@anywhere
def test_what_is_given_back_is_sent_at_once(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        await here.happens(Kind.CREATED)
        await here.spread()
        (stopped,) = await here.claim()
        await here.change(lambda session: deliveries.give_back(session, stopped))
        (claimed,) = await here.claim()
        assert claimed.attempt == 2
        await here.change(lambda session: deliveries.give_back(session, stopped))
        assert await here.settle(claimed, DELIVERED) is not None
        (row,) = await here.rows()
        assert [one.outcome for one in await here.attempts(row)] == [Outcome.LOST, Outcome.DELIVERED]

    at_outpost(on, act)


@anywhere
def test_one_that_fails_is_sent_one_at_a_time_until_it_takes_something(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add()
        await here.happens(*[Kind.CHANGED] * 12)
        await here.spread()
        first = await here.claim()
        assert len(first) == 4
        await here.settle(first[0], FAILED)
        assert (await here.webhook(webhook)).failing_since is not None
        assert await here.claim() == []
        for one in first[1:]:
            await here.settle(one, FAILED)
        (alone,) = await here.claim()
        assert await here.claim() == []
        await here.settle(alone, DELIVERED)
        assert (await here.webhook(webhook)).failing_since is None
        assert len(await here.claim()) == 4

    at_outpost(on, act)


@anywhere
def test_an_endpoint_that_asks_to_be_left_alone_is(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add()
        await here.happens(Kind.CREATED, Kind.CHANGED, Kind.CHANGED)
        await here.spread()
        first, *_ = await here.claim(1)
        await here.settle(first, Answer(Outcome.ANSWERED, 5, 503, "", "It answered 503.", 3600.0))
        paused = (await here.webhook(webhook)).paused_until
        assert paused is not None
        assert timedelta(minutes=59) < paused - now() <= timedelta(hours=1)
        assert await here.claim() == []
        await here.hurry(timedelta(hours=1, minutes=15))
        assert len(await here.claim()) == 1

    at_outpost(on, act)


def test_one_that_answers_410_is_disabled_and_what_it_missed_is_replayed(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add()
        await here.happens(Kind.CREATED, Kind.CHANGED, Kind.CHANGED)
        await here.spread()
        first, second, *_ = await here.claim(2)
        ended = await here.settle(first, GONE)
        assert ended is not None
        assert (ended.state, ended.disabled) == (S.HELD, Disabled.GONE)
        assert await here.states() == [S.HELD] * 3
        row = await here.webhook(webhook)
        assert (row.active, row.disabled_for) == (False, Disabled.GONE)
        ended = await here.settle(second, FAILED)
        assert ended is not None
        assert (ended.state, ended.disabled) == (S.HELD, None)
        await here.happens(Kind.CREATED)
        await here.spread()
        await here.hurry()
        assert await here.claim() == []
        with pytest.raises(Rejected, match="Enable it first"):
            await replay(here, webhook)
        await switch(here, webhook, on=True)
        assert await here.claim() == []
        assert await replay(here, webhook, timedelta(0)) == 0
        assert await replay(here, webhook) == 4
        claims = await here.claim()
        assert {one.delivery_id for one in claims} == {one.id for one in await here.rows()}
        assert [entry.details["what"] for entry in await told(here)] == [
            *("added", "disabled", "enabled", "replayed", "replayed")
        ]
        assert (await told(here))[1].principal_id is None
        assert "93.184.216.34" in str((await told(here))[0].details)
        assert "/hook" not in str([entry.details for entry in await told(here)])

    at_outpost(on, act)


@anywhere
def test_what_arrives_after_all_counts_though_the_endpoint_was_disabled_meanwhile(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add()
        await here.happens(Kind.CREATED)
        await here.spread()
        (claimed,) = await here.claim()
        await switch(here, webhook, on=False)
        assert await here.states() == [S.HELD]
        await here.settle(claimed, DELIVERED)
        assert await here.states() == [S.DELIVERED]

    at_outpost(on, act)


@anywhere
def test_one_that_took_nothing_for_days_is_disabled(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add()
        await here.happens(Kind.CREATED, Kind.CHANGED)
        await here.spread()
        (claimed,) = await here.claim(1)
        ended = await here.settle(claimed, FAILED)
        await here.hurry(timedelta(days=4, hours=23))
        (claimed,) = await here.claim()
        ended = await here.settle(claimed, FAILED)
        assert ended is not None
        assert (ended.state, ended.disabled) == (S.WAITING, None)
        await here.hurry(timedelta(hours=2))
        (claimed,) = await here.claim()
        ended = await here.settle(claimed, FAILED)
        assert ended is not None
        assert (ended.state, ended.disabled) == (S.HELD, Disabled.FAILING)
        assert await here.states() == [S.HELD, S.HELD]
        assert len(await here.events(Kind.WEBHOOK_DISABLED)) == 1
        assert (await here.webhook(webhook)).disabled_for is Disabled.FAILING

    at_outpost(on, act)


@anywhere
def test_secrets_sign_as_long_as_they_are_kept(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook, kept = await here.add(), timedelta(hours=24)

        async def rotate(session: Session, keep: timedelta, at_offset: timedelta = timedelta()) -> str:
            row = await webhooks.find(session, webhook.id, lock=True)
            assert row is not None
            at = await database_time(session) + at_offset
            webhooks.rotate(session, row, keep, here.admin_id, at)
            return row.secret

        second = await here.change(lambda session: rotate(session, kept))
        third = await here.change(lambda session: rotate(session, timedelta(0)))
        row = await here.webhook(webhook)
        assert webhooks.signing(row, now()) == (third, webhook.secret)
        assert second not in webhooks.signing(row, now())
        assert webhooks.signing(row, now() + kept) == (third,)
        for _ in range(3):
            await here.change(lambda session: rotate(session, kept))
        with pytest.raises(Rejected, match="5 secrets sign"):
            await here.change(lambda session: rotate(session, kept))
        await here.change(lambda session: rotate(session, kept, kept * 2))
        assert len(webhooks.signing(await here.webhook(webhook), now() + kept * 2)) == 2

    at_outpost(on, act)


@anywhere
def test_what_is_over_is_removed_after_a_while_and_what_waits_is_not(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook, dark = await here.add(), await here.add()
        await here.happens(Kind.CREATED)
        await here.spread()
        (claimed, *_) = [one for one in await here.claim() if one.webhook_id == webhook.id]
        await here.settle(claimed, DELIVERED)
        await here.happens(Kind.CREATED)
        await here.spread()
        await switch(here, dark, on=False)
        later = now() + timedelta(days=1)
        async with here.database.system() as session:
            assert await delivery_log.sweep(session, now() - timedelta(days=1)) == 0
            assert await delivery_log.sweep(session, later) == 3
        (row,) = await here.rows()
        assert (row.webhook_id, row.state) == (webhook.id, S.WAITING)

    at_outpost(on, act)


def test_how_much_waits_and_for_how_long(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        await here.happens(Kind.CREATED, Kind.CHANGED)
        await here.spread()
        async with here.database.system_read() as session:
            count, since = await deliveries.waiting(session)
            assert await deliveries.due(session, LIMITS)
        assert count == 2
        assert since is not None
        for one in await here.claim():
            await here.settle(one, FAILED)
        async with here.database.system_read() as session:
            assert await deliveries.waiting(session) == (2, None)
            assert not await deliveries.due(session, LIMITS)

    at_outpost(on, act)


@anywhere
def test_there_are_no_more_than_fifty(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        for _ in range(webhooks.MOST):
            await here.add()
        with pytest.raises(Rejected, match="There are 50 webhooks"):
            await here.add()
        await here.add(name="other")

    at_outpost(on, act)
