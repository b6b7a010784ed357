"""Webhooks, by every role: models/access.py says what happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from core.addresses import Address, Guard
from models.access import RULES, Permission
from tests.api.conftest import Running
from tests.api.test_access import ROLES, SENT, ask, demanding, ids
from tests.api.test_access_records import judge
from tests.factories.sites import LOOPBACK


@pytest.fixture(scope="module")
def there(there: Running) -> Running:
    """Return an application that takes every name for this machine, where nobody listens."""

    async def resolve(_host: str, _port: int) -> Sequence[Address]:
        return [LOOPBACK]

    allowed = Guard(schemes=frozenset({"https"}), public=lambda _address: True, resolve=resolve)
    there.app.state.service = replace(there.app.state.service, receivers=allowed)
    return there


def made(client: TestClient) -> dict[str, str]:
    """Return the keys of a new endpoint, and of a delivery to it that could not go anywhere."""
    webhook_id = client.post("/v1/webhooks", **SENT["POST /v1/webhooks"]).json()["id"]
    delivery_id = client.post(f"/v1/webhooks/{webhook_id}/test").json()["id"]
    return {"webhook_id": webhook_id, "delivery_id": delivery_id}


@pytest.mark.parametrize(("method", "path", "permission"), demanding("{webhook_id}"), ids=ids)
def test_webhooks_are_the_organisations(
    there: Running, method: str, path: str, permission: Permission
) -> None:
    theirs, ours = made(there.signed("foreigner")), made(there.signed("admin"))
    for name in ROLES:  # of whom the last alone may do anything with them
        client, reach = there.signed(name), RULES[permission].reach(there.world.people[name].role)
        absent = ask(client, method, path, webhook_id=str(uuid4()), delivery_id=str(uuid4()))
        judge(reach, ask(client, method, path, **theirs), absent, seen=False)
        mixed = {**ours, "delivery_id": theirs["delivery_id"]}
        if "delivery_id" in path:
            judge(reach, ask(client, method, path, **mixed), absent, seen=False)
        judge(reach, ask(client, method, path, **ours), absent, seen=True)
