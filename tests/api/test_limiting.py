"""Requests are counted by all web processes together, and by each alone while Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from api.limiting import Limiter, Rate
from core.settings import RedisSettings, Settings, WebSettings
from tests.factories.services import redis_server

LIMIT = 3


def settings(url: str) -> Settings:
    return Settings(redis=RedisSettings(url=SecretStr(url)), web=WebSettings(requests_per_minute=LIMIT))


@asynccontextmanager
async def limiter(url: str) -> AsyncIterator[Limiter]:
    found = Limiter(settings(url))
    try:
        yield found
    finally:
        await found.close()


async def asked(one: Limiter, times: int, who: str) -> list[Rate]:
    return [await one.hit(one.requests, who) for _ in range(times)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redis_server() as found:
        yield found


def test_two_processes_count_together(url: str) -> None:
    async def go() -> tuple[list[Rate], list[Rate]]:
        async with limiter(url) as first, limiter(url) as second:
            return await asked(first, 2, "one caller"), await asked(second, 3, "one caller")

    first, second = asyncio.run(go())
    assert [rate.remaining for rate in first] == [2, 1]
    assert [rate.allowed for rate in second] == [True, False, False]
    assert all(0 < rate.reset_s <= 60 for rate in (*first, *second))


def test_callers_are_counted_apart(url: str) -> None:
    async def go() -> tuple[Rate, ...]:
        async with limiter(url) as one:
            return tuple([(await asked(one, LIMIT, who))[-1] for who in ("you", "me")])

    assert [rate.allowed for rate in asyncio.run(go())] == [True, True]


def test_while_redis_is_away_a_process_counts_alone() -> None:
    async def go(address: str) -> list[Rate]:
        async with limiter(address) as alone:
            return await asked(alone, LIMIT + 1, "somebody")

    for address in ("unix:///nowhere/redis.sock", "redis://127.0.0.1:1/0"):
        rates = asyncio.run(go(address))
        assert [rate.allowed for rate in rates] == [True] * LIMIT + [False]


def test_a_redis_that_goes_away_in_between_is_no_error() -> None:
    async def go() -> list[Rate]:
        with redis_server() as address:
            one = Limiter(settings(address))
            before = await asked(one, 1, "somebody")
        after = await asked(one, LIMIT, "somebody")
        await one.close()
        return before + after

    assert all(rate.allowed for rate in asyncio.run(go()))
