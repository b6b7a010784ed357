"""Messages as the reference library verifies them, sent to receivers that behave and misbehave."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from core.addresses import Guard
from core.clock import now
from core.errors import Rejected
from core.settings import WebhookSettings
from core.standard_webhooks import (
    MOST_KEPT,
    PREFIX,
    Answer,
    Message,
    Outcome,
    check,
    guard,
    headers,
    new_secret,
    send,
    signature,
)
from tests.factories.receivers import Receiver, Reply, receiving
from tests.factories.sites import certified, names

ROOT = Path(__file__).resolve().parents[2]
MESSAGE = Message("0199c2f0-5d6e-7c3a-9a51-2f6b1c9d0e42", '{"type":"call.reviewed","é":"王"}'.encode())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def sent(receiver: Receiver, allowed: Guard | None = None, timeout_s: float = 5.0, url: str = "") -> Answer:
    secret = new_secret()
    at = url or receiver.url()
    return asyncio.run(send(at, MESSAGE, (secret,), allowed or receiver.guard(), timeout_s))


def documented(language: str, holding: str) -> str:
    """Return the block of code in docs/webhooks.md that holds something."""
    text = (ROOT / "docs/webhooks.md").read_text()
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return next(block for block in blocks if holding in block)


class TestSigned:
    @given(st.text(st.characters(exclude_categories=["Cs"])), st.uuids())
    def test_the_reference_library_verifies_every_body(self, text: str, key: object) -> None:
        secret, message = new_secret(), Message(str(key), f'"{text}"'.encode())
        found = headers(message, (secret,), int(now().timestamp()))
        Webhook(secret).verify(message.body, found, json_parse=False)
        with pytest.raises(WebhookVerificationError):
            Webhook(new_secret()).verify(message.body, found, json_parse=False)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(message.body + b" ", found, json_parse=False)

    def test_every_secret_that_signs_verifies(self) -> None:
        old, new = new_secret(), new_secret()
        found = headers(MESSAGE, (new, old), int(now().timestamp()))
        assert [part[:3] for part in found["webhook-signature"].split(" ")] == ["v1,", "v1,"]
        for secret in (old, new):
            assert Webhook(secret).verify(MESSAGE.body, found)["type"] == "call.reviewed"

    def test_a_secret_is_32_random_bytes(self) -> None:
        first, second = new_secret(), new_secret()
        assert first != second
        assert first.startswith(PREFIX)
        assert len(base64.b64decode(first.removeprefix(PREFIX))) == 32

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
    def test_the_commands_of_the_documentation_come_to_the_same(self, tmp_path: Path) -> None:
        secret, timestamp = new_secret(), 1_772_443_800
        (tmp_path / "body.json").write_bytes(MESSAGE.body)
        known = {"SECRET": secret, "ID": MESSAGE.id, "TIMESTAMP": str(timestamp), "PATH": os.environ["PATH"]}
        command = ["bash", "-euc", documented("sh", "openssl")]
        run = subprocess.run(command, env=known, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert signature(secret, MESSAGE, timestamp) == "v1," + run.stdout.strip()

    def test_the_receiver_of_the_documentation_takes_what_is_signed_and_nothing_else(self) -> None:
        secret, code = new_secret(), documented("python", "standardwebhooks")
        scope: dict[str, Any] = {}
        exec(re.sub(r"whsec_[^\"]+", secret, code), scope)  # noqa: S102 - it is ours
        body = b'{"type":"call.deleted","data":{"links":{}}}'
        with TestClient(scope["app"]) as client:
            for signing, status in ((secret, 204), (secret, 204), (new_secret(), 400)):
                sent = headers(Message("a", body), (signing,), int(now().timestamp()))
                assert client.post("/hooks/debrief", content=body, headers=sent).status_code == status
        assert scope["seen"] == {"a"}


class TestSent:
    def test_a_message_arrives_byte_for_byte(self, receiver: Receiver) -> None:
        secret = new_secret()
        answer = asyncio.run(send(receiver.url("/in?k=v"), MESSAGE, (secret,), receiver.guard(), 5.0))
        assert (answer.outcome, answer.status, answer.error) == (Outcome.DELIVERED, 200, None)
        (got,) = receiver.got
        assert (got.path, got.id, got.body) == ("/in?k=v", MESSAGE.id, MESSAGE.body)
        assert got.headers["content-type"] == "application/json"
        assert got.headers["host"] == f"hooks.example:{receiver.port}"
        assert abs(int(got.headers["webhook-timestamp"]) - now().timestamp()) < 10
        assert got.verified(secret)["type"] == "call.reviewed"

    def test_by_https_to_whom_the_certificate_names(self, tmp_path: Path) -> None:
        with receiving(certified(tmp_path, "hooks.example")) as receiver:
            assert sent(receiver).outcome is Outcome.DELIVERED
            other = names({"other.example": ["127.0.0.1"]})
            answer = sent(receiver, receiver.guard(resolve=other), url=receiver.url(host="other.example"))
            assert answer.outcome is Outcome.REFUSED
            assert "certificate" in str(answer.error)
            assert len(receiver.got) == 1

    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_any_answer_of_the_200s_takes_it(self, receiver: Receiver, status: int) -> None:
        receiver.default["/hook"] = Reply(status)
        assert sent(receiver).outcome is Outcome.DELIVERED

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            (300, Outcome.REDIRECTED),
            (301, Outcome.REDIRECTED),
            (304, Outcome.REDIRECTED),
            (307, Outcome.REDIRECTED),
            (308, Outcome.REDIRECTED),
            (400, Outcome.ANSWERED),
            (404, Outcome.ANSWERED),
            (410, Outcome.GONE),
            (500, Outcome.ANSWERED),
            (503, Outcome.ANSWERED),
        ],
    )
    def test_every_other_is_a_failure_and_no_redirect_is_followed(
        self, receiver: Receiver, status: int, outcome: Outcome
    ) -> None:
        receiver.default["/hook"] = Reply(status, {"Location": receiver.url("/elsewhere")}, b"")
        answer = sent(receiver)
        assert (answer.outcome, answer.status) == (outcome, status)
        assert str(status) in str(answer.error)
        assert [got.path for got in receiver.got] == ["/hook"]

    def test_an_answer_that_does_not_come_in_time(self, receiver: Receiver) -> None:
        receiver.default["/hook"] = Reply(after_s=20.0)
        started = time.monotonic()
        answer = sent(receiver, timeout_s=0.3)
        assert (answer.outcome, answer.status) == (Outcome.TIMED_OUT, None)
        assert time.monotonic() - started < 10
        assert 300 <= answer.ms < 10_000

    def test_a_body_that_does_not_come_changes_nothing(self, receiver: Receiver) -> None:
        receiver.default["/hook"] = Reply(200, {"Content-Length": "9"}, b"", body_after_s=20.0)
        started = time.monotonic()
        answer = sent(receiver, timeout_s=1.5)
        assert (answer.outcome, answer.text) == (Outcome.DELIVERED, "")
        assert time.monotonic() - started < 10

    def test_a_connection_that_breaks_off_or_is_not_taken(self, receiver: Receiver) -> None:
        receiver.default["/hook"] = Reply(cut=True)
        assert sent(receiver).outcome is Outcome.UNREACHABLE
        nobody = receiver.guard(ports=frozenset({9}))
        answer = sent(receiver, nobody, url="http://hooks.example:9/hook")
        assert (answer.outcome, answer.error) == (Outcome.UNREACHABLE, "hooks.example takes no connection.")

    def test_little_is_kept_of_what_it_answers(self, receiver: Receiver) -> None:
        receiver.default["/hook"] = Reply(500, {}, b"\x00\xff" + b"x" * 1_000_000)
        text = sent(receiver).text
        assert text is not None
        assert len(text) == MOST_KEPT
        assert text.startswith("\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}xx")

    @pytest.mark.parametrize(
        ("status", "given", "wait_s"),
        [
            (503, "120", 120.0),
            (429, "0", 0.0),
            (503, "soon", None),
            (503, "-5", None),
            (503, "", None),
            (503, "9" * 400, 999_999_999.0),
            (500, "120", None),
        ],
    )
    def test_how_long_it_asks_to_be_left_alone(
        self, receiver: Receiver, status: int, given: str, wait_s: float | None
    ) -> None:
        receiver.default["/hook"] = Reply(status, {"Retry-After": given})
        assert sent(receiver).retry_after_s == wait_s

    @pytest.mark.parametrize(("hours", "wait_s"), [(1, 3600.0), (-1, 0.0)])
    def test_until_when_it_asks_to_be_left_alone(self, receiver: Receiver, hours: int, wait_s: float) -> None:
        at = format_datetime(now() + timedelta(hours=hours))
        receiver.default["/hook"] = Reply(429, {"Retry-After": at})
        assert sent(receiver).retry_after_s == pytest.approx(wait_s, abs=60)


class TestNotSentInside:
    @pytest.mark.parametrize("inside", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "fd00::1", "::1"])
    def test_a_name_that_leads_inside(self, receiver: Receiver, inside: str) -> None:
        allowed = Guard(
            ports=frozenset({receiver.port}),
            resolve=names({"hooks.example": ["93.184.216.34", inside]}),
        )
        answer = sent(receiver, allowed)
        assert answer.outcome is Outcome.REFUSED
        assert "not on the public internet" in str(answer.error)
        assert receiver.got == []

    def test_a_name_that_is_another_address_when_it_is_sent(self, receiver: Receiver) -> None:
        """What was public when it was saved leads inside now."""
        known = {"hooks.example": ["93.184.216.34"]}
        allowed = Guard(ports=frozenset({receiver.port}), resolve=names(known))
        asyncio.run(check(receiver.url(), allowed))
        known["hooks.example"] = ["127.0.0.1"]
        assert sent(receiver, allowed).outcome is Outcome.REFUSED
        assert receiver.got == []

    def test_a_name_is_asked_once_and_the_connection_goes_where_that_led(self, receiver: Receiver) -> None:
        resolve = names({"hooks.example": ["127.0.0.1"]})
        assert sent(receiver, receiver.guard(resolve=resolve)).outcome is Outcome.DELIVERED
        assert resolve.asked == ["hooks.example"]

    def test_the_error_repeats_nothing_secret_of_the_address(self, receiver: Receiver) -> None:
        answer = sent(receiver, Guard(), url="https://hooks.example:22/token-1234?key=5678")
        assert answer.outcome is Outcome.REFUSED
        assert "1234" not in str(answer.error)
        assert "5678" not in str(answer.error)


class TestAllowed:
    def refused(self, url: str, settings: WebhookSettings) -> str:
        with pytest.raises(Rejected) as caught:
            asyncio.run(check(url, guard(settings)))
        return caught.value.reason

    def test_https_on_the_public_internet_and_nothing_else(self) -> None:
        settings = WebhookSettings()
        for url in ("https://93.184.216.34/hook", "https://93.184.216.34:8443/hook"):
            asyncio.run(check(url, guard(settings)))
        assert "not reached by https" in self.refused("http://93.184.216.34/hook", settings)
        assert "port 22" in self.refused("https://93.184.216.34:22/hook", settings)
        assert "user name" in self.refused("https://user@93.184.216.34/hook", settings)
        for host in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "2130706433"):
            assert "not on the public internet" in self.refused(f"https://{host}/hook", settings)

    def test_private_networks_where_the_installation_says_so(self) -> None:
        settings = WebhookSettings(private_networks=True)
        for url in ("http://10.1.2.3:5678/hook", "https://127.0.0.1/hook", "https://[fd00::1]:22/hook"):
            asyncio.run(check(url, guard(settings)))
        for host in ("169.254.169.254", "[fd00:ec2::254]", "0.0.0.0"):  # noqa: S104
            assert "not on the public internet" in self.refused(f"http://{host}/hook", settings)

    def test_certificates_of_ones_own(self, tmp_path: Path) -> None:
        path = certified(tmp_path, "127.0.0.1")
        with receiving(certified(tmp_path, "localhost")) as receiver:
            settings = WebhookSettings(private_networks=True, ca_file=path)
            url = receiver.url(host="localhost")
            assert sent(receiver, guard(settings), url=url).outcome is Outcome.DELIVERED
            untrusted = WebhookSettings(private_networks=True)
            assert sent(receiver, guard(untrusted), url=url).outcome is Outcome.REFUSED
