"""The edge of the web process: request ids, the access log, headers that guard, and the last resort."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.measures import Measures
from core import telemetry
from core.ids import new_id

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
GUARDS: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
"""Headers of every answer that sets no others; pages bring a policy of their own."""
HSTS = "max-age=31536000"
GONE = 499
"""What the log says of a request whose caller went away, as nginx does."""

log = structlog.get_logger()


class Edge:
    """Wraps the application: nothing leaves it without a request id, nothing escapes it as a traceback."""

    def __init__(self, app: ASGIApp, measures: Measures, *, secure: bool) -> None:
        """Take the application, and whether browsers speak HTTPS to it."""
        self.app = app
        self._measures = measures
        self._guards = {**GUARDS, "strict-transport-security": HSTS} if secure else GUARDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = _Sent(send, self._guards, _request_id(scope))
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"], state["headers"] = sent.request_id, sent.headers
        telemetry.answered(sent.request_id)
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=sent.request_id):
            await self._guarded(scope, receive, sent)
            self._tell(scope, sent, time.perf_counter() - began)

    async def _guarded(self, scope: Scope, receive: Receive, sent: _Sent) -> None:
        """Run the application; what it fails at is answered without internals."""
        try:
            await self.app(scope, receive, sent)
        except ClientDisconnect:
            sent.status = GONE
        except Exception:  # the edge of the process
            log.exception("request.failed")
            if not sent.begun:
                await problems.render(problems.internal(), sent.request_id)(scope, receive, sent)
            sent.status = 500

    def _tell(self, scope: Scope, sent: _Sent, seconds: float) -> None:
        """Log and count one answer: the route, never the query, which may hold what somebody searched."""
        route = getattr(scope.get("route"), "path", "unknown")
        self._measures.answered(scope["method"], route, sent.status, seconds)
        log.info(
            "request.answered",
            method=scope["method"],
            path=scope["path"],
            route=route,
            status=sent.status,
            seconds=round(seconds, 4),
            caller=scope["state"].get("principal"),
        )


class _Sent:
    """Passes an answer on, with headers added to its start."""

    def __init__(self, send: Send, guards: Mapping[str, str], request_id: str) -> None:
        self._send = send
        self._guards = guards
        self.request_id = request_id
        self.headers: dict[str, str] = {}
        self.begun = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun, self.status = True, int(message["status"])
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.request_id
            for name, value in self.headers.items():
                headers[name] = value
            for name, value in self._guards.items():
                headers.setdefault(name, value)
        await self._send(message)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else new_id().hex
