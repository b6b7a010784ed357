"""Stages of a call: claimed, finished, failed, cancelled and done again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from socket import EAI_AGAIN, gaierror

import pytest

from core.addresses import Address, is_public
from core.errors import Rejected, Retryable
from ingest.fetch import Rules, fetch
from tests.factories.sites import CONTENT, LOOPBACK, Site, certified, names, served


@pytest.fixture
def site() -> Iterator[Site]:
    yield from served(None)


@pytest.fixture
def secure_site(tmp_path: Path) -> Iterator[Site]:
    """Return a server with a certificate for recordings.example."""
    certificate = certified(tmp_path, "recordings.example")
    yield from served(certificate)


def fetched(url: str, rules: Rules) -> tuple[str, bytes]:
    async def body() -> tuple[str, bytes]:
        async with fetch(url, rules) as found:
            return found.name, b"".join([chunk async for chunk in found.chunks])

    return asyncio.run(body())


def refused(url: str, rules: Rules) -> Rejected:
    with pytest.raises(Rejected) as caught:
        fetched(url, rules)
    return caught.value


class TestFetched:
    def test_the_bytes_and_the_name(self, site: Site) -> None:
        assert fetched(site.url("/recording/call%20one.wav?sig=a%2Fb"), site.rules) == (
            "call one.wav",
            CONTENT,
        )
        path, headers = site.heard.requests[0]
        assert path == "/recording/call%20one.wav?sig=a%2Fb"
        assert headers["accept-encoding"] == "identity"

    def test_the_name_of_the_server_is_kept(self, site: Site) -> None:
        fetched(site.url("/recording", "recordings.example"), site.rules)
        assert site.heard.requests[0][1]["host"] == f"recordings.example:{site.port}"

    def test_the_certificate_is_that_of_the_name(self, secure_site: Site) -> None:
        assert fetched(secure_site.url("/recording", "recordings.example"), secure_site.rules)[1] == CONTENT
        assert secure_site.heard.names == ["recordings.example"]
        assert secure_site.heard.requests[0][1]["host"] == f"recordings.example:{secure_site.port}"
        assert "certificate" in refused(secure_site.url("/recording"), secure_site.rules).reason

    def test_the_name_that_the_answer_gives(self, site: Site) -> None:
        assert fetched(site.url("/named/x.wav"), site.rules)[0] == "call.wav"

    def test_redirects_are_followed_up_to_five(self, site: Site) -> None:
        path = "/recording"
        for _ in range(5):
            path = f"/to?{path}"
        assert fetched(site.url(path), site.rules)[1] == CONTENT
        assert "redirects more than 5 times" in refused(site.url(f"/to?{path}"), site.rules).reason

    def test_the_address_that_was_looked_at_is_the_one_connected_to(self, site: Site) -> None:
        """A name that answers otherwise the second time would lead inside: it is asked once."""
        resolve = names({"recordings.example": ["127.0.0.1"]})
        fetched(site.url("/recording", "recordings.example"), replace(site.rules, resolve=resolve))
        assert resolve.asked == ["recordings.example"]

    def test_the_next_address_where_one_takes_no_connection(self, site: Site) -> None:
        rules = replace(
            site.rules,
            resolve=names({"recordings.example": ["::1", "127.0.0.1"]}),
            public=lambda address: address.is_loopback,
        )
        assert fetched(site.url("/recording", "recordings.example"), rules)[1] == CONTENT


class TestRefused:
    @pytest.mark.parametrize(
        ("url", "says"),
        [
            ("ftp://recordings.example/x", "not reached by http or https"),
            ("file:///etc/passwd", "not reached by http or https"),
            ("//recordings.example/x", "not reached by http or https"),
            ("https://user:secret@recordings.example/x", "a user name or password"),
            ("https://user@recordings.example/x", "a user name or password"),
            ("https:///x", "names no server"),
            ("https://recordings.example:8443/x", "port 8443"),
            ("http://recordings.example:22/x", "port 22"),
            ("https://nowhere.example/x", "does not exist"),
            ("http://[::1", "no web address"),
        ],
    )
    def test_addresses(self, url: str, says: str) -> None:
        resolve = names({"recordings.example": ["93.184.216.34"]})
        refusal = refused(url, Rules(limit=1, resolve=resolve))
        assert refusal.code == "url_refused"
        assert says in refusal.reason
        assert "secret" not in str(refusal)

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001", "0", "[::]"]
    )
    def test_this_machine_by_any_name(self, site: Site, host: str) -> None:
        refusal = refused(site.url("/recording", host), Rules(limit=1, ports=frozenset({site.port})))
        assert "not on the public internet" in refusal.reason
        assert site.heard.requests == []

    def test_a_name_with_one_address_inside(self, site: Site) -> None:
        resolve = names({"mixed.example": ["127.0.0.1", "10.0.0.1"], "none.example": []})
        rules = replace(site.rules, resolve=resolve)
        for host in resolve.known:
            assert "not on the public" in refused(site.url("/recording", host), rules).reason
        assert site.heard.requests == []

    @pytest.mark.parametrize(
        ("target", "says"),
        [
            ("http://10.0.0.1/x", "not on the public internet"),
            ("http://169.254.169.254/latest/meta-data", "not on the public internet"),
            ("ftp://recordings.example/x", "not reached by http or https"),
            ("http://recordings.example:1/x", "port 1;"),
            ("//user@recordings.example/x", "user name"),
            ("file:///etc/passwd", "not reached by http or https"),
        ],
    )
    def test_a_redirect_is_looked_at_like_the_first_address(self, site: Site, target: str, says: str) -> None:
        known = {host: [host] for host in ("127.0.0.1", "10.0.0.1", "169.254.169.254")}
        rules = replace(
            site.rules, resolve=names(known), ports=frozenset({site.port, 80}), public=_outside_or_site
        )
        assert says in refused(site.url(f"/to?{target}"), rules).reason
        assert len(site.heard.requests) == 1

    @pytest.mark.parametrize("status", [204, 304, 400, 403, 404, 410])
    def test_answers_that_will_not_change(self, site: Site, status: int) -> None:
        url = site.url(f"/answer?{status}")
        if status == 204:
            assert fetched(url, site.rules)[1] == b""
        else:
            assert f"is answered with {status}" in refused(url, site.rules).reason

    def test_a_recording_too_large_by_its_own_word_or_in_fact(self, site: Site) -> None:
        for path in ("/recording", "/endless"):
            refusal = refused(site.url(path), replace(site.rules, limit=len(CONTENT) - 1))
            assert refusal.code == "too_large"

    def test_compressed_for_transport(self, site: Site) -> None:
        assert "compressed" in refused(site.url("/zipped"), site.rules).reason


def _outside_or_site(address: Address) -> bool:
    return address == LOOPBACK or is_public(address)


class TestPassing:
    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_answers_that_may_change(self, site: Site, status: int) -> None:
        with pytest.raises(Retryable, match=f"answered {status}"):
            fetched(site.url(f"/answer?{status}"), site.rules)

    def test_a_body_slower_than_all_the_time_there_is(self, site: Site) -> None:
        started = time.monotonic()
        with pytest.raises(Retryable, match="too slow"):
            fetched(site.url("/slow"), replace(site.rules, timeout_s=0.5))
        assert time.monotonic() - started < 3

    def test_a_server_that_falls_silent(self, site: Site) -> None:
        with pytest.raises(Retryable, match="too slow"):
            fetched(site.url("/silent"), replace(site.rules, idle_s=0.2))

    def test_a_body_cut_short(self, site: Site) -> None:
        with pytest.raises(Retryable, match="broke off"):
            fetched(site.url("/cut"), site.rules)

    def test_a_server_that_is_away(self, site: Site) -> None:
        with pytest.raises(Retryable, match="takes no connection"):
            fetched("http://127.0.0.1:9/x", replace(site.rules, ports=frozenset({9})))

    def test_a_resolver_that_is_away(self) -> None:
        async def away(host: str, port: int) -> Sequence[Address]:
            raise gaierror(EAI_AGAIN, "later")

        with pytest.raises(Retryable, match="cannot be looked up at the moment"):
            fetched("https://recordings.example/x", Rules(limit=1, resolve=away))
