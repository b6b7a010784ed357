"""Calls listed by page, on every database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.settings import Settings
from models.access import Reach
from models.call import CallState, CallType, Direction
from models.db import Database
from models.queries import listing
from models.queries.listing import Filter, Order, Sort
from tests.factories.worlds import BEGAN, World, made

OWNERS = ("rep", "mate", "coach", "outsider", None)


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


async def _fill(world: World, count: int) -> dict[UUID, dict[str, Any]]:
    """Add calls, many of which begin at the same second; return what each is."""
    chance, told = random.Random(3), {}  # noqa: S311 - made-up calls
    async with world.writing() as session:
        for number in range(count):
            known: dict[str, Any] = {
                "started_at": BEGAN + timedelta(hours=chance.randrange(6)),
                "created_at": BEGAN + timedelta(minutes=number),
                "state": chance.choice(list(CallState)),
                "call_type": chance.choice(list(CallType)),
                "direction": chance.choice(list(Direction)),
                "depth": chance.choice([None, 10.0, 55.5, 55.5, 90.0]),
                "duration_s": chance.choice([None, 60.0, 600.0]),
                "spoken_language": chance.choice(["en", "zh", None]),
                "external_id": f"pbx-{number}",
            }
            owner = chance.choice(OWNERS)
            call = await world.add_call(session, owner, **known)
            told[call.id] = {**known, "owner": owner, "rep_id": call.rep_id, "team_id": call.team_id}
    async with world.writing("other") as session:
        await world.add_call(session, "foreigner", "other")
    return told


def pages(world: World, name: str, wanted: Filter, order: Order, limit: int, **viewer: Any) -> list[UUID]:
    """Return the calls of all pages, one after the other."""

    async def read() -> list[UUID]:
        database, found = Database(world.settings), list[UUID]()
        asked = world.viewer(name, **viewer)
        after = None
        try:
            while True:
                async with database.read(asked.organisation_id) as session:
                    rows = await listing.page(session, asked, wanted, order, after, limit)
                found += [row.id for row in rows]
                if len(rows) < limit:
                    return found
                after = listing.place(rows[-1], order)
        finally:
            await database.close()

    return asyncio.run(read())


def everywhere() -> Iterator[Order]:
    return (Order(by, descending=down) for by in Sort for down in (True, False))


VALUE = {
    Sort.STARTED_AT: "started_at",
    Sort.CREATED_AT: "created_at",
    Sort.DURATION: "duration_s",
    Sort.DEPTH: "depth",
}


def test_pages_hold_every_call_once_in_order(world: World) -> None:
    told = asyncio.run(_fill(world, 60))
    for order in everywhere():
        found = pages(world, "admin", Filter(), order, 7, reach=Reach.ALL)
        value = VALUE.get(order.by)
        if value is None:
            assert sorted(found) == sorted(told)
            continue
        having = [call_id for call_id in told if told[call_id][value] is not None]
        expected = sorted(having, key=lambda one: (told[one][value], one), reverse=order.descending)
        assert found == expected, order


def test_a_page_stays_in_place_when_calls_come_in(world: World) -> None:
    asyncio.run(_fill(world, 20))
    order, asked = Order(), world.viewer("admin", reach=Reach.ALL)

    async def read() -> tuple[list[UUID], list[UUID]]:
        database = Database(world.settings)
        try:
            async with database.read(asked.organisation_id) as session:
                first = await listing.page(session, asked, Filter(), order, None, 10)
            async with database.write(asked.organisation_id) as session:
                await world.add_call(session, "rep", started_at=BEGAN + timedelta(days=1))
            async with database.read(asked.organisation_id) as session:
                after = listing.place(first[-1], order)
                second = await listing.page(session, asked, Filter(), order, after, 20)
            return [row.id for row in first], [row.id for row in second]
        finally:
            await database.close()

    first, second = asyncio.run(read())
    assert not set(first) & set(second)
    assert len(first) + len(second) == 20


def test_filters_let_through_what_they_say(world: World) -> None:
    told = asyncio.run(_fill(world, 60))
    rep, sales = world.people["rep"], world.teams["sales"].id
    at = BEGAN + timedelta(hours=2)
    cases: list[tuple[Filter, Any]] = [
        (Filter(states=(CallState.REVIEWED,)), lambda c: c["state"] is CallState.REVIEWED),
        (
            Filter(states=(CallState.FAILED, CallState.QUEUED)),
            lambda c: c["state"] in {CallState.FAILED, CallState.QUEUED},
        ),
        (Filter(rep_id=rep.id), lambda c: c["owner"] == "rep"),
        (Filter(team_ids=(sales,)), lambda c: c["owner"] == "coach"),
        (Filter(team_ids=()), lambda _: False),
        (Filter(call_types=(CallType.DEMO,)), lambda c: c["call_type"] is CallType.DEMO),
        (Filter(direction=Direction.INBOUND), lambda c: c["direction"] is Direction.INBOUND),
        (Filter(started_from=at), lambda c: c["started_at"] >= at),
        (Filter(started_to=at), lambda c: c["started_at"] < at),
        (Filter(external_id="pbx-7"), lambda c: c["external_id"] == "pbx-7"),
        (Filter(language="zh"), lambda c: c["spoken_language"] == "zh"),
        (
            Filter(depth_from=20, depth_to=60),
            lambda c: c["depth"] is not None and 20 <= c["depth"] <= 60,
        ),
        (Filter(updated_since=BEGAN - timedelta(days=1)), lambda _: True),
        (Filter(deleted=True), lambda _: False),
    ]
    for wanted, fits in cases:
        found = pages(world, "admin", wanted, Order(), 50, reach=Reach.ALL)
        assert set(found) == {call_id for call_id, call in told.items() if fits(call)}, wanted


def test_reach_is_kept_on_every_page(world: World) -> None:
    told = asyncio.run(_fill(world, 60))
    within = (world.teams["sales"].id, world.teams["east"].id)
    for name, viewer in (
        ("rep", {"reach": Reach.OWN}),
        ("coach", {"reach": Reach.TEAM, "team_ids": within}),
        ("outsider", {"reach": Reach.TEAM, "team_ids": ()}),
        ("admin", {"reach": Reach.NONE}),
    ):
        found = pages(world, name, Filter(), Order(), 4, **viewer)
        sees = world.viewer(name, **viewer).sees
        assert set(found) == {one for one, call in told.items() if sees(call["rep_id"], call["team_id"])}
