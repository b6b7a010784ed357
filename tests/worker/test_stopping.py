from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from typing_extensions import override

from core.settings import WorkerSettings
from worker.heart import Heart
from worker.stopping import cancelled, ended, made_to_end, told_to_stop


@dataclass
class Deaf:
    """Work that loses some cancellations, as `asyncio.wait_for` does at times."""

    loses: int
    heard: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        while True:
            try:
                self.begun.set()
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                self.heard += 1
                if self.heard > self.loses:
                    raise


def test_a_task_whose_cancellation_was_lost_knows_that_it_was_told_to_stop() -> None:
    async def act() -> list[bool]:
        told: list[bool] = []

        async def work() -> None:
            told.append(told_to_stop())
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told.append(told_to_stop())

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        await cancelled(task)
        return told

    assert asyncio.run(act()) == [False, True]


def test_code_that_loses_cancellations_is_made_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.stopping.AGAIN_S", 0.01)

    async def act() -> int:
        deaf = Deaf(loses=3)
        task = asyncio.create_task(deaf.work())
        await deaf.begun.wait()
        await made_to_end(task)
        assert task.cancelled()
        return deaf.heard

    assert asyncio.run(act()) == 4


@pytest.mark.parametrize(("takes_s", "cut_short"), [(0.01, False), (60.0, True)])
def test_a_task_may_end_by_itself_for_a_while(takes_s: float, cut_short: bool) -> None:  # noqa: FBT001
    async def act() -> bool:
        task = asyncio.create_task(asyncio.sleep(takes_s))
        await ended(task, 0.1)
        return task.cancelled()

    assert asyncio.run(act()) is cut_short


class Beating(Heart):
    """A heart that beats into the void."""

    def __init__(self) -> None:
        super().__init__(None, None, WorkerSettings(heartbeat_s=0.5))  # type: ignore[arg-type]

    @override
    async def _tell(self) -> bool:
        async with self._telling:
            return True


@pytest.mark.parametrize("ticks", range(12))
def test_a_heart_stops_whenever_the_last_progress_came(ticks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.heart.SHORTEST_S", 0.0)

    async def act() -> None:
        async with asyncio.timeout(5):
            async with Beating() as heart:
                await asyncio.sleep(0.05)
                heart.progress(1.0)
                await turns(ticks)

    asyncio.run(act())


async def turns(count: int) -> None:
    """Let the event loop go round."""
    for _ in range(count):
        await asyncio.sleep(0)
