"""Events and progress within reach, on every database."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import pytest

from core.settings import Settings
from models.access import Reach, Viewer
from models.call import CallState
from models.db import Database
from models.queries import following
from models.queries.events import Kind, record
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
