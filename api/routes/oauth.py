"""OAuth2 client credentials (RFC 6749, section 4.4): an id and its key for a token that soon ends."""

from __future__ import annotations

import base64
from binascii import Error
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote_plus
from uuid import UUID

from fastapi import Request
from fastapi.responses import JSONResponse

from api.auth import ServiceDep, address
from api.problems import Problem
from api.routes.routers import open_to_all
from api.schemas.people import TokenShape
from api.service import Service
from core.clock import now
from models.queries import callers
from models.secrets import hashed, new_token
from models.tables import AccessToken, ApiClient

TOKEN_S = 3600
"""How long a token holds, seconds."""
MOST_BYTES = 8192

router = open_to_all("oauth")

ERROR = {
    "description": "An error as RFC 6749 has it (section 5.2).",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error", "error_description"],
                "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
            }
        }
    },
}
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "scope": {"type": "string"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                    },
                }
            }
        },
    }
}


class Refused(Exception):
    """An error for the client, in the words of RFC 6749."""

    def __init__(self, error: str, description: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


@router.post(
    "/oauth/token", response_model=TokenShape, responses={400: ERROR, 401: ERROR}, openapi_extra=FORM
)
async def token(request: Request, service: ServiceDep) -> JSONResponse:
    """Give a token for client credentials, sent as HTTP Basic or in the form."""
    await service.limiter.admit(service.limiter.sign_ins, "token", address(request))
    try:
        form = await _form(request)
        client = await _client(service, *_credentials(request, form))
        scopes = _scopes(client, form.get("scope", ""))
    except Refused as refused:
        return _refusal(refused)
    secret, at = new_token(), now()
    async with service.database.write(client.organisation_id) as session:
        session.add(
            AccessToken(
                organisation_id=client.organisation_id,
                client_id=client.id,
                secret_hash=hashed(secret),
                scopes=scopes,
                expires_at=at + timedelta(seconds=TOKEN_S),
            )
        )
    shape = TokenShape(
        access_token=secret,
        token_type="Bearer",  # noqa: S106 - the name of a kind
        expires_in=TOKEN_S,
        scope=" ".join(scopes),
    )
    return JSONResponse(shape.model_dump(), headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


async def _form(request: Request) -> dict[str, str]:
    """Return the form; raises `Refused` where it is none or asks for another grant."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "The form is too long.", "Send less."
            )
    try:
        form = dict(parse_qsl(body.decode(), max_num_fields=20))
    except ValueError as error:
        raise Refused("invalid_request", "The body is no form.") from error
    if form.get("grant_type") != "client_credentials":
        raise Refused("unsupported_grant_type", "Only client_credentials is granted.")
    return form


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Return client id and secret, from the header where there is one."""
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (Error, ValueError) as error:
        raise _unknown() from error
    return unquote_plus(name), unquote_plus(secret)


async def _client(service: Service, name: str, secret: str) -> ApiClient:
    """Return the client; raises `Refused` where id and secret are not of one client in force."""
    async with service.database.system_read() as session:
        client = await callers.client_of(session, hashed(secret), now())
    try:
        fits = client is not None and client.id == UUID(name)
    except ValueError:
        fits = False
    if client is None or not fits:
        raise _unknown()
    return client


def _scopes(client: ApiClient, asked: str) -> list[str]:
    """Return the scopes of a token: those asked for, else all of the client's."""
    wanted = asked.split()
    if not set(wanted) <= set(client.scopes):
        raise Refused("invalid_scope", f"The client has the scopes {' '.join(client.scopes)}.")
    return list(dict.fromkeys(wanted)) or list(client.scopes)


def _unknown() -> Refused:
    return Refused("invalid_client", "No client in force has that id and secret.", HTTPStatus.UNAUTHORIZED)


def _refusal(refused: Refused) -> JSONResponse:
    headers = {"Cache-Control": "no-store"}
    if refused.status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="debrief"'
    body = {"error": refused.error, "error_description": refused.description}
    return JSONResponse(body, refused.status, headers)
