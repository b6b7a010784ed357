from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from prometheus_client import generate_latest
from sqlalchemy import select
from sqlmodel import col

from core.clock import now
from core.settings import Settings
from models.bell import Bell, queue
from models.call import RunState
from models.event import Kind
from models.queries import outbox, runs
from models.queries.events import record
from models.stages import Lane
from models.tables import Call, StageRun, Webhook
from tests.factories.services import installation
from worker.figures import Figures
from worker.reconcile import reconcile


def test_a_stage_whose_worker_is_gone_is_queued_and_rung_for(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act() -> None:
        settings = configured()
        async with installation(settings) as here:
            bell, figures = Bell(settings), Figures()
            await here.hand_in(sample)
            async with here.database.system() as session:
                assert await runs.claim(session, Lane.CPU, "gone", timedelta()) is not None
            await bell.redis.flushall()
            await reconcile(here.database, bell, figures)
            async with here.database.system_read() as session:
                query = select(col(StageRun.lost)).where(col(StageRun.state) == RunState.QUEUED)
                assert (await session.execute(query)).scalars().all() == [1]
            assert await bell.redis.zcard(queue(Lane.CPU)) == 1
            assert await bell.redis.zcard(queue(Lane.GPU)) == 0
            await bell.close()
        shown = generate_latest(figures.registry).decode()
        assert 'debrief_leases_reclaimed_total{lane="cpu"} 1.0' in shown
        assert 'debrief_queue_stages{lane="cpu"} 1.0' in shown
        assert 'debrief_queue_stages{lane="gpu"} 0.0' in shown

    asyncio.run(act())


def test_what_waits_to_be_told_to_webhooks_is_shown(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act() -> None:
        settings = configured()
        async with installation(settings) as here:
            bell, figures = Bell(settings), Figures()
            call_id = await here.hand_in(sample)
            async with here.database.write(here.organisation_id) as session:
                webhook = Webhook(organisation_id=here.organisation_id, url="https://a.example", secret="")
                session.add(webhook)
                call = await session.get_one(Call, call_id)
                record(session, call, Kind.CREATED, at=now() - timedelta(minutes=3))
            await reconcile(here.database, bell, figures)
            before = generate_latest(figures.registry).decode()
            async with here.database.system() as system:
                await outbox.spread(system, now() + timedelta(minutes=1))
            await reconcile(here.database, bell, figures)
            await bell.close()
        after = generate_latest(figures.registry).decode()
        assert "debrief_webhook_deliveries_waiting 0.0" in before
        age = next(line for line in before.splitlines() if line.startswith("debrief_webhook_age_seconds"))
        assert 180 <= float(age.split()[1]) < 300
        assert "debrief_webhook_deliveries_waiting 1.0" in after
        assert "debrief_webhook_age_seconds 0.0" in after

    asyncio.run(act())


def test_a_stage_whose_worker_lives_is_left_to_it(configured: Callable[..., Settings], sample: Path) -> None:
    async def act() -> None:
        settings = configured()
        async with installation(settings) as here:
            bell = Bell(settings)
            await here.hand_in(sample)
            async with here.database.system() as session:
                held = await runs.claim(session, Lane.CPU, "alive", timedelta(seconds=60))
            assert held is not None
            await bell.redis.flushall()
            await reconcile(here.database, bell, Figures())
            assert await bell.redis.zcard(queue(Lane.CPU)) == 0
            async with here.database.system() as session:
                assert await runs.beat(session, held, 0.1, timedelta(seconds=60))
            await bell.close()

    asyncio.run(act())
