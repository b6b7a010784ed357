"""What the database is asked, asked again while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from core.traces import trace
from models.outage import ERRORS, passing

T = TypeVar("T")
FIRST_S, LONGEST_S = 0.1, 5.0
"""Pause after the first failure, and the longest that doubling makes of it."""

log = structlog.get_logger()


async def patiently(act: Callable[[], Awaitable[T]]) -> T:
    """Return what `act` returns; where the database is away or full, try again until it is not.

    Safe for whatever the database itself fences: what was committed although the answer got lost is found
    done the second time. Raises every other error.
    """
    pause = FIRST_S
    while True:
        try:
            return await act()
        except ERRORS as error:
            if not passing(error):
                raise
            log.warning("database.away", error=trace(error), again_in_s=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_S)
