"""Events become deliveries: with the change or not at all, once an endpoint, whenever they are committed."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from core.settings import Settings
from models.access import Reach
from models.db import Session, database_time
from models.delivery import DeliveryState
from models.event import Kind
from models.queries import deletion, following, outbox, webhooks
from models.tables import Call, Event
from models.webhook import Disabled
from tests.factories.assessing import assessed
from tests.factories.reviews import sales_call
from tests.factories.webhooks import Outpost, at_outpost, changed, forget

anywhere = pytest.mark.parametrize("on", ["sqlite"], indirect=True)
"""What goes the same way whatever the database: asked of the quicker one."""


def test_what_happened_is_told_once_to_every_endpoint_that_wants_it(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        everything = await here.add()
        some = await here.add(types=["call.reviewed", "call.deleted"])
        theirs = await here.add(name="other")
        call_id = await here.happens(Kind.CREATED, Kind.STARTED, Kind.REVIEWED, Kind.COMMENTED)
        await here.happens(Kind.CREATED, name="other")
        assert await here.spread() == 3
        assert await here.spread() == 0
        rows = await here.rows()
        assert [row.type for row in rows if row.webhook_id == everything.id] == [
            "call.created",
            "call.reviewed",
        ]
        assert [row.type for row in rows if row.webhook_id == some.id] == ["call.reviewed"]
        assert [row.type for row in rows if row.webhook_id == theirs.id] == ["call.created"]
        assert {row.state for row in rows} == {DeliveryState.WAITING}
        assert len({row.id for row in rows}) == 4
        told = json.loads(rows[0].body)["data"]
        assert told == {
            "call_id": str(call_id),
            "state": "queued",
            "version": 2,
            "links": {"call": f"/v1/calls/{call_id}"},
        }

    at_outpost(on, act)


@anywhere
def test_a_change_that_is_rolled_back_tells_nobody(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        call_id = await here.happens()

        async def break_off(session: Session) -> None:
            await changed(session, call_id)
            await session.flush()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await here.change(break_off)
        assert await here.spread() == 0
        assert await here.rows() == []

    at_outpost(on, act)


def test_what_is_committed_late_is_not_skipped(on: Settings) -> None:
    """On PostgreSQL events show in the order of commits, not of numbers; SQLite has one writer at a time."""

    async def act(here: Outpost) -> None:
        await here.add()
        late, early = await here.happens(), await here.happens()
        if here.database.is_sqlite:
            return
        async with here.database.write(here.organisation_id) as slow:
            await changed(slow, late)
            await slow.flush()
            await here.change(lambda session: changed(session, early))
            assert await here.spread() == 1
        assert await here.spread() == 1
        numbers = [row.event_id or 0 for row in await here.rows()]
        assert numbers == sorted(numbers, reverse=True)

    at_outpost(on, act)


def test_two_workers_at_once_tell_once(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        for _ in range(5):
            await here.happens(Kind.CREATED, Kind.REVIEWED)
        assert sum(await asyncio.gather(*(here.spread() for _ in range(4)))) == 10
        assert len(await here.rows()) == 10

    at_outpost(on, act)


@anywhere
def test_no_more_than_some_at_once(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        await here.happens(*[Kind.CHANGED] * 5)
        async with here.database.system() as session:
            assert await outbox.spread(session, await database_time(session), 3) == 3
        async with here.database.system_read() as session:
            assert await outbox.oldest(session) is not None
        assert [await here.spread(), await here.spread()] == [2, 0]
        async with here.database.system_read() as session:
            assert await outbox.oldest(session) is None

    at_outpost(on, act)


@anywhere
def test_an_endpoint_is_told_from_a_little_before_it_was_made(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.happens(Kind.CREATED)
        long_ago = await here.happens(Kind.REVIEWED)
        async with here.database.system() as session:
            (event,) = [one for one in await here.events(Kind.REVIEWED) if one.call_id == long_ago]
            (await session.get_one(Event, event.id)).at -= outbox.SLACK + timedelta(minutes=1)
        webhook = await here.add()
        assert await here.spread() == 2
        assert [row.type for row in await here.rows()] == ["call.created"]
        await forget(here, webhook)
        await here.happens(Kind.REVIEWED)
        await here.spread()
        assert [row.type for row in await here.rows()] == ["call.created", "call.reviewed"]

    at_outpost(on, act)


@anywhere
def test_what_happens_while_an_endpoint_is_disabled_is_held_and_others_are_told_of_that(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        dark, other = await here.add(), await here.add()

        async def switch_off(session: Session) -> None:
            row = await webhooks.find(session, dark.id, lock=True)
            assert row is not None
            await webhooks.disable(
                session, row, Disabled.BY_HAND, here.admin_id, await database_time(session)
            )

        await here.change(switch_off)
        await here.happens(Kind.CREATED)
        await here.spread()
        found = {(row.webhook_id, row.type): row for row in await here.rows()}
        assert found[dark.id, "call.created"].state is DeliveryState.HELD
        assert found[other.id, "call.created"].state is DeliveryState.WAITING
        told = json.loads(found[other.id, "webhook.disabled"].body)["data"]
        assert (told["webhook_id"], told["reason"]) == (str(dark.id), "by_hand")
        assert (dark.id, "webhook.disabled") not in found

    at_outpost(on, act)


@anywhere
def test_streams_of_events_tell_of_calls_alone(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add()
        await here.happens(Kind.CREATED)

        async def switch_off(session: Session) -> None:
            row = await webhooks.find(session, webhook.id, lock=True)
            assert row is not None
            await webhooks.disable(
                session, row, Disabled.BY_HAND, here.admin_id, await database_time(session)
            )

        await here.change(switch_off)
        await asyncio.sleep(following.SETTLED.total_seconds() + 0.1)
        admin = here.world.viewer("admin", reach=Reach.ALL)
        async with here.database.read(here.organisation_id) as session:
            assert [event.kind for event in await following.after(session, admin, 0, None)] == [
                "call.created"
            ]
        async with here.database.system_read() as system:
            assert [event.kind for event, _ in await following.everywhere(system, 0)] == ["call.created"]

    at_outpost(on, act)


@anywhere
def test_messages_of_an_erased_call_hold_its_keys_and_no_more(on: Settings) -> None:
    async def act(here: Outpost) -> None:
        await here.add()
        scored = await asyncio.to_thread(assessed, here.world, "rep", title="Renewal", customer="Acme Inc")
        await here.change(lambda session: changed(session, scored.call_id))
        await here.spread()

        async def erase(session: Session) -> None:
            await deletion.erase(session, scored.call_id, await database_time(session))

        await here.change(erase)
        await here.spread()
        rows = await here.rows()
        assert {row.type for row in rows} >= {"call.scored", "call.changed", "call.deleted"}
        said = {
            word for one in sales_call().transcript.utterances for word in one.text.split() if len(word) > 5
        }
        for row in rows:
            data = json.loads(row.body)["data"]
            assert data.keys() <= {"call_id", "assessment_id", "state", "version", "links"}
            assert not any(word in row.body for word in {"Renewal", "Acme", "points", *said})
        async with here.database.system_read() as session:
            assert (await session.get_one(Call, scored.call_id)).title == ""

    at_outpost(on, act)
