"""`POST /v1/calls`: a recording handed in as the body, as a form's file, or as an address to fetch."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from api.auth import CallAdder, ServiceDep
from api.forms import FileForm
from api.idempotency import Attempt, attempt, replayed
from api.intake import details, forced, from_json, from_text
from api.problems import Problem, responses
from api.routes.routers import CONFLICT, guarded
from api.schemas.calls import CallByUrl, CallShape
from api.service import Service
from core.errors import Rejected
from ingest.fetch import Rules, fetch
from ingest.receive import receive
from ingest.stream import readable
from models.access import Viewer
from models.call import CallDetails, Source
from models.db import Session
from models.tables import Call

MOST_JSON = 256 * 1024
FORM, JSON = "multipart/form-data", "application/json"

router = guarded("calls", "/v1/calls")

Chunks = Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Handed:
    """A recording on its way in: what is said of it, and its bytes."""

    details: CallDetails
    chunks: Chunks


def _body_schema() -> dict[str, Any]:
    """Return how the three ways are described."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    form = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
        "description": "The fields of CallFacts, `crm.NAME` for ids in a CRM, and last the file.",
    }
    return {
        "required": True,
        "content": {
            "application/octet-stream": binary,
            "audio/*": binary,
            FORM: {"schema": form},
            JSON: {"schema": {"$ref": "#/components/schemas/CallByUrl"}},
        },
    }


HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "description": "The same request sent again under its key is done once and answered alike.",
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": CallShape, "description": "The recording was here already; this is its call."},
    **CONFLICT,
    **responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.INSUFFICIENT_STORAGE),
}


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    response_model=CallShape,
    responses=ANSWERS,
    openapi_extra={"requestBody": _body_schema(), "parameters": [HEADER]},
)
async def add_call(request: Request, viewer: CallAdder, service: ServiceDep) -> Response:
    """Take a recording in. Once this answers 202 nothing else has to happen for it to be reviewed.

    What is known of the call is in the query (then the body is the recording), in the form, or in the
    JSON beside `url`; see CallFacts. `filename` names the recording, `force` makes a new call even of
    bytes that are here already.
    """
    async with attempt(request, service, viewer) as made:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == JSON:
            return await _by_url(request, service, viewer, made)
        handed = await (_form if kind == FORM else _raw)(request, service, viewer)
        return await _take(service, viewer, made, handed)


async def _raw(request: Request, service: Service, viewer: Viewer) -> Handed:
    """Return a recording that is the body, what is known of it in the query."""
    _fits(request, service)
    said = dict(request.query_params)
    found = await details(
        service, viewer, from_text(said), Source.UPLOAD, said.get("filename", ""), force=forced(said)
    )
    return Handed(found, request.stream)


async def _form(request: Request, service: Service, viewer: Viewer) -> Handed:
    """Return a recording that is the file of a form."""
    _fits(request, service)
    form = FileForm(request)
    await form.begin()
    said = {**request.query_params, **form.fields}
    name = form.fields.get("filename") or form.filename
    found = await details(service, viewer, from_text(said), Source.UPLOAD, name, force=forced(said))
    return Handed(found, form.chunks)


async def _by_url(request: Request, service: Service, viewer: Viewer, made: Attempt) -> Response:
    """Fetch a recording and take it in."""
    facts = from_json(CallByUrl, await _json(request))
    force = forced(dict(request.query_params))
    found = await details(service, viewer, facts, Source.URL, "", force=force)
    made.digest.update(facts.url.encode() + _said(found))
    if made.answer is not None:
        return _again(await replayed(made, _nothing))
    rules = Rules(limit=service.settings.web.max_upload_bytes)
    async with fetch(facts.url, rules) as fetched:
        named = replace(found, name=fetched.name)
        return await _received(service, viewer, made, Handed(named, lambda: fetched.chunks), hashed=False)


async def _take(service: Service, viewer: Viewer, made: Attempt, handed: Handed) -> Response:
    """Take a recording in, or answer as before where it was."""
    made.digest.update(_said(handed.details))
    if made.answer is not None:
        return _again(await replayed(made, handed.chunks))
    return await _received(service, viewer, made, handed, hashed=True)


async def _received(
    service: Service, viewer: Viewer, made: Attempt, handed: Handed, *, hashed: bool
) -> Response:
    """Receive a recording, keep the answer with it, ring, and answer."""
    shapes: list[CallShape] = []

    async def also(session: Session, call_id: UUID) -> None:
        call = await session.get_one(Call, call_id)
        if not viewer.sees(call.rep_id, call.team_id):
            raise _anothers()
        shapes.append(CallShape.of(call))
        await made.finish(session, HTTPStatus.ACCEPTED, shapes[-1].model_dump_json())

    chunks = handed.chunks()
    received = await receive(
        service.database,
        service.store,
        viewer.organisation_id,
        made.passing(chunks) if hashed else chunks,
        handed.details,
        service.settings.web.max_upload_bytes,
        also,
    )
    await service.ring(received.lanes)
    if received.created:
        service.measures.accepted.labels(handed.details.source).inc()
        return _answer(shapes[-1], HTTPStatus.ACCEPTED)
    return _answer(shapes[-1], HTTPStatus.OK)


def _answer(shape: CallShape, status: HTTPStatus) -> Response:
    headers = {"Location": f"/v1/calls/{shape.id}", "ETag": f'"{shape.version}"'}
    return Response(shape.model_dump_json(), status, headers, JSON)


def _again(answer: Any) -> Response:
    call_id = json.loads(answer.body)["id"]
    headers = {"Location": f"/v1/calls/{call_id}", "Idempotency-Replayed": "true"}
    return Response(answer.body, answer.status, headers, JSON)


def _said(found: CallDetails) -> bytes:
    """Return what is known of a call as bytes, for the hash that tells requests apart."""
    return json.dumps(asdict(found), default=str, sort_keys=True).encode()


async def _json(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_JSON:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "too_large",
                "The JSON is too long.",
                "Send a recording as the body itself.",
            )
    return bytes(body)


def _fits(request: Request, service: Service) -> None:
    """Raise `Rejected` where the announced length alone is too much, before a byte is read."""
    limit = service.settings.web.max_upload_bytes
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit + MOST_JSON:
        raise Rejected(
            "too_large",
            f"The recording is larger than {readable(limit)}.",
            "Export it in a compressed format.",
        )


async def _nothing() -> AsyncIterator[bytes]:
    for nothing in tuple[bytes]():
        yield nothing


def _anothers() -> Rejected:
    return Rejected(
        "recording_known",
        "The same recording is here already, as a call that you may not see.",
        "Ask your coach whose call it is; with force=true it becomes a call of its own.",
    )
