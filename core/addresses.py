"""Requests to addresses that somebody gave, without letting them reach inside the network.

Each address of a name must be public, the connection goes to the very address that was looked at, and
a redirect is none of its own: whoever follows one looks at it like the first address (the rules of OWASP's
cheat sheet on request forgery). No proxy is used: it would look the name up again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import EAI_AGAIN, SOCK_STREAM, gaierror, getaddrinfo

import httpx2

from core.errors import Rejected, Retryable

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

PORTS = {"http": 80, "https": 443}
MOST_ADDRESSES = 4
"""Addresses of a name that are tried, in the order the resolver gives."""
CONNECT_S = 10.0
"""How long one of them may take to take the connection: the next may be quicker."""
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
"""OpenSSL's word for a certificate that has expired, is another's or nobody's."""

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
_INSIDE = tuple(
    ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
)
_METADATA = ip_address("fd00:ec2::254")
"""Where a cloud tells its machines their secrets, in the private space of IPv6."""


class Slow(Retryable):
    """The other side did not answer in the time it had."""


def is_public(address: Address) -> bool:
    """Return whether an address is somebody's on the public internet; not every `ipaddress` knows."""
    if address.version == 6 and address not in _V6_PUBLIC:  # noqa: PLR2004
        return False
    closed = any(address in network for network in _CLOSED if network.version == address.version)
    return address.is_global and not closed and not address.is_multicast and not address.is_reserved


def is_public_or_inside(address: Address) -> bool:
    """Return whether an address is public, or of a private network or this machine; never of a link."""
    inside = any(address in network for network in _INSIDE if network.version == address.version)
    return is_public(address) or (inside and address != _METADATA)


_LOOKUPS = ThreadPoolExecutor(32, "lookup")
"""Threads that look names up: a resolver that hangs takes up none in which the rest of a process works."""


async def resolved(host: str, port: int) -> Sequence[Address]:
    """Return the addresses of a name as the machine's resolver gives them."""
    look_up = partial(getaddrinfo, host, port, type=SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, look_up)
    return [ip_address(str(entry[4][0])) for entry in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What may be reached. `remedy` is what one whose address may not be is told to do.

    `ports`, `public`, `resolve` and `tls` are for installations that reach into a network of their own.
    """

    schemes: frozenset[str] = frozenset(PORTS)
    ports: frozenset[int] = frozenset(PORTS.values())
    public: Callable[[Address], bool] = is_public
    resolve: Resolve = resolved
    tls: ssl.SSLContext | None = None
    remedy: str = "Give an address that anybody on the internet can open."


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes out: the method, its own headers, the body."""

    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


def parsed(address: str) -> httpx2.URL:
    """Return what somebody gave as an address; raises `Rejected` for what is none."""
    try:
        return httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError) as error:
        raise Rejected(
            "url_refused", "This is no web address.", "Give an address that begins with https://."
        ) from error


def client(guard: Guard, idle_s: float) -> httpx2.AsyncClient:
    """Return a client for one request, so that no connection is shared between names."""
    return httpx2.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        verify=guard.tls or True,
        timeout=httpx2.Timeout(idle_s, connect=min(idle_s, CONNECT_S)),
        headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "debrief"},
    )


async def answered(
    sender: httpx2.AsyncClient, url: httpx2.URL, guard: Guard, deadline: float, asked: Asked = Asked()
) -> httpx2.Response:
    """Return the head of the answer, from the first address that takes the connection.

    `deadline` is of the loop's clock. Raises `Rejected` where the address may not be reached, `Slow` and
    other `Retryable` where the other side is away, slow or breaks off.
    """
    failure: httpx2.TransportError | None = None
    with travelling(url):
        async with asyncio.timeout_at(deadline):
            for address in await addresses(url, guard):
                try:
                    return await sender.send(_request(sender, url, address, asked), stream=True)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    if _UNTRUSTED in str(error):
                        why = "shows a certificate that does not vouch for it"
                        raise refused(url, why, guard.remedy) from error
                    failure = error
    raise Retryable(f"{url.host} takes no connection.") from failure


async def addresses(url: httpx2.URL, guard: Guard) -> Sequence[Address]:
    """Return the addresses of a URL; raises `Rejected` unless all of it and of them may be reached."""
    port = _checked(url, guard)
    try:
        found = await guard.resolve(url.host, port)
    except gaierror as error:
        if error.errno == EAI_AGAIN:
            raise Retryable(f"The name {url.host} cannot be looked up at the moment.") from error
        raise refused(url, "names a server that does not exist", guard.remedy) from error
    except UnicodeError as error:
        raise refused(url, "names a server that cannot exist", guard.remedy) from error
    if not found or not all(guard.public(address) for address in found):
        raise refused(url, "leads to an address that is not on the public internet", guard.remedy)
    return found[:MOST_ADDRESSES]


def refused(url: httpx2.URL, why: str, remedy: str) -> Rejected:
    """Return why an address is not reached; its path and query, which may hold secrets, are not repeated."""
    return Rejected("url_refused", f"The address on '{url.host}' {why}.", remedy)


@contextmanager
def travelling(url: httpx2.URL) -> Iterator[None]:
    """Turn what happens on the way into `Retryable`."""
    try:
        yield
    except (httpx2.TimeoutException, TimeoutError) as error:
        raise Slow(f"{url.host} was too slow.") from error
    except httpx2.TransportError as error:
        raise Retryable(f"The connection to {url.host} broke off.") from error


def _checked(url: httpx2.URL, guard: Guard) -> int:
    """Return the port of a URL; raises `Rejected` unless its parts are such as may be reached."""
    if url.scheme not in guard.schemes:
        said = " or ".join(sorted(guard.schemes))
        raise refused(url, f"is not reached by {said}", guard.remedy)
    if url.userinfo:
        raise refused(url, "holds a user name or password", guard.remedy)
    if not url.host:
        raise refused(url, "names no server", guard.remedy)
    port = url.port or PORTS[url.scheme]
    if port not in guard.ports:
        raise refused(url, f"names port {port}; that one is not used", guard.remedy)
    return port


def _request(sender: httpx2.AsyncClient, url: httpx2.URL, address: Address, asked: Asked) -> httpx2.Request:
    """Return the request to one address: the server and its certificate still go by the name."""
    return sender.build_request(
        asked.method,
        url.copy_with(host=str(address), fragment=None),
        content=asked.body,
        headers={**asked.headers, "Host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.host},
    )
