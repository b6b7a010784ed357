"""Webhooks: endpoints of other systems that are told what happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from api import cursors
from api.auth import ServiceDep, WebhookManager
from api.problems import not_found
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import MISSING, guarded
from api.schemas.webhooks import (
    NewWebhook,
    Rotation,
    SecretShape,
    TypeShape,
    WebhookChange,
    WebhookKey,
    WebhookPage,
    WebhookShape,
)
from core.standard_webhooks import check
from models import webhook as messages
from models.db import ReadSession, Session, database_time
from models.queries import delivery_log, webhooks
from models.tables import Webhook
from models.webhook import Disabled

router = guarded("webhooks", "/v1")


@router.get("/webhook-types")
async def list_types(viewer: WebhookManager) -> list[TypeShape]:
    """Return every type of message, with an example and the JSON Schema of its body."""
    del viewer
    return [
        TypeShape(type=one.name, says=one.says, example=messages.example(one), body=messages.schema(one))
        for one in messages.TYPES
    ]


@router.get("/webhooks")
async def list_webhooks(
    viewer: WebhookManager, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> WebhookPage:
    """Return the endpoints, the oldest first."""
    async with service.database.read(viewer.organisation_id) as session:
        rows, more = cut(await webhooks.page(session, cursors.key(cursor), limit + 1), limit)
        counts = await delivery_log.undelivered(session, [row.id for row in rows])
    return WebhookPage(
        items=[WebhookShape.of(row, counts) for row in rows],
        next=cursors.of_key(rows[-1].id) if more else None,
    )


@router.post("/webhooks", status_code=HTTPStatus.CREATED)
async def add_webhook(given: NewWebhook, viewer: WebhookManager, service: ServiceDep) -> WebhookKey:
    """Add an endpoint; it is told of what happens from now on. The answer holds its secret."""
    await check(given.url, service.receivers)
    async with service.database.write(viewer.organisation_id) as session:
        at = await database_time(session)
        row = await webhooks.add(session, given.model_dump(), viewer.principal_id, at)
    return WebhookKey(**WebhookShape.of(row, {}).model_dump(), secret=row.secret)


@router.get("/webhooks/{webhook_id}", responses=MISSING)
async def get_webhook(webhook_id: UUID, viewer: WebhookManager, service: ServiceDep) -> WebhookShape:
    """Return an endpoint, and how much waits for it or failed."""
    async with service.database.read(viewer.organisation_id) as session:
        return await _shape(session, await present(session, webhook_id))


@router.patch("/webhooks/{webhook_id}", responses=MISSING)
async def change_webhook(
    webhook_id: UUID, given: WebhookChange, viewer: WebhookManager, service: ServiceDep
) -> WebhookShape:
    """Change where an endpoint is and what it is told of, disable it or enable it again.

    What waits goes to the new address. What happened while it was disabled is held: replay sends it.
    """
    values = given.given
    if "url" in values:
        await check(given.url, service.receivers)
    active = values.pop("active", None)
    async with service.database.write(viewer.organisation_id) as session:
        row, at = await present(session, webhook_id, lock=True), await database_time(session)
        webhooks.change(session, row, values, viewer.principal_id, at)
        if active is not None and active is not row.active:
            await _switch(session, row, viewer.principal_id, at)
        return await _shape(session, row)


@router.delete("/webhooks/{webhook_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_webhook(webhook_id: UUID, viewer: WebhookManager, service: ServiceDep) -> None:
    """Remove an endpoint with the log of its deliveries; what waits is not sent."""
    async with service.database.write(viewer.organisation_id) as session:
        await webhooks.remove(session, await present(session, webhook_id, lock=True), viewer.principal_id)


@router.get("/webhooks/{webhook_id}/secret", responses=MISSING)
async def get_secret(webhook_id: UUID, viewer: WebhookManager, service: ServiceDep) -> SecretShape:
    """Return the secret in force. That it was looked at is in the audit trail."""
    async with service.database.write(viewer.organisation_id) as session:
        row = await present(session, webhook_id)
        webhooks.tell(session, row, viewer.principal_id, "secret shown")
        return _secret(row, await database_time(session))


@router.post("/webhooks/{webhook_id}/rotate", responses=MISSING)
async def rotate_secret(
    webhook_id: UUID, given: Rotation, viewer: WebhookManager, service: ServiceDep
) -> SecretShape:
    """Give an endpoint a new secret; the one until now signs beside it for a while."""
    async with service.database.write(viewer.organisation_id) as session:
        row, at = await present(session, webhook_id, lock=True), await database_time(session)
        webhooks.rotate(session, row, timedelta(seconds=given.keep_old_s), viewer.principal_id, at)
        return _secret(row, at)


async def present(session: ReadSession, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """Return an endpoint; raises `Problem` 404 where there is none."""
    row = await webhooks.find(session, webhook_id, lock=lock)
    if row is None:
        raise not_found()
    return row


async def _switch(session: Session, row: Webhook, by: UUID, at: datetime) -> None:
    if row.active:
        await webhooks.disable(session, row, Disabled.BY_HAND, by, at)
    else:
        webhooks.enable(session, row, by, at)


async def _shape(session: ReadSession, row: Webhook) -> WebhookShape:
    return WebhookShape.of(row, await delivery_log.undelivered(session, [row.id]))


def _secret(row: Webhook, at: datetime) -> SecretShape:
    return SecretShape(secret=row.secret, old_until=webhooks.old_until(row, at))
