"""Whether the service lives and can work."""

from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from api.app import create_app
from core.settings import RedisSettings, Settings
from models.access import Scope
from models.db import Database
from tests.api.conftest import Signed
from tests.factories.worlds import World


def test_alive_and_ready(anybody: TestClient) -> None:
    assert anybody.get("/v1/health").json() == {"alive": True}
    answer = anybody.get("/v1/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": None, "redis": None, "store": None}


def test_without_redis_recordings_are_still_taken(home: Settings) -> None:
    settings = home.model_copy(update={"redis": RedisSettings(url=SecretStr("redis://127.0.0.1:1/0"))})
    with TestClient(create_app(settings)) as client:
        answer = client.get("/v1/ready")
        assert (answer.status_code, answer.json()["redis"]) == (200, "It does not answer.")


def test_a_database_of_another_version_is_not_ready(anybody: TestClient, world: World) -> None:
    async def forget() -> None:
        database = Database(world.settings)
        async with database.writer.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        await database.close()

    asyncio.run(forget())
    answer = anybody.get("/v1/ready")
    assert answer.status_code == 503
    assert "0001" in answer.json()["database"]


def test_measures_are_for_this_machine_and_admins(
    anybody: TestClient, signed: Signed, program: Signed, world: World
) -> None:
    world.call("rep")
    assert anybody.get("/metrics").status_code == 401
    assert signed("manager").get("/metrics").status_code == 403
    assert program(world.client(Scope.CALLS_READ)).get("/metrics").status_code == 403
    for client in (signed("admin"), program(world.client(Scope.ADMIN))):
        told = client.get("/metrics").text
        assert 'debrief_stages_queued{lane="cpu"} 1.0' in told
        assert 'debrief_requests_total{method="GET",route="/metrics",status="401"} 1.0' in told


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.7", 401)])
def test_this_machine_needs_no_key(home: Settings, host: str, status: int) -> None:
    with TestClient(create_app(home), client=(host, 5000)) as client:
        assert client.get("/metrics").status_code == status
        forwarded = {"x-forwarded-for": "10.0.0.7"}
        assert client.get("/metrics", headers=forwarded).status_code == 401
