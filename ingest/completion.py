"""Work that a cancelled task still brings to its end: what runs in a thread cannot be called back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def to_completion(work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; when cancelled meanwhile, wait for its end and then be cancelled."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it as lost
        raise


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a blocking function returns, run in a thread; it has ended when this ends."""
    return await to_completion(asyncio.to_thread(function, *args, **kwargs))
