"""How tasks of a worker end when it is told to stop."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_S = 1.0
"""How long a cancelled task may take to end before it is cancelled again."""


def told_to_stop() -> bool:
    """Return whether the task that asks was cancelled, were the cancellation lost on its way too.

    Before Python 3.12 `asyncio.wait_for`, through which redis-py sends, drops one that comes in the moment in
    which it has a result (https://github.com/python/cpython/issues/86296).
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks once and wait until they have ended: for tasks that ask whether they are told to stop."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


async def made_to_end(task: asyncio.Task[Any]) -> None:
    """Cancel a task again and again until it has ended: for code of others, which may lose a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=AGAIN_S)


async def ended(task: asyncio.Task[Any], within_s: float) -> None:
    """Give a task some seconds to end by itself, then cancel it."""
    await asyncio.wait({task}, timeout=within_s)
    await cancelled(task)
