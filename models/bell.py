"""The bell that wakes workers: a queue of arq for each lane, in which every job only says "look".

Whoever hears one takes the most urgent stage from the database. So a ring that is lost costs time and
nothing else, and Redis may be wiped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from core.errors import NotReady
from core.settings import Settings
from models.stages import Lane

LOOK = "look"
"""Name of the job."""
KEPT = timedelta(days=365)
"""How long a ring waits to be heard: arq drops older jobs."""
MOST_RINGS = 200
"""Rings that may wait in one lane; more would wake nobody else."""
CONNECT_S, ANSWER_S = 2.0, 10.0

log = structlog.get_logger()


class Bell:
    """One process's connection to Redis, made when first needed and again whenever it broke."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet; raises `NotReady` where no Redis is named."""
        url = settings.redis.url.get_secret_value()
        if not url:
            raise NotReady("No Redis is named.", "./debrief serve (or set DEBRIEF_REDIS__URL)")
        self.redis: ArqRedis = ArqRedis.from_url(
            url, socket_connect_timeout=CONNECT_S, socket_timeout=ANSWER_S
        )
        self.redis.job_serializer = _serialize
        self.redis.job_deserializer = json.loads
        self.redis.expires_extra_ms = int(KEPT.total_seconds() * 1000)

    async def ring(self, lanes: Iterable[Lane], after: timedelta | None = None) -> None:
        """Wake one worker a lane, now or after a while. A Redis that is away is only logged."""
        for lane in dict.fromkeys(lanes):
            try:
                if await self.redis.zcard(queue(lane)) < MOST_RINGS:
                    await self.redis.enqueue_job(LOOK, _queue_name=queue(lane), _defer_by=after)
            except (RedisError, OSError) as error:
                log.warning("bell.not_rung", lane=lane, error=type(error).__name__)

    async def close(self) -> None:
        """Close the connections."""
        await self.redis.aclose(close_connection_pool=True)


def queue(lane: Lane) -> str:
    """Return the name of a lane's queue in Redis."""
    return f"debrief:{lane}"


def _serialize(job: dict[str, object]) -> bytes:
    """Return a job as JSON, where arq would pickle it; what JSON does not know becomes text."""
    return json.dumps(job, default=str).encode()
