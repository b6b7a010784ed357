"""When calls will be finished, worked out at most every few seconds for everybody."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from core.clock import now
from models.db import Database
from models.estimate import Pace, finishes
from models.queries import pace

QUEUE_S, PACE_S = 2.0, 30.0
"""How long the queue and the pace are taken to be what they were."""
NEW_S = 0.2
"""How long, where a call is asked for that came in since."""


class Estimates:
    """Keeps the last answer for a moment."""

    def __init__(self, database: Database) -> None:
        """Take the database; nothing is read before somebody asks."""
        self._database = database
        self._pace: Pace | None = None
        self._finishes: Mapping[UUID, datetime] = {}
        self._pace_read = self._queue_read = -PACE_S

    async def finishes(self, wanted: Iterable[UUID]) -> Mapping[UUID, datetime]:
        """Return when calls under way or waiting are likely to be reviewed, the wanted ones among them."""
        at = time.monotonic()
        known = all(call_id in self._finishes for call_id in wanted)
        if at - self._queue_read < (QUEUE_S if known else NEW_S):
            return self._finishes
        self._queue_read = at
        async with self._database.system_read() as session:
            if self._pace is None or at - self._pace_read >= PACE_S:
                self._pace, self._pace_read = await pace.recent(session), at
            queue = await pace.queue(session)
        self._finishes = finishes(queue, self._pace, now())
        return self._finishes
