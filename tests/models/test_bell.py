from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

from core.errors import NotReady
from core.settings import RedisSettings, Settings
from models.bell import MOST_RINGS, Bell, queue
from models.stages import Lane
from tests.factories.services import redis_server


def with_redis(url: str) -> Settings:
    return Settings(redis=RedisSettings(url=SecretStr(url)))


def test_a_ring_is_one_job_of_the_lane_in_json() -> None:
    async def act(url: str) -> None:
        bell = Bell(with_redis(url))
        await bell.ring([Lane.CPU, Lane.CPU])
        (name,) = await bell.redis.zrange(queue(Lane.CPU), 0, -1)
        job = json.loads(await bell.redis.get(f"arq:job:{name.decode()}"))
        assert job["f"] == "look"
        assert await bell.redis.zcard(queue(Lane.GPU)) == 0
        await bell.close()

    with redis_server() as url:
        asyncio.run(act(url))


def test_a_ring_for_later_is_due_later() -> None:
    async def act(url: str) -> None:
        bell = Bell(with_redis(url))
        await bell.ring([Lane.GPU])
        await bell.ring([Lane.GPU], timedelta(minutes=5))
        (_, first), (_, second) = await bell.redis.zrange(queue(Lane.GPU), 0, -1, withscores=True)
        assert second - first == pytest.approx(300_000, abs=5_000)
        await bell.close()

    with redis_server() as url:
        asyncio.run(act(url))


def test_rings_do_not_pile_up_without_end() -> None:
    async def act(url: str) -> None:
        bell = Bell(with_redis(url))
        for _ in range(MOST_RINGS + 10):
            await bell.ring([Lane.CPU])
        assert await bell.redis.zcard(queue(Lane.CPU)) == MOST_RINGS
        await bell.close()

    with redis_server() as url:
        asyncio.run(act(url))


def test_a_redis_that_is_away_is_no_error() -> None:
    async def act() -> None:
        bell = Bell(with_redis("redis://127.0.0.1:1/0"))
        await bell.ring(Lane)
        await bell.close()

    asyncio.run(act())


def test_without_a_redis_there_is_no_bell() -> None:
    with pytest.raises(NotReady, match="DEBRIEF_REDIS__URL"):
        Bell(Settings())
