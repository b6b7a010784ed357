from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select, update
from sqlmodel import col

from core.clock import now
from core.ids import new_id
from core.settings import Settings
from ingest.store import derived_key, recording_key
from models.call import CallState
from models.delivery import DeliveryState
from models.queries import runs
from models.tables import AccessToken, Call, IdempotencyKey, Recording, Webhook, WebhookDelivery
from tests.factories.services import Installation, installation
from worker.perform import work_folder
from worker.sweep import sweep

S = DeliveryState


async def keys(here: Installation) -> set[str]:
    return {key async for key in here.store.keys_older_than(-60)}


async def put(here: Installation, key: str, path: Path, age_s: float) -> str:
    """Put a file into the store as if it had been written a while ago."""
    await here.store.put_file(key, path)
    then = now().timestamp() - age_s
    os.utime(here.settings.data / "store" / key, (then, then))
    return key


def test_old_files_that_no_row_names_go_and_no_others(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act() -> None:
        async with installation(configured(orphan_s=100)) as here:
            call_id = await here.hand_in(sample)
            fresh = await put(here, recording_key(), sample, 0)
            played = await put(here, derived_key(call_id, "2-playback.m4a"), sample, 200)
            await put(here, derived_key(call_id, "1-playback.m4a"), sample, 200)
            await put(here, derived_key(uuid4(), "1-playback.m4a"), sample, 200)
            await put(here, recording_key(), sample, 200)
            async with here.database.system() as session:
                await session.execute(update(Recording).values(playback_key=played))
                (named,) = (await session.execute(select(col(Recording.key)))).scalars()
            os.utime(here.settings.data / "store" / named, (0, 0))
            await sweep(here.database, here.store, here.settings)
            assert await keys(here) == {named, played, fresh}

    asyncio.run(act())


def test_a_call_past_its_retention_is_erased_with_its_files(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act() -> None:
        async with installation(configured()) as here:
            await here.hand_in(sample, retain_until=now() - timedelta(days=1), customer="Milan")
            await sweep(here.database, here.store, here.settings)
            async with here.database.system_read() as session:
                call = (await session.execute(select(Call))).scalar_one()
            assert call.deleted_at is not None
            assert (call.state, call.customer) == (CallState.CANCELLED, None)
            assert await keys(here) == set()

    asyncio.run(act())


def test_what_has_expired_is_forgotten(configured: Callable[..., Settings]) -> None:
    async def act() -> None:
        async with installation(configured()) as here:
            mine = here.organisation_id
            async with here.database.system() as session:
                for number, age in enumerate((timedelta(hours=1), timedelta(days=30))):
                    key = IdempotencyKey(
                        id=new_id(),
                        organisation_id=mine,
                        principal=mine,
                        key=str(number),
                        request_hash="x",
                        created_at=now() - age,
                    )
                    session.add(key)
            await sweep(here.database, here.store, here.settings)
            async with here.database.system_read() as session:
                left = (await session.execute(select(col(IdempotencyKey.key)))).scalars().all()
                assert (await session.execute(select(AccessToken))).first() is None
            assert left == ["0"]

    asyncio.run(act())


def test_folders_of_calls_that_have_ended_are_cleared(
    configured: Callable[..., Settings], sample: Path
) -> None:
    async def act() -> None:
        async with installation(configured()) as here:
            active = await here.hand_in(sample)
            root = work_folder(here.settings)
            for name in (str(active), str(uuid4())):
                (root / name).mkdir(parents=True)
                (root / name / "canonical.wav").write_bytes(b"x")
            await sweep(here.database, here.store, here.settings)
            assert [path.name for path in root.iterdir()] == [str(active)]
            async with here.database.write(here.organisation_id) as session:
                await runs.cancel(session, active)
            await sweep(here.database, here.store, here.settings)
            assert list(root.iterdir()) == []

    asyncio.run(act())


def test_what_was_sent_to_webhooks_long_ago_is_forgotten(configured: Callable[..., Settings]) -> None:
    async def act() -> None:
        async with installation(configured()) as here:
            async with here.database.write(here.organisation_id) as session:
                webhook = Webhook(organisation_id=here.organisation_id, url="https://a.example", secret="")
                session.add(webhook)
                await session.flush()
                for state, days in ((S.DELIVERED, 29), (S.DELIVERED, 31), (S.DEAD, 31), (S.WAITING, 31)):
                    session.add(_delivery(webhook, state, now() - timedelta(days=days)))
            await sweep(here.database, here.store, here.settings)
            async with here.database.system_read() as system:
                left = (await system.execute(select(col(WebhookDelivery.state)))).scalars().all()
            assert sorted(left) == [S.DELIVERED, S.WAITING]

    asyncio.run(act())


def _delivery(webhook: Webhook, state: DeliveryState, at: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        organisation_id=webhook.organisation_id,
        webhook_id=webhook.id,
        type="call.created",
        body="{}",
        at=at,
        state=state,
        next_at=at,
        created_at=at,
    )
