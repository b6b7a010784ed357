"""Resumable uploads: tus 1.0.0 with creation, creation-with-upload, expiration, termination, checksum."""

from __future__ import annotations

import base64
import hashlib
import hmac
from binascii import Error
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from api.auth import CallAdder, ServiceDep
from api.intake import details, forced, from_text
from api.problems import Problem, invalid, not_found, responses
from api.routes.routers import CONFLICT, MISSING, guarded, open_to_all
from api.service import Service
from ingest.resumable import Busy, WrongOffset
from models.access import Viewer
from models.call import Source
from models.tables import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
ALGORITHMS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
BYTES = "application/offset+octet-stream"
MOST_CHECKED = 16 * 1024 * 1024
"""Bytes of one request with a checksum: they are held back until it is found to be right."""
MISMATCH = 460
CALL = "Debrief-Call"
"""Header with the key of the call, once all is there."""
IGNORED = frozenset({"filetype", "type", "relativepath"})
"""What clients put into the metadata of every upload."""


async def spoken(request: Request) -> None:
    """Raise `Problem` 412 for a client of another version of tus, or of none."""
    if request.headers.get("tus-resumable") != VERSION:
        raise Problem(
            HTTPStatus.PRECONDITION_FAILED,
            "tus_version",
            "The request does not say that it is of tus 1.0.0.",
            "Send the header Tus-Resumable: 1.0.0.",
            {"Tus-Version": VERSION},
        )


router = guarded("uploads", "/v1/uploads")
anybody = open_to_all("uploads", "/v1/uploads")

TUS: dict[int | str, dict[str, Any]] = responses(
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.LOCKED,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
SENT: dict[int | str, dict[str, Any]] = {
    **MISSING,
    **CONFLICT,
    **responses(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, MISMATCH),
}
Spoken = [Depends(spoken)]


def _header(name: str, *, required: bool, pattern: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string", "pattern": pattern},
    }


RESUMABLE = {
    "name": "Tus-Resumable",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "enum": [VERSION]},
}
CHECKSUM = _header("Upload-Checksum", required=False, pattern=r"^(sha1|sha256) [A-Za-z0-9+/=]+$")
BODY = {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
CREATES: dict[str, Any] = {
    "parameters": [
        RESUMABLE,
        _header("Upload-Length", required=True, pattern=r"^[0-9]{1,18}$"),
        _header("Upload-Metadata", required=False, pattern=r"^[ -~]*$"),
        CHECKSUM,
    ],
    "requestBody": {"required": False, **BODY},
}
SENDS: dict[str, Any] = {
    "parameters": [RESUMABLE, _header("Upload-Offset", required=True, pattern=r"^[0-9]{1,18}$"), CHECKSUM],
    "requestBody": {"required": True, **BODY},
}
ASKS: dict[str, Any] = {"parameters": [RESUMABLE]}


@anybody.options("", status_code=HTTPStatus.NO_CONTENT)
async def describe_uploads(service: ServiceDep) -> Response:
    """Tell what of tus is spoken here."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(service.settings.web.max_upload_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return _answer(HTTPStatus.NO_CONTENT, headers)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses={**TUS, **SENT},
    dependencies=Spoken,
    openapi_extra=CREATES,
    response_class=Response,
)
async def create_upload(request: Request, viewer: CallAdder, service: ServiceDep) -> Response:
    """Begin an upload; what is known of the call is in Upload-Metadata: `filename`, the keys of CallFacts."""
    said = _metadata(request.headers.get("upload-metadata", ""))
    name = said.get("filename") or said.pop("name", "")
    found = await details(service, viewer, from_text(said), Source.RESUMABLE, name, force=forced(said))
    length = _number(request, "upload-length")
    upload = await service.uploads.create(viewer.organisation_id, viewer.principal_id, length, found)
    headers = {"Location": f"/v1/uploads/{upload.id}"}
    if request.headers.get("content-type") == BYTES:
        headers |= await _append(request, service, upload, 0)
    elif length == 0:
        headers |= await _completed(service, upload)
    return _answer(HTTPStatus.CREATED, {**_state(upload), **headers})


@router.head(
    "/{upload_id}",
    responses={**TUS, **MISSING},
    dependencies=Spoken,
    openapi_extra=ASKS,
    response_class=Response,
)
async def get_upload(upload_id: UUID, viewer: CallAdder, service: ServiceDep) -> Response:
    """Return how much of an upload is there. One that is all there becomes a call, if it did not yet."""
    upload = await _own(service, viewer, upload_id)
    offset = await service.uploads.offset(upload)
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(upload.length)}
    if offset == upload.length:
        headers |= await _completed(service, upload)
    return _answer(HTTPStatus.OK, {**_state(upload), **headers})


@router.patch(
    "/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**TUS, **SENT},
    dependencies=Spoken,
    openapi_extra=SENDS,
)
async def send_upload(upload_id: UUID, request: Request, viewer: CallAdder, service: ServiceDep) -> Response:
    """Add bytes to an upload; with the last of them it becomes a call."""
    if request.headers.get("content-type") != BYTES:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "wrong_type", f"The body is not {BYTES}.", "Send it as that."
        )
    upload = await _own(service, viewer, upload_id)
    headers = await _append(request, service, upload, _number(request, "upload-offset"))
    return _answer(HTTPStatus.NO_CONTENT, {**_state(upload), **headers})


@router.delete(
    "/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses={**TUS, **MISSING},
    dependencies=Spoken,
    openapi_extra=ASKS,
)
async def cancel_upload(upload_id: UUID, viewer: CallAdder, service: ServiceDep) -> Response:
    """Leave nothing of an upload, but the call it has become."""
    upload = await _own(service, viewer, upload_id)
    with _told():
        await service.uploads.cancel(upload)
    return _answer(HTTPStatus.NO_CONTENT, {})


async def _own(service: Service, viewer: Viewer, upload_id: UUID) -> Upload:
    """Return an upload of the viewer's own."""
    upload = await service.uploads.find(viewer.organisation_id, upload_id)
    if upload is None or upload.owner_id != viewer.principal_id:
        raise not_found()
    return upload


async def _append(request: Request, service: Service, upload: Upload, offset: int) -> dict[str, str]:
    """Add what the request brings; return the headers that say how much is there now."""
    given = request.headers.get("upload-checksum")
    chunks = request.stream() if given is None else await _checked(request, given)
    with _told():
        there = await service.uploads.append(upload, offset, chunks)
    headers = {"Upload-Offset": str(there)}
    if there == upload.length:
        headers |= await _completed(service, upload)
    return headers


async def _completed(service: Service, upload: Upload) -> dict[str, str]:
    """Have an upload that is all there become a call; return the header that names it."""
    call_id = upload.call_id
    if call_id is None:
        with _told():
            received = await service.uploads.complete(upload)
        await service.ring(received.lanes)
        call_id = received.call_id
        if received.created:
            service.measures.accepted.labels(Source.RESUMABLE).inc()
    return {CALL: str(call_id)}


async def _checked(request: Request, given: str) -> AsyncIterator[bytes]:
    """Return the body once its checksum is right; raises `Problem` 460 where it is not."""
    name, _, encoded = given.partition(" ")
    try:
        expected = base64.b64decode(encoded, validate=True)
        digest = ALGORITHMS[name](usedforsecurity=False)
    except (KeyError, Error, ValueError) as error:
        raise invalid(
            "wrong_checksum_header", "Upload-Checksum is none of ours.", f"Use {', '.join(ALGORITHMS)}."
        ) from error
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_CHECKED:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "piece_too_large",
                f"A piece with a checksum may have {MOST_CHECKED} bytes.",
                "Send smaller pieces, or none with a checksum.",
            )
    digest.update(body)
    if not hmac.compare_digest(digest.digest(), expected):
        raise Problem(MISMATCH, "checksum", "The bytes arrived damaged.", "Send them again.")
    return _whole(bytes(body))


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    if body:
        yield body


@contextmanager
def _told() -> Iterator[None]:
    """Answer what tus has words of its own for."""
    try:
        yield
    except WrongOffset as error:
        raise Problem(
            HTTPStatus.CONFLICT,
            "wrong_offset",
            f"The upload has {error.offset} bytes.",
            "Send what comes after them.",
            {"Upload-Offset": str(error.offset)},
        ) from error
    except Busy as error:
        raise Problem(
            HTTPStatus.LOCKED, "busy", str(error), "Ask for the offset and go on from there."
        ) from error


def _metadata(given: str) -> dict[str, str]:
    """Return the pairs of Upload-Metadata."""
    found: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in given.split(","))):
        name, _, encoded = pair.partition(" ")
        try:
            value = base64.b64decode(encoded, validate=True).decode()
        except (Error, ValueError) as error:
            raise invalid(
                "wrong_metadata", f"Upload-Metadata '{name}' is not base64 of UTF-8.", "Encode it so."
            ) from error
        if name.lower() not in IGNORED:
            found[name] = value
    return found


def _number(request: Request, header: str) -> int:
    given = request.headers.get(header, "")
    if not given.isascii() or not given.isdigit() or len(given) > 18:  # noqa: PLR2004 - below 2**63
        raise invalid("wrong_header", f"{header} is not a number of bytes.", "Send one.")
    return int(given)


def _state(upload: Upload) -> Mapping[str, str]:
    return {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}


def _answer(status: HTTPStatus, headers: Mapping[str, str]) -> Response:
    return Response(
        status_code=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store", **headers}
    )
