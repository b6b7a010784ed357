"""The worker process: it hears the bell of its lane, does what the database has, and stops when told to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from arq.worker import Worker as Ears
from arq.worker import func
from opentelemetry.sdk.trace import TracerProvider
from redis.exceptions import RedisError

from core import telemetry
from core.errors import DebriefError
from core.settings import Settings
from core.telemetry import StageSpans
from core.traces import trace
from ingest.store import open_store
from models import migrate
from models.bell import LOOK, Bell, queue
from models.db import Database
from models.outage import ERRORS
from models.stages import Lane
from worker.feeds import keep_feeds
from worker.figures import Figures
from worker.lane import Child
from worker.patience import patiently
from worker.perform import Tools, Worker
from worker.policy import approve
from worker.reconcile import reconcile
from worker.records import keep_records
from worker.sender import Sender
from worker.stopping import cancelled, made_to_end, told_to_stop
from worker.sweep import sweep

LONGEST_LOOK_S = 24 * 3600.0
"""Most seconds of one job; stages have bounds of their own, but arq wants a finite one."""
HEARD_FOR_S = 60.0
"""How long a ring stays one worker's. arq would make it as long as the longest job: the rings of workers that
were killed would stand in front of the others all that time. Heard twice, a ring does no harm."""
POLL_S = 0.1
AWAY_S = 3.0
"""Pause between two looks, without a bell, while Redis is away."""
POLICY_S = 30.0
"""Pause between two looks at what the policies of organisations let pass."""
FIRST_SWEEP_S, SWEEP_S = 60.0, 3600.0
SCHEMA_S = 2.0

log = structlog.get_logger()


async def run(settings: Settings, lane: Lane) -> None:
    """Work in a lane until SIGTERM or SIGINT; what is under way then is handed back."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    provider = telemetry.provider(settings.trace, f"worker-{lane}")
    tools = _tools(settings, lane, provider)
    tools.figures.serve(settings.worker)
    tasks = {asyncio.create_task(duty) for duty in _duties(tools, lane)}
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        log.info("worker.stops")
        await cancelled(*tasks, stopped)
        await _closed(tools)
        if provider is not None:
            await asyncio.to_thread(provider.shutdown)
    for task in tasks:
        if not task.cancelled():
            task.result()


def _tools(settings: Settings, lane: Lane, provider: TracerProvider | None) -> Tools:
    settings.data.mkdir(parents=True, exist_ok=True)
    return Tools(
        settings=settings,
        database=Database(settings),
        store=open_store(settings),
        bell=Bell(settings),
        child=Child(settings),
        figures=Figures(),
        spans=StageSpans(provider),
        name=f"{socket.gethostname()}:{os.getpid()}:{lane}",
    )


def _duties(tools: Tools, lane: Lane) -> tuple[Any, ...]:
    """Return all that a worker process does at the same time."""
    database, settings = tools.database, tools.settings.worker
    return (
        _serve(Worker(lane, tools), lane, tools),
        _repeated(
            partial(reconcile, database, tools.bell, tools.figures), settings.reconcile_s, 0.0, "reconcile"
        ),
        _repeated(partial(keep_records, database), settings.records_s, 0.0, "records"),
        _repeated(partial(keep_feeds, database), settings.feeds_s, 0.0, "feeds"),
        _repeated(partial(approve, database), POLICY_S, POLICY_S, "policy"),
        Sender(database, tools.settings.webhooks, tools.figures).run(),
        _repeated(partial(sweep, database, tools.store, tools.settings), SWEEP_S, FIRST_SWEEP_S, "sweep"),
    )


async def _serve(worker: Worker, lane: Lane, tools: Tools) -> None:
    """Do the work of a lane: by the bell, and while Redis is away by looking now and then."""
    await _schema(tools.database)
    log.info("worker.ready")
    while not told_to_stop():
        try:
            await _hear(worker, lane, tools.bell)
        except (RedisError, OSError) as error:
            log.warning("bell.away", error=type(error).__name__)
        if not await worker.look():
            await asyncio.sleep(AWAY_S)


async def _schema(database: Database) -> None:
    """Wait until the database has the tables of this version."""
    while True:
        has, needs = await patiently(partial(migrate.current, database))
        if has == needs:
            return
        log.warning("database.has_other_schema", has=has, needs=needs)
        await asyncio.sleep(SCHEMA_S)


async def _hear(worker: Worker, lane: Lane, bell: Bell) -> None:
    """Look whenever the bell rings; raises where Redis goes away, the stage under way done first."""

    async def look(ctx: dict[Any, Any], *_args: Any, **_named: Any) -> None:
        del ctx
        until = asyncio.get_running_loop().time() + LONGEST_LOOK_S / 2
        while not told_to_stop() and await worker.look() and asyncio.get_running_loop().time() < until:
            pass

    ears = Ears(
        (func(look, name=LOOK, timeout=LONGEST_LOOK_S),),
        queue_name=queue(lane),
        redis_pool=bell.redis,
        handle_signals=False,
        max_jobs=1,
        keep_result=0,
        max_tries=1_000_000,
        poll_delay=POLL_S,
        health_check_interval=15,
        job_serializer=bell.redis.job_serializer,
        job_deserializer=bell.redis.job_deserializer,
        expires_extra_ms=bell.redis.expires_extra_ms,
        log_results=False,
    )
    ears.in_progress_timeout_s = HEARD_FOR_S
    hearing = asyncio.create_task(ears.async_run())
    try:
        await asyncio.wait({hearing})
        await asyncio.gather(*ears.tasks.values(), return_exceptions=True)
        hearing.result()
    finally:
        ears.allow_pick_jobs = False
        await cancelled(*ears.tasks.values())
        await made_to_end(hearing)


async def _repeated(act: Callable[[], Awaitable[None]], every_s: float, first_s: float, name: str) -> None:
    """Do something over and over, each process at another time; what fails now may work the next time."""
    await asyncio.sleep(first_s)
    while not told_to_stop():
        try:
            await act()
        except (DebriefError, *ERRORS) as error:
            log.warning("duty.failed", duty=name, error=trace(error))
        await asyncio.sleep(every_s * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


async def _closed(tools: Tools) -> None:
    """Close everything that is open."""
    await tools.child.close()
    with contextlib.suppress(RedisError, OSError):
        await tools.bell.close()
    await tools.database.close()
