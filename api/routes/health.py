"""Whether the service lives, whether it can work, and what it measures of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from ipaddress import ip_address

import structlog
from fastapi import Depends, Request
from fastapi.responses import Response
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.auth import Allow, ServiceDep, address, caller
from api.measures import MEDIA_TYPE
from api.problems import responses
from api.routes.routers import open_to_all
from api.schemas.shape import Given
from api.service import Service
from core.errors import DebriefError
from models.access import Permission
from models.migrate import current
from models.queries import runs

PATIENCE_S = 3.0
"""How long a part may take to answer."""
NOWHERE = "health"
"""A key that is never there: asking for its size shows that the store answers."""

router = open_to_all("service")
log = structlog.get_logger()


class Alive(Given):
    """The process answers."""

    alive: bool


class Readiness(Given):
    """What the service needs, and what is wrong with it: null where nothing is."""

    ready: bool
    database: str | None
    redis: str | None
    store: str | None


@router.get("/v1/health")
async def health() -> Alive:
    """Return that the process lives; whether it can work, /v1/ready says."""
    return Alive(alive=True)


@router.get("/v1/ready", responses={503: {"model": Readiness, "description": "Something is wrong."}})
async def ready(service: ServiceDep, response: Response) -> Readiness:
    """Return whether database, Redis and store answer. Recordings are taken in while only Redis is away."""
    database, redis, store = await asyncio.gather(
        _wrong(lambda: _database(service)), _wrong(lambda: _redis(service)), _wrong(lambda: _store(service))
    )
    well = database is None and store is None
    response.status_code = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return Readiness(ready=well, database=database, redis=redis, store=store)


async def watcher(request: Request, service: ServiceDep) -> None:
    """Admit whoever asks from this machine, otherwise demand the permission."""
    if not _here(address(request)) or "x-forwarded-for" in request.headers:
        await Allow(Permission.WATCH_SERVICE)(await caller(request, service), service)


@router.get(
    "/metrics",
    dependencies=[Depends(watcher)],
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text format.", "content": {"text/plain": {}}},
        **responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
    },
)
async def metrics(service: ServiceDep) -> Response:
    """Return what this process counts, and how much waits in the queue."""
    async with service.database.system_read() as session:
        waiting = await runs.waiting_lanes(session)
        oldest = await runs.waiting_since(session)
    service.measures.queue(waiting, oldest)
    return Response(service.measures.text(), media_type=MEDIA_TYPE)


async def _wrong(asked: Callable[[], Awaitable[str | None]]) -> str | None:
    """Return what is wrong with a part, None where nothing is."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asked()
    except TimeoutError:
        return f"It does not answer within {PATIENCE_S:g} s."
    except (SQLAlchemyError, RedisError, OSError, DebriefError) as error:
        log.warning("service.not_ready", error=type(error).__name__)
        return "It does not answer."


async def _database(service: Service) -> str | None:
    has, needs = await current(service.database)
    return None if has == needs else f"Its schema is at {has}, this program needs {needs}."


async def _redis(service: Service) -> str | None:
    if service.bell is not None:
        await service.bell.redis.ping()
    return None


async def _store(service: Service) -> str | None:
    try:
        await service.store.size(NOWHERE)
    except FileNotFoundError:
        return None
    return None


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
