"""How often somebody may ask: counted in Redis where there is one, else in this process."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from api.problems import Problem
from core.settings import Settings

PATIENCE_S = 2.0
"""How long Redis may take to answer before a process counts alone."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of a limit, and in how many seconds it is whole again."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


class Limiter:
    """Counts requests by caller and tries to sign in by address and person. Make it inside a running loop."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet."""
        self.requests = RateLimitItemPerMinute(settings.web.requests_per_minute)
        self.sign_ins = RateLimitItemPerMinute(settings.web.sign_ins_per_minute)
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        url = settings.redis.url.get_secret_value()
        self._pool = (
            ConnectionPool.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
            if url
            else None
        )
        self._shared = SlidingWindowCounterRateLimiter(_redis(self._pool)) if self._pool else self._here

    async def hit(self, limit: RateLimitItem, *key: str) -> Rate:
        """Return what is left after one more; while Redis is away this process counts alone."""
        try:
            return await _hit(self._shared, limit, key)
        except StorageError as error:
            log.warning("limits.alone", error=type(error.storage_error).__name__)
            return await _hit(self._here, limit, key)

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.aclose()

    async def admit(self, limit: RateLimitItem, *key: str) -> Rate:
        """Return what is left after one more; raises `Problem` 429 where that was too much."""
        rate = await self.hit(limit, *key)
        if not rate.allowed:
            raise too_many(rate)
        return rate


def too_many(rate: Rate) -> Problem:
    """Return that somebody must wait."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_requests",
        f"More than {rate.limit} requests in a minute.",
        f"Wait {rate.reset_s} s.",
        {**rate.headers, "Retry-After": str(rate.reset_s)},
    )


def _redis(pool: ConnectionPool) -> RedisStorage:
    return RedisStorage(
        "async+redis://",
        implementation="redispy",
        wrap_exceptions=True,
        key_prefix="debrief:limits",
        connection_pool=pool,  # type: ignore[arg-type]  # documented, but not in the signature
    )


async def _hit(limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, key: tuple[str, ...]) -> Rate:
    allowed = await limiter.hit(limit, *key)
    window = await limiter.get_window_stats(limit, *key)
    reset_s = max(math.ceil(window.reset_time - time.time()), 1)
    return Rate(allowed, limit.amount, max(window.remaining, 0), reset_s)
