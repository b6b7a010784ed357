"""The description of the API, with what each endpoint demands of its caller."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.auth import COOKIE, permission_of
from api.problems import ProblemShape
from api.schemas.calls import CallByUrl, CallFacts
from models.access import RULES, Scope
from models.webhook import TYPES, EventType, example, schema

PATH = Path(__file__).parent / "openapi.json"
VERSION = "1"
REFS = "#/components/schemas/{model}"
EXTRA = (ProblemShape, CallFacts, CallByUrl)
"""Shapes that no endpoint names by its signature."""
SCHEMES: dict[str, Any] = {
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by signing in."},
    "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a token from /oauth/token."},
    "client": {
        "type": "oauth2",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {
                    scope: "; ".join(rule.does for rule in RULES.values() if rule.scope is scope)
                    for scope in Scope
                },
            }
        },
    },
}


def unique_id(route: APIRoute) -> str:
    """Return the operation's id: tag and name."""
    return f"{route.tags[0]}-{route.name}" if route.tags else route.name


def describe(app: FastAPI, endpoints: Iterable[APIRoute]) -> dict[str, Any]:
    """Return the OpenAPI document of an app and its endpoints."""
    found = get_openapi(
        title="Debrief", version=VERSION, description="Reviews of recorded customer calls.", routes=app.routes
    )
    components = found.setdefault("components", {})
    components["securitySchemes"] = SCHEMES
    for model in EXTRA:
        schema = model.model_json_schema(ref_template=REFS)
        components["schemas"].update(schema.pop("$defs", {}))
        components["schemas"][model.__name__] = schema
    for route in endpoints:
        _secure(found, route)
    found["webhooks"] = {one.name: {"post": _message(one)} for one in TYPES}
    return found


def _message(of: EventType) -> dict[str, Any]:
    """Return how a message that webhooks are sent is described."""
    content = {"application/json": {"schema": schema(of), "example": example(of)}}
    return {
        "operationId": f"webhook-{of.name}",
        "summary": of.says,
        "requestBody": {"required": True, "content": content},
        "responses": {
            "2XX": {"description": "The message was taken; after any other answer it is sent again."}
        },
    }


def _secure(found: dict[str, Any], route: APIRoute) -> None:
    """Say of one endpoint which permission it demands and what gives it."""
    permission = permission_of(route.dependant)
    for method in route.methods or ():
        operation = found["paths"][route.path_format][method.lower()]
        if permission is not None:
            scope = str(RULES[permission].scope)
            operation["x-permission"] = str(permission)
            operation["security"] = [{"cookie": []}, {"key": []}, {"client": [scope]}]
        elif (
            "401" in operation["responses"] and "/v1/session" not in route.path and "oauth" not in route.path
        ):
            operation["security"] = [{"cookie": []}, {"key": []}, {"client": []}]
