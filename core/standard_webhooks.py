"""Messages signed and sent after the Standard Webhooks specification, version 1.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

import httpx2

from core.addresses import (
    Asked,
    Guard,
    Slow,
    addresses,
    answered,
    client,
    is_public,
    is_public_or_inside,
    parsed,
    travelling,
)
from core.clock import now
from core.errors import Rejected, Retryable
from core.settings import WebhookSettings

PREFIX = "whsec_"
"""What secrets begin with, so that scanners of code find those that leak."""
SECRET_BYTES = 32
"""The specification wants 24 to 64."""
PUBLIC_PORTS = frozenset({443, *range(1024, 2**16)})
"""Ports on the public internet: below 1024 other services listen."""
MOST_READ, MOST_KEPT = 4096, 500
"""Bytes that are read of what a receiver answers, and letters that are kept of it."""
CHECK_S = 10.0
READ_S = 2.0
"""How long is waited for them: the status alone decides."""
REMEDY = (
    "Give an https address on the public internet; for one inside a network whoever runs the service sets"
    " DEBRIEF_WEBHOOKS__PRIVATE_NETWORKS."
)
_SUCCESS, _ELSEWHERE, _WRONG, _GONE = 200, 300, 400, 410
_WAIT = frozenset({429, 503})
"""Answers whose `Retry-After` is heeded."""


class Outcome(StrEnum):
    """What came of an attempt; all but the first are failures."""

    DELIVERED = "delivered"
    ANSWERED = "answered"
    REDIRECTED = "redirected"
    GONE = "gone"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: an id that every attempt shares, and the body, byte for byte."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: in how many milliseconds, with which status and how the answer began.

    `error` says in words what went wrong; `retry_after_s` is how long the receiver asks to be left alone.
    """

    outcome: Outcome
    ms: int
    status: int | None = None
    text: str | None = None
    error: str | None = None
    retry_after_s: float | None = None


def new_secret() -> str:
    """Return a secret to sign with."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message: Message, timestamp: int) -> str:
    """Return the signature of a message at a time, seconds since 1970: HMAC-SHA256 over all three."""
    signed = f"{message.id}.{timestamp}.".encode() + message.body
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(message: Message, signing: Sequence[str], timestamp: int) -> dict[str, str]:
    """Return the headers of a message, signed with each secret, the one in force first."""
    return {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message, timestamp) for secret in signing),
    }


def guard(settings: WebhookSettings) -> Guard:
    """Return what receivers may be: on the public internet by https, or as an installation allows."""
    tls = httpx2.create_ssl_context(trust_env=False)
    if settings.ca_file is not None:
        tls.load_verify_locations(settings.ca_file)
    inside = settings.private_networks
    return Guard(
        schemes=frozenset({"http", "https"} if inside else {"https"}),
        ports=frozenset(range(1, 2**16)) if inside else PUBLIC_PORTS,
        public=is_public_or_inside if inside else is_public,
        tls=tls,
        remedy=REMEDY,
    )


async def check(url: str, allowed: Guard) -> None:
    """Raise `Rejected` unless messages may be sent to an address, as its name is looked up now.

    Raises `Retryable` where that cannot be found out at the moment.
    """
    found = parsed(url)
    with travelling(found):
        async with asyncio.timeout(CHECK_S):
            await addresses(found, allowed)


async def send(
    url: str, message: Message, signing: Sequence[str], allowed: Guard, timeout_s: float
) -> Answer:
    """Return what comes of sending a message once; it has come to its end within `timeout_s`.

    Raises nothing: whatever goes wrong is an outcome. The name is looked up anew each time.
    """
    loop, started = asyncio.get_running_loop(), time.monotonic()
    asked = Asked("POST", headers(message, signing, int(now().timestamp())), message.body)
    try:
        async with client(allowed, timeout_s) as sender:
            deadline = loop.time() + timeout_s
            response = await answered(sender, parsed(url), allowed, deadline, asked)
            try:
                text = await _beginning(response, min(deadline, loop.time() + READ_S))
            finally:
                await response.aclose()
    except (Rejected, Retryable) as error:
        return Answer(_failure(error), _ms(started), error=str(error))
    return _judged(response, text, _ms(started))


def _failure(error: Rejected | Retryable) -> Outcome:
    if isinstance(error, Rejected):
        return Outcome.REFUSED
    return Outcome.TIMED_OUT if isinstance(error, Slow) else Outcome.UNREACHABLE


def _judged(response: httpx2.Response, text: str, ms: int) -> Answer:
    """Return what an answer means: only a status of the 200s says that the message was taken."""
    status = response.status_code
    if _SUCCESS <= status < _ELSEWHERE:
        return Answer(Outcome.DELIVERED, ms, status, text)
    if _ELSEWHERE <= status < _WRONG:
        return Answer(
            Outcome.REDIRECTED, ms, status, text, f"It answered {status}; redirects are not followed."
        )
    if status == _GONE:
        return Answer(Outcome.GONE, ms, status, text, "It answered 410: it wants no more.")
    wait = _retry_after_s(response) if status in _WAIT else None
    return Answer(Outcome.ANSWERED, ms, status, text, f"It answered {status}.", wait)


async def _beginning(response: httpx2.Response, deadline: float) -> str:
    """Return how an answer begins, as text; nothing of what does not come in time."""
    read = bytearray()
    with contextlib.suppress(httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout_at(deadline):
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) >= MOST_READ:
                    break
    text = bytes(read[:MOST_READ]).decode("utf-8", "replace")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:MOST_KEPT]


def _retry_after_s(response: httpx2.Response) -> float | None:
    """Return how long to wait as `Retry-After` says, in seconds or as a time (RFC 9110, section 10.2.3)."""
    given = response.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return float(given[:9])
    try:
        at = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - now()).total_seconds(), 0.0)


def _ms(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
