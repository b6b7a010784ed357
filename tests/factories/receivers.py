"""Receivers of webhooks on loopback, that take what they are sent, or do as they are told."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
from standardwebhooks import Webhook
from typing_extensions import override

from core.addresses import Guard
from tests.factories.sites import LOOPBACK, Server, names


@cache
def usual() -> ssl.SSLContext:
    """Return what receivers without a certificate are asked with: made anew each time it takes a while."""
    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Got:
    """What a receiver was sent."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """Return the message as the reference library reads it; raises unless the secret signed it."""
        return Webhook(secret).verify(self.body, dict(self.headers))


@dataclass(frozen=True, slots=True)
class Reply:
    """How a receiver answers: after a while, with a status, headers and a body that may be slow."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_s: float = 0.0
    body_after_s: float = 0.0
    cut: bool = False


TAKEN = Reply()


@dataclass
class Receiver:
    """A receiver: what it got, and what it answers, by path; a `gate` that is clear holds answers back."""

    port: int = 0
    scheme: str = "http"
    got: list[Got] = field(default_factory=list)
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    default: dict[str, Reply] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    tls: ssl.SSLContext | None = None

    def url(self, path: str = "/hook", host: str = "hooks.example") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def reply(self, path: str) -> Reply:
        waiting = self.replies.get(path)
        return waiting.pop(0) if waiting else self.default.get(path, TAKEN)

    def guard(self, **known: Any) -> Guard:
        """Return what lets this receiver be reached, by a resolver that knows its name, and nothing else."""
        return Guard(
            **{
                "ports": frozenset({self.port}),
                "public": lambda address: address == LOOPBACK,
                "resolve": names({"hooks.example": ["127.0.0.1"]}),
                "tls": self.tls or usual(),
                **known,
            }
        )

    def until(self, count: int, seconds: float = 20.0) -> list[Got]:
        """Return what came, once it is so much."""
        deadline = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < deadline, f"only {len(self.got)} of {count} came"
            time.sleep(0.01)
        return self.got


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.got.append(Got(self.path, headers, body))
        reply = self.receiver.reply(self.path)
        self.receiver.gate.wait(20)
        time.sleep(reply.after_s)
        if reply.cut:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        time.sleep(reply.body_after_s)
        self.wfile.write(reply.body)

    def do_GET(self) -> None:
        self.receiver.got.append(Got(self.path, {}, b"GET"))
        self.send_error(405)


@contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """Give a receiver; by https where it has a certificate."""
    receiver = Receiver(scheme="https" if certificate else "http")
    receiver.gate.set()
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"receiver": receiver}))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        receiver.tls = ssl.create_default_context(cafile=str(certificate))
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
