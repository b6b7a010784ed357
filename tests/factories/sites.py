"""Web servers that behave and misbehave, and a resolver that knows a few names."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import EAI_NONAME, gaierror

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typing_extensions import override

from core.addresses import Address
from core.clock import now
from ingest.fetch import Rules

LOOPBACK = ipaddress.ip_address("127.0.0.1")
CONTENT = bytes(range(256)) * 4000


@dataclass
class Heard:
    """What the server was asked."""

    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    heard: Heard

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.heard.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        path, _, query = self.path.partition("?")
        getattr(self, path.strip("/").partition("/")[0])(query)

    def recording(self, _query: str) -> None:
        self._head(200, {"Content-Length": str(len(CONTENT))})
        self.wfile.write(CONTENT)

    def named(self, _query: str) -> None:
        self._head(200, {"Content-Disposition": "attachment; filename*=UTF-8''%E7%8E%8B%2F..%2Fcall.wav"})

    def to(self, query: str) -> None:
        self._head(302, {"Location": query, "Content-Length": "0"})

    def answer(self, query: str) -> None:
        self._head(int(query), {"Content-Length": "0"})

    def zipped(self, _query: str) -> None:
        self._head(200, {"Content-Encoding": "gzip"})

    def endless(self, _query: str) -> None:
        self._head(200, {})
        while True:
            self.wfile.write(CONTENT)

    def slow(self, _query: str) -> None:
        self._head(200, {"Content-Length": "100"})
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def silent(self, _query: str) -> None:
        self._head(200, {"Content-Length": "100"})
        time.sleep(1)

    def cut(self, _query: str) -> None:
        self._head(200, {"Content-Length": "100"})
        self.wfile.write(b"x")

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: some tests are about those."""


@dataclass(frozen=True)
class Site:
    """A server on loopback, and rules that let it be reached."""

    port: int
    heard: Heard
    rules: Rules
    scheme: str = "http"

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


def served(certificate: Path | None) -> Iterator[Site]:
    heard = Heard()
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"heard": heard}))
    tls = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: heard.names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        tls = ssl.create_default_context(cafile=str(certificate))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    rules = Rules(
        limit=2 * len(CONTENT),
        ports=frozenset({server.server_port}),
        public=lambda address: address == LOOPBACK,
        resolve=names({"recordings.example": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]}),
        tls=tls,
    )
    yield Site(server.server_port, heard, rules, "https" if certificate else "http")
    server.shutdown()
    thread.join()
    server.server_close()


def certified(folder: Path, name: str) -> Path:
    """Return a file with a key and a certificate, signed by itself, for a name."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


class names:  # noqa: N801
    """A resolver that knows a few names."""

    def __init__(self, known: dict[str, list[str]]) -> None:
        self.known = known
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append(host)
        if host not in self.known:
            raise gaierror(EAI_NONAME, "unknown")
        return [ipaddress.ip_address(text) for text in self.known[host]]
