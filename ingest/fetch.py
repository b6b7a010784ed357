"""A recording fetched from an address that somebody gave, without letting them reach inside the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath

import httpx2

from core.addresses import Guard, answered, client, parsed, refused, travelling
from core.errors import Rejected, Retryable
from ingest.naming import plain_name
from ingest.stream import too_large

REMEDY = "Give an address that anybody on the internet can open, or upload the recording itself."
_AGAIN = frozenset({408, 425, 429})
"""Answers of the 400s that pass."""
_SERVER_FAILS, _REDIRECTS, _FAILS = 500, frozenset({301, 302, 303, 307, 308}), 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules(Guard):
    """What may be fetched: at most `limit` bytes in `timeout_s`, nothing silent for `idle_s`."""

    limit: int
    timeout_s: float = 1800.0
    idle_s: float = 30.0
    redirects: int = 5
    remedy: str = REMEDY


@dataclass(frozen=True, slots=True)
class Fetched:
    """A recording on its way: its file name and its bytes."""

    name: str
    chunks: AsyncIterator[bytes]


@asynccontextmanager
async def fetch(address: str, rules: Rules) -> AsyncIterator[Fetched]:
    """Give the recording at an http or https address; its bytes arrive while the context is open.

    A redirect is looked at like the first address. Raises `Rejected` where the address may not be fetched,
    leads nowhere or gives too much, `Retryable` where the other side is away, slow or breaks off.
    """
    deadline = asyncio.get_running_loop().time() + rules.timeout_s
    url = parsed(address)
    for _ in range(rules.redirects + 1):
        async with client(rules, rules.idle_s) as sender:
            response = await answered(sender, url, rules, deadline)
            try:
                target = _redirect(response, url)
                if target is None:
                    _check(response, url, rules.limit)
                    yield Fetched(_name(response, url), _body(response, url, rules.limit, deadline))
                    return
            finally:
                await response.aclose()
        url = target
    raise _refused(url, f"redirects more than {rules.redirects} times")


def _redirect(response: httpx2.Response, url: httpx2.URL) -> httpx2.URL | None:
    """Return where an answer sends us, None where it is the last."""
    if response.status_code not in _REDIRECTS or "location" not in response.headers:
        return None
    try:
        return url.join(response.headers["location"])
    except (httpx2.InvalidURL, ValueError) as error:
        raise _refused(url, "redirects to what is no web address") from error


def _check(response: httpx2.Response, url: httpx2.URL, limit: int) -> None:
    """Raise unless an answer holds a recording that is not too large."""
    status = response.status_code
    if status >= _SERVER_FAILS or status in _AGAIN:
        raise Retryable(f"{url.host} answered {status}.")
    if status >= _FAILS:
        raise _refused(url, f"is answered with {status}")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise _refused(url, "gives the recording compressed for transport, though asked not to")
    length = response.headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit:
        raise too_large(limit)


async def _body(
    response: httpx2.Response, url: httpx2.URL, limit: int, deadline: float
) -> AsyncIterator[bytes]:
    """Yield the bytes of an answer as they come."""
    received, chunks = 0, response.aiter_raw()
    while True:
        with travelling(url):
            try:
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
        received += len(chunk)
        if received > limit:
            raise too_large(limit)
        yield chunk


def _name(response: httpx2.Response, url: httpx2.URL) -> str:
    """Return the file name that the answer gives, else the last part of the address."""
    message = Message()
    message["Content-Disposition"] = response.headers.get("content-disposition", "")
    return plain_name(message.get_filename() or PurePosixPath(url.path).name)


def _refused(url: httpx2.URL, why: str) -> Rejected:
    return refused(url, why, REMEDY)
