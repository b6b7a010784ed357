from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from worker.patience import patiently


class Away:
    """Something that fails a number of times, then gives an answer."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error = error
        self.left = times

    async def __call__(self) -> str:
        self.left -= 1
        if self.left >= 0:
            raise self.error
        return "answer"


def test_a_database_that_is_away_is_asked_again() -> None:
    assert asyncio.run(patiently(Away(ConnectionRefusedError(), 3))) == "answer"


def test_an_error_of_the_statement_is_raised_at_once() -> None:
    away = Away(IntegrityError("INSERT", {}, ValueError("unique")), 1)
    with pytest.raises(IntegrityError):
        asyncio.run(patiently(away))
    assert away.left == 0


def test_waiting_can_be_cancelled() -> None:
    async def act() -> None:
        waiting = asyncio.create_task(patiently(Away(ConnectionRefusedError(), 1000)))
        await asyncio.sleep(0.3)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()

    asyncio.run(act())
