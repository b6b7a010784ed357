"""What was sent to webhooks and what is on its way: looked at, tried out, sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api import cursors
from api.auth import ServiceDep, WebhookManager
from api.problems import not_found
from api.routes.paging import cut
from api.routes.routers import CONFLICT, MISSING, guarded
from api.routes.webhooks import present
from api.schemas.webhooks import (
    DeliveryDetail,
    DeliveryList,
    DeliveryPage,
    DeliveryShape,
    Replay,
    ReplayedShape,
)
from core.standard_webhooks import Message, send
from models.db import ReadSession, database_time
from models.queries import deliveries, delivery_log, webhooks
from models.queries.delivery_log import Wanted
from models.tables import WebhookDelivery

LEFT_S = 60.0
"""How much longer than an attempt may take a test stays this process's: then a worker sends it."""

router = guarded("webhooks", "/v1/webhooks/{webhook_id}")


@router.post("/test", responses=MISSING)
async def try_webhook(webhook_id: UUID, viewer: WebhookManager, service: ServiceDep) -> DeliveryDetail:
    """Send `webhook.test` to an endpoint at once, also to one that is disabled, and return what came of it.

    It is not tried again, and says nothing of the endpoint: it neither enables nor disables it.
    """
    timeout_s = service.settings.webhooks.timeout_s
    async with service.database.write(viewer.organisation_id) as session:
        row = await present(session, webhook_id)
        claimed = await deliveries.begin_test(session, row, timedelta(seconds=timeout_s + LEFT_S))
    message = Message(str(claimed.delivery_id), claimed.body.encode())
    answer = await send(claimed.url, message, claimed.secrets, service.receivers, timeout_s)
    async with service.database.write(viewer.organisation_id) as session:
        await deliveries.end_test(session, claimed, answer)
        return await _detail(session, await _present(session, webhook_id, claimed.delivery_id))


@router.post("/replay", responses={**MISSING, **CONFLICT})
async def replay_deliveries(
    webhook_id: UUID, given: Replay, viewer: WebhookManager, service: ServiceDep
) -> ReplayedShape:
    """Send again, under their ids, deliveries that are dead or held, of what happened since a time."""
    async with service.database.write(viewer.organisation_id) as session:
        row, at = await present(session, webhook_id, lock=True), await database_time(session)
        states = frozenset(given.states)
        count = await webhooks.replay(session, row, given.since, states, viewer.principal_id, at)
    return ReplayedShape(deliveries=count)


@router.get("/deliveries", responses=MISSING)
async def list_deliveries(
    webhook_id: UUID, viewer: WebhookManager, service: ServiceDep, wanted: Annotated[DeliveryList, Query()]
) -> DeliveryPage:
    """Return what was sent to an endpoint and what is on its way, the newest first."""
    asked, before = Wanted(wanted.state, wanted.type), cursors.key(wanted.cursor)
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, webhook_id)
        found = await delivery_log.page(session, webhook_id, asked, before, wanted.limit + 1)
    rows, more = cut(found, wanted.limit)
    return DeliveryPage(
        items=[DeliveryShape.of(row) for row in rows],
        next=cursors.of_key(rows[-1].id) if more else None,
    )


@router.get("/deliveries/{delivery_id}", responses=MISSING)
async def get_delivery(
    webhook_id: UUID, delivery_id: UUID, viewer: WebhookManager, service: ServiceDep
) -> DeliveryDetail:
    """Return a delivery with the message as it is sent, and every attempt."""
    async with service.database.read(viewer.organisation_id) as session:
        return await _detail(session, await _present(session, webhook_id, delivery_id))


@router.post("/deliveries/{delivery_id}/replay", responses={**MISSING, **CONFLICT})
async def replay_delivery(
    webhook_id: UUID, delivery_id: UUID, viewer: WebhookManager, service: ServiceDep
) -> DeliveryDetail:
    """Send a delivery again under its id, at once: one that failed, is held, waits or arrived."""
    async with service.database.write(viewer.organisation_id) as session:
        webhook, at = await present(session, webhook_id, lock=True), await database_time(session)
        row = await _present(session, webhook_id, delivery_id, lock=True)
        webhooks.replay_one(session, webhook, row, viewer.principal_id, at)
        return await _detail(session, row)


async def _present(
    session: ReadSession, webhook_id: UUID, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery:
    row = await delivery_log.find(session, webhook_id, delivery_id, lock=lock)
    if row is None:
        raise not_found()
    return row


async def _detail(session: ReadSession, row: WebhookDelivery) -> DeliveryDetail:
    return DeliveryDetail.with_attempts(row, await delivery_log.attempts(session, row.id))
