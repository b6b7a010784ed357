"""Versions of what people put right: added, listed, gone back to, and the review that edits start from."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
import zstandard
from sqlalchemy import select

from core.clock import now
from core.settings import Settings
from models.access import Reach, Viewer
from models.correction import NOTHING, Merge, PutRight, Reassign, Reword
from models.queries import corrections, reviews
from models.tables import Call, Correction, Event, SpeakerRow, TrailRow
from models.trail import Action
from models.transcript import Role
from tests.factories.reviews import sales_call
from tests.factories.worlds import World, made

FIRST = NOTHING.telling({"S1": Role.CUSTOMER}, {"S2": "Milan"})
SECOND = FIRST.editing((Merge("S2", "S1"),))
THIRD = SECOND.editing((Reword("S1", 1.0, 2.0, "hello", before="hallo"),))


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def seer(world: World, name: str, **known: Any) -> Viewer:
    viewer: Viewer = world.viewer(name, reach=Reach.ALL, **known)
    return viewer


async def add(world: World, call_id: UUID, after: PutRight, name: str = "coach") -> bool:
    async with world.writing() as session:
        call = await session.get_one(Call, call_id)
        return await corrections.add(session, call, after, seer(world, name), now())


async def rows(world: World, table: type[Any]) -> list[Any]:
    async with world.writing() as session:
        return list((await session.execute(select(table))).scalars())


def test_each_version_is_kept_and_the_newest_is_in_force(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def act() -> None:
        assert await add(world, call_id, FIRST)
        assert await add(world, call_id, SECOND, "manager")
        assert not await add(world, call_id, SECOND)
        async with world.writing() as session:
            assert await corrections.newest(session, call_id) == (2, SECOND)
            assert await corrections.version(session, call_id, 0) == NOTHING
            assert await corrections.version(session, call_id, 1) == FIRST
            assert await corrections.version(session, call_id, 3) is None
            history = await corrections.history(session, call_id, None, 10)
            assert [(row.version, name) for row, name in history] == [(2, "Manager"), (1, "Coach")]
            before = await corrections.history(session, call_id, 2, 10)
            assert [row.version for row, _ in before] == [1]

    asyncio.run(act())


def test_names_are_shown_at_once_and_need_nothing_done_again(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def names() -> dict[str, str | None]:
        return {row.label: row.name for row in await rows(world, SpeakerRow)}

    async def act() -> None:
        assert not await add(world, call_id, NOTHING.telling({}, {"S1": "Ana", "S2": "Milan"}))
        assert await names() == {"S1": "Ana", "S2": "Milan"}
        assert not await add(world, call_id, NOTHING.restored(0))
        assert await names() == {"S1": None, "S2": None}

    asyncio.run(act())


def test_the_trail_tells_what_was_put_right_without_a_word_of_it(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def act() -> None:
        for after in (FIRST, THIRD, FIRST.restored(1)):
            await add(world, call_id, after)
        told = sorted(await rows(world, TrailRow), key=lambda row: row.number)
        assert {(row.action, row.subject) for row in told} == {(Action.CALL_CORRECTED, f"call:{call_id}")}
        assert [row.details for row in told] == [
            {"version": 1, "changes": {"roles": 1, "names": 1}},
            {"version": 2, "changes": {"names": 1, "merge": 1, "text": 1}},
            {"version": 3, "changes": {"names": 1, "taken_back": 2}, "restores": 1},
        ]
        assert {row.principal_id for row in told} == {world.people["coach"].id}
        assert [e.kind for e in await rows(world, Event)].count("call.corrected") == 3

    asyncio.run(act())


def test_a_program_puts_right_in_nobodys_name(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def act() -> None:
        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            await corrections.add(session, call, FIRST, seer(world, "admin", user_id=None), now())
        assert [row.user_id for row in await rows(world, Correction)] == [None]

    asyncio.run(act())


def test_edits_start_from_the_newest_review_that_holds_only_the_first_of_them(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def based(after: PutRight) -> tuple[bytes, int] | None:
        async with world.writing() as session:
            return await corrections.base(session, call_id, after.edits)

    async def keep(version: int, correction: int) -> None:
        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            document = zstandard.ZstdCompressor().compress(f"review {version}".encode())
            reviews.keep(session, call, version, document, now(), correction)

    async def act() -> None:
        await add(world, call_id, SECOND)
        await add(world, call_id, THIRD)
        await keep(2, 1)
        assert await based(SECOND) == (b"review 2", 1)
        assert await based(THIRD) == (b"review 2", 1)
        found = await based(FIRST)
        assert found is not None
        assert found[0].startswith(b"{")
        await keep(3, 2)
        assert await based(THIRD) == (b"review 3", 2)
        assert await based(SECOND) == (b"review 2", 1)
        other = FIRST.editing((Reassign("S1", 1, 2, "S3"),))
        found = await based(other)
        assert found is not None
        assert found[1] == 0

    asyncio.run(act())


def test_there_is_nothing_to_start_from_before_a_review(world: World) -> None:
    call_id = world.call("rep")

    async def act() -> None:
        async with world.writing() as session:
            assert await corrections.base(session, call_id, ()) is None

    asyncio.run(act())
