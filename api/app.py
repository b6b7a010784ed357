"""The web application: made from settings, nothing at import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from opentelemetry.sdk.trace import TracerProvider

from api import openapi, problems
from api.measures import Measures
from api.middleware import Edge
from api.routes import (
    assessments,
    calibrations,
    calls,
    clients,
    clips,
    coaching,
    comments,
    comparisons,
    corrections,
    deals,
    events,
    evidence,
    exports,
    fairness,
    feeds,
    formulas,
    health,
    hits,
    intake,
    media,
    oauth,
    organisation,
    playlists,
    records,
    scorecards,
    session,
    tasks,
    teams,
    trackers,
    trail,
    transcript,
    uploads,
    users,
    webhook_deliveries,
    webhooks,
)
from api.service import opened
from core import telemetry
from core.settings import Settings

ROUTERS = (
    session.router,
    session.own,
    oauth.router,
    calls.router,
    intake.router,
    transcript.router,
    corrections.router,
    media.router,
    events.router,
    uploads.anybody,
    uploads.router,
    users.router,
    teams.router,
    clients.router,
    organisation.router,
    scorecards.router,
    comparisons.router,
    trackers.router,
    hits.router,
    assessments.router,
    records.router,
    evidence.router,
    calibrations.router,
    trail.router,
    comments.router,
    tasks.router,
    clips.router,
    playlists.router,
    coaching.router,
    deals.router,
    feeds.router,
    exports.router,
    formulas.router,
    fairness.router,
    webhooks.router,
    webhook_deliveries.router,
    health.router,
)


def create_app(settings: Settings) -> FastAPI:
    """Return the application; it opens database, store and bell when it starts, and migrates the database."""
    measures, spans = Measures(), telemetry.provider(settings.trace, "api")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, measures) as service:
            app.state.service = service
            yield
        if spans is not None:
            await asyncio.to_thread(spans.shutdown)

    app = FastAPI(
        title="Debrief",
        version=openapi.VERSION,
        lifespan=lifespan,
        generate_unique_id_function=openapi.unique_id,
        redoc_url=None,
        docs_url=None,
        openapi_url="/openapi.json",
        telemetry=_telemetry(spans),
    )
    app.add_middleware(Edge, measures=measures, secure=settings.web.secure_cookies)
    app.state.endpoints = endpoints()
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    _describe_once(app)
    return app


def _telemetry(spans: TracerProvider | None) -> TelemetryConfig:
    """Return that FastAPI makes spans of requests, where they are sent, and nothing that the log has."""
    return {
        "auto_configure": False,
        "tracing": spans is not None,
        "tracer_provider": spans,
        "operation_spans": False,
        "metrics": False,
        "logs": False,
    }


def endpoints() -> tuple[APIRoute, ...]:
    """Return every endpoint, as it is declared."""
    return tuple(route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))


def _describe_once(app: FastAPI) -> None:
    """Have the app describe itself as `api.openapi` does, worked out once."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.describe(app, endpoints())
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
