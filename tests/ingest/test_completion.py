from __future__ import annotations

import asyncio
import time

import pytest

from ingest.completion import in_thread, to_completion


def test_the_result_and_the_error_come_back() -> None:
    assert asyncio.run(in_thread(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_thread(divmod, 7, 0))


@pytest.mark.parametrize("fails", [False, True])
def test_a_cancelled_task_ends_after_its_thread(*, fails: bool) -> None:
    ended: list[bool] = []

    def work() -> None:
        time.sleep(0.1)
        ended.append(True)
        if fails:
            raise OSError

    async def body() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.sleep(0.01)
        for _ in range(3):  # as often as somebody asks
            task.cancel()
            await asyncio.sleep(0.01)
        assert ended == []
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == [True]

    asyncio.run(body())


def test_work_that_cancels_itself_is_cancelled() -> None:
    async def gives_up() -> None:
        raise asyncio.CancelledError

    async def body() -> None:
        with pytest.raises(asyncio.CancelledError):
            await to_completion(gives_up())

    asyncio.run(body())
