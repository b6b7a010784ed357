"""Requests that may be sent again, and secrets whose time is over, on every database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.settings import Settings
from models.db import Database, Session
from models.queries import callers, idempotency
from models.secrets import hashed
from models.tables import IdempotencyKey, SignIn
from tests.factories.worlds import World, cookie, made

T = TypeVar("T")
PRINCIPAL = uuid4()


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def within(world: World, work: Callable[[Session], Awaitable[T]]) -> T:
    async def run() -> T:
        async with world.writing() as session:
            return await work(session)

    return asyncio.run(run())


def begun(world: World, at: timedelta = timedelta()) -> UUID:
    async def work(session: Session) -> UUID:
        return idempotency.begin(session, PRINCIPAL, "k", now() + at)

    return within(world, work)


def found(world: World) -> IdempotencyKey | None:
    return within(world, lambda session: idempotency.find(session, PRINCIPAL, "k"))


def test_of_two_at_once_one_begins(world: World) -> None:
    begun(world)
    with pytest.raises(IntegrityError):
        begun(world)


def test_a_finished_request_keeps_its_answer_and_a_failed_one_nothing(world: World) -> None:
    token = begun(world)
    within(world, lambda session: idempotency.give_up(session, token))
    assert found(world) is None
    token = begun(world)
    within(world, lambda session: idempotency.finish(session, token, "hash", 202, "{}"))
    within(world, lambda session: idempotency.give_up(session, token))
    kept = found(world)
    assert kept is not None
    assert (kept.status, kept.body, kept.request_hash) == (202, "{}", "hash")


def test_one_of_two_takes_the_place_of_a_dead_request(world: World) -> None:
    begun(world, -2 * idempotency.ABANDONED)
    dead = found(world)
    assert dead is not None
    assert within(world, lambda session: idempotency.take_over(session, dead, now()))
    assert not within(world, lambda session: idempotency.take_over(session, dead, now()))


def test_what_has_expired_is_swept_away(world: World) -> None:
    token = begun(world, -2 * callers.IDEMPOTENCY_KEPT)

    async def sweep() -> tuple[set[str], list[UUID]]:
        database = Database(world.settings)
        try:
            async with database.system() as session:
                old = (await session.execute(select(SignIn))).scalars().first()
                assert old is not None
                old.expires_at = now() - timedelta(seconds=1)
                await session.flush()
                await callers.sweep(session, now())
            async with database.system_read() as session:
                signed = (await session.execute(select(SignIn))).scalars()
                keys = (await session.execute(select(IdempotencyKey))).scalars()
                return {one.secret_hash for one in signed}, [one.id for one in keys]
        finally:
            await database.close()

    signed, keys = asyncio.run(sweep())
    assert len(signed) == len(world.people) - 1
    assert hashed(cookie("admin")) in signed
    assert token not in keys
