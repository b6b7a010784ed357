"""Events and progress within reach, on every database."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from uuid import UUID

import pytest

from core.settings import Settings
from models.access import Reach, Viewer
from models.call import CallState
from models.db import Database
from models.event import Kind
from models.queries import following, runs
from models.queries.events import record
from models.queries.following import Whose
from models.stages import STAGES
from models.tables import Call
from tests.factories.worlds import World, made


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def touch(world: World, call_id: UUID, organisation: str = "acme") -> None:
    async def change() -> None:
        async with world.writing(organisation) as session:
            record(session, await session.get_one(Call, call_id), Kind.CHANGED)

    asyncio.run(change())


def told(
    world: World, viewer: Viewer, last: int, call_id: UUID | None = None
) -> list[tuple[int, UUID | None]]:
    async def read() -> list[tuple[int, UUID | None]]:
        database = Database(world.settings)
        try:
            async with database.read(viewer.organisation_id) as session:
                found = await following.after(session, viewer, last, call_id)
                return [(event.id or 0, event.call_id) for event in found]
        finally:
            await database.close()

    return asyncio.run(read())


def test_events_come_in_order_within_reach_once_they_are_settled(world: World) -> None:
    own, mates, theirs = world.call("rep"), world.call("mate"), world.call("foreigner", "other")
    for call_id, organisation in ((own, "acme"), (theirs, "other"), (mates, "acme"), (own, "acme")):
        touch(world, call_id, organisation)
    rep, admin = world.viewer("rep", reach=Reach.OWN), world.viewer("admin", reach=Reach.ALL)
    time.sleep(following.SETTLED.total_seconds() + 0.2)
    assert [call_id for _, call_id in told(world, rep, 0)] == [own, own]
    assert [call_id for _, call_id in told(world, admin, 0)] == [own, mates, own]
    (first, _), (second, _) = told(world, rep, 0)
    assert first < second
    assert told(world, rep, first) == [(second, own)]
    assert [call_id for _, call_id in told(world, admin, 0, mates)] == [mates]
    assert told(world, rep, 0, mates) == []


def test_progress_is_of_calls_being_worked_on_within_reach(world: World) -> None:
    own = world.call("rep", state=CallState.PROCESSING, progress=0.25)
    world.call("rep", state=CallState.QUEUED)
    world.call("mate", state=CallState.PROCESSING, progress=0.5)
    rep = world.viewer("rep", reach=Reach.OWN)

    async def read() -> list[tuple[UUID, float]]:
        database = Database(world.settings)
        try:
            async with database.read(rep.organisation_id) as session:
                return [(row[0], row[1]) for row in await following.under_way(session, rep, None)]
        finally:
            await database.close()

    assert asyncio.run(read()) == [(own, 0.25)]


def test_what_is_seen_for_everybody_says_whose_it_is(world: World) -> None:
    own, theirs = world.call("rep"), world.call("foreigner", "other", state=CallState.PROCESSING)
    rep, stranger = world.viewer("rep", reach=Reach.OWN), world.viewer("outsider", reach=Reach.OWN)
    touch(world, own)

    async def read() -> tuple[list[tuple[Whose, UUID | None]], list[tuple[Whose, float]]]:
        database = Database(world.settings)
        try:
            async with database.system() as session:
                await runs.claim(session, STAGES[0].lane, "worker", timedelta(seconds=30))
            await asyncio.sleep(following.SETTLED.total_seconds() + 0.2)
            async with database.system_read() as session:
                last = await following.newest_settled(session)
                assert not await following.everywhere(session, last)
                happened = await following.everywhere(session, 0)
                return [(w, e.call_id) for e, w in happened], list(await following.worked_on(session))
        finally:
            await database.close()

    happened, progress = asyncio.run(read())
    assert [call_id for whose, call_id in happened if whose.within(rep)] == [own, own]
    assert not any(whose.within(stranger) for whose, _ in happened)
    assert [(whose.call_id, share) for whose, share in progress] == [(own, 0.0)]
    assert theirs not in {whose.call_id for whose, _ in progress}
