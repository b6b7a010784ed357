"""A service somewhere, asked over its API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from core.errors import Rejected, Retryable

TIMEOUT_S = 60.0
_FAILS = 400


class Remote:
    """A service that is asked with a key."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        """Take a client of the service."""
        self._client = client

    async def asked(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        """Return the answer; raises `Rejected` as the service says, `Retryable` where it does not answer."""
        try:
            answer = await self._client.request(method, path, **sent)
        except httpx2.TransportError as error:
            raise Retryable(f"{self._client.base_url} does not answer: {error}") from error
        if answer.status_code < _FAILS:
            found: dict[str, Any] = answer.json()
            return found
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        raise Rejected(
            told.get("code", "refused"),
            told.get("detail", f"The service answers {answer.status_code}."),
            told.get("remedy", "Check the address."),
        )


@asynccontextmanager
async def remote(server: str, key: str, timeout_s: float = TIMEOUT_S) -> AsyncIterator[Remote]:
    """Give the service at an address."""
    headers = {"authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=server, headers=headers, timeout=timeout_s) as client:
        yield Remote(client)
