"""A recording fetched from an address that somebody gave, without letting them reach inside the network.

Each address of a name must be public, the connection goes to the very address that was looked at, and
a redirect is looked at like the first address (the rules of OWASP's cheat sheet on request forgery).
No proxy is used: it would look the name up again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from email.message import Message
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from socket import EAI_AGAIN, SOCK_STREAM, gaierror

import httpx2

from core.errors import Rejected, Retryable
from ingest.naming import plain_name
from ingest.stream import too_large

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

PORTS = {"http": 80, "https": 443}
MOST_ADDRESSES = 4
"""Addresses of a name that are tried, in the order the resolver gives."""
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
"""OpenSSL's word for a certificate that has expired, is another's or nobody's."""
_AGAIN = frozenset({408, 425, 429})
"""Answers of the 400s that pass."""
_SERVER_FAILS, _REDIRECTS, _FAILS = 500, frozenset({301, 302, 303, 307, 308}), 300

_V6_PUBLIC = ip_network("2000::/3")
"""The only space of IPv6 given out so far; IPv4 addresses mapped or translated into IPv6 lie outside."""
_CLOSED = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # carriers
        "169.254.0.0/16",  # link, and the metadata of clouds
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "2001::/23",  # Teredo and other protocols: may hold an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4: holds an IPv4 address
        "3fff::/20",
    )
)


def is_public(address: Address) -> bool:
    """Return whether an address is somebody's on the public internet; not every `ipaddress` knows."""
    if address.version == 6 and address not in _V6_PUBLIC:  # noqa: PLR2004
        return False
    closed = any(address in network for network in _CLOSED if network.version == address.version)
    return address.is_global and not closed and not address.is_multicast and not address.is_reserved


async def resolved(host: str, port: int) -> Sequence[Address]:
    """Return the addresses of a name as the machine's resolver gives them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return [ip_address(str(entry[4][0])) for entry in found]


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be fetched: at most `limit` bytes in `timeout_s`, nothing silent for `idle_s`.

    `ports` beside those of the scheme, `public`, `resolve` and `tls` are for installations that fetch
    from a network of their own.
    """

    limit: int
    timeout_s: float = 1800.0
    idle_s: float = 30.0
    redirects: int = 5
    ports: frozenset[int] = frozenset(PORTS.values())
    public: Callable[[Address], bool] = is_public
    resolve: Resolve = resolved
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A recording on its way: its file name and its bytes."""

    name: str
    chunks: AsyncIterator[bytes]


@asynccontextmanager
async def fetch(address: str, rules: Rules) -> AsyncIterator[Fetched]:
    """Give the recording at an http or https address; its bytes arrive while the context is open.

    Raises `Rejected` where the address may not be fetched, leads nowhere or gives too much, `Retryable`
    where the other side is away, slow or breaks off.
    """
    deadline = asyncio.get_running_loop().time() + rules.timeout_s
    url = _parsed(address)
    for _ in range(rules.redirects + 1):
        async with _client(rules) as client:
            response = await _answer(client, url, rules, deadline)
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


def _parsed(address: str) -> httpx2.URL:
    try:
        return httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError) as error:
        raise Rejected(
            "url_refused", "This is no web address.", "Give an address that begins with https://."
        ) from error


def _client(rules: Rules) -> httpx2.AsyncClient:
    """Return a client for one request, so that no connection is shared between names."""
    return httpx2.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        verify=rules.tls or True,
        timeout=httpx2.Timeout(rules.idle_s),
        headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "debrief"},
    )


async def _answer(
    client: httpx2.AsyncClient, url: httpx2.URL, rules: Rules, deadline: float
) -> httpx2.Response:
    """Return the head of the answer, from the first address that takes the connection."""
    failure: httpx2.TransportError | None = None
    with _travelling(url):
        async with asyncio.timeout_at(deadline):
            for address in await _addresses(url, rules):
                try:
                    return await client.send(_request(client, url, address), stream=True)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    if _UNTRUSTED in str(error):
                        raise _refused(url, "shows a certificate that does not vouch for it") from error
                    failure = error
    raise Retryable(f"{url.host} takes no connection.") from failure


def _request(client: httpx2.AsyncClient, url: httpx2.URL, address: Address) -> httpx2.Request:
    """Return the request to one address: the server and its certificate still go by the name."""
    return client.build_request(
        "GET",
        url.copy_with(host=str(address), fragment=None),
        headers={"Host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.host},
    )


async def _addresses(url: httpx2.URL, rules: Rules) -> Sequence[Address]:
    """Return the addresses of a URL; raises `Rejected` unless all of it and of them may be reached."""
    if url.scheme not in PORTS:
        raise _refused(url, "is not reached by http or https")
    if url.userinfo:
        raise _refused(url, "holds a user name or password")
    if not url.host:
        raise _refused(url, "names no server")
    port = url.port or PORTS[url.scheme]
    if port not in rules.ports:
        raise _refused(url, f"names port {port}; only 80 and 443 are used")
    try:
        found = await rules.resolve(url.host, port)
    except gaierror as error:
        if error.errno == EAI_AGAIN:
            raise Retryable(f"The name {url.host} cannot be looked up at the moment.") from error
        raise _refused(url, "names a server that does not exist") from error
    except UnicodeError as error:
        raise _refused(url, "names a server that cannot exist") from error
    if not found or not all(rules.public(address) for address in found):
        raise _refused(url, "leads to an address that is not on the public internet")
    return found[:MOST_ADDRESSES]


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
        with _travelling(url):
            try:
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
        received += len(chunk)
        if received > limit:
            raise too_large(limit)
        yield chunk


@contextmanager
def _travelling(url: httpx2.URL) -> Iterator[None]:
    """Turn what happens on the way into `Retryable`."""
    try:
        yield
    except (httpx2.TimeoutException, TimeoutError) as error:
        raise Retryable(f"{url.host} was too slow.") from error
    except httpx2.TransportError as error:
        raise Retryable(f"The connection to {url.host} broke off.") from error


def _name(response: httpx2.Response, url: httpx2.URL) -> str:
    """Return the file name that the answer gives, else the last part of the address."""
    message = Message()
    message["Content-Disposition"] = response.headers.get("content-disposition", "")
    return plain_name(message.get_filename() or PurePosixPath(url.path).name)


def _refused(url: httpx2.URL, why: str) -> Rejected:
    """Return why an address is not fetched; its path and query, which may hold secrets, are not repeated."""
    return Rejected(
        "url_refused",
        f"The address on '{url.host}' {why}.",
        "Give an address that anybody on the internet can open, or upload the recording itself.",
    )
