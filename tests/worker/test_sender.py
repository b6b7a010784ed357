"""Webhooks sent to real receivers that behave and misbehave, by senders that live and die."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from core.clock import now
from core.settings import Settings
from core.standard_webhooks import Outcome
from models.db import Session, database_time
from models.delivery import DeliveryState
from models.event import Kind
from models.queries import webhooks
from models.webhook import Disabled
from tests.factories.databases import copied_sqlite, migrated_sqlite
from tests.factories.receivers import Receiver, Reply, receiving
from tests.factories.sites import names
from tests.factories.webhooks import Outpost, at_outpost, changed
from worker.figures import Figures
from worker.sender import Sender

S = DeliveryState
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_sqlite(tmp_path_factory.mktemp("template"))


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Settings:
    copied_sqlite(template, tmp_path)
    return Settings(data=tmp_path)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_what_happens_arrives_signed_and_in_time(home: Settings, receiver: Receiver) -> None:
    async def act(here: Outpost) -> None:
        webhook = await here.add(receiver.url())
        call_id = await here.happens(Kind.CREATED, Kind.REVIEWED)
        await here.send(here.sender(receiver.guard()))
        created, reviewed = sorted(receiver.got, key=lambda got: got.id)
        told = created.verified(webhook.secret)
        assert (told["type"], told["data"]["call_id"]) == ("call.created", str(call_id))
        assert reviewed.verified(webhook.secret)["data"]["version"] == told["data"]["version"] + 1
        rows = await here.rows()
        assert [str(row.id) for row in rows] == [created.id, reviewed.id]
        assert [row.body.encode() for row in rows] == [created.body, reviewed.body]
        assert {row.state for row in rows} == {S.DELIVERED}
        (attempt,) = await here.attempts(rows[0])
        assert (attempt.outcome, attempt.status, attempt.error) == (Outcome.DELIVERED, 200, None)

    at_outpost(home, act)


def test_every_kind_of_failure_is_written_down_and_tried_again_under_the_same_id(
    home: Settings, receiver: Receiver
) -> None:
    wrong = [
        Reply(500, {}, b"Oops."),
        Reply(302, {"Location": receiver.url("/elsewhere")}),
        Reply(after_s=4.0),
        Reply(cut=True),
        Reply(404),
        Reply(429, {"Retry-After": "30"}),
    ]

    async def act(here: Outpost) -> None:
        webhook = await here.add(receiver.url())
        receiver.replies["/hook"] = list(wrong)
        sender = here.sender(receiver.guard(), timeout_s=2.0)
        await here.happens(Kind.CREATED)
        for number in range(1, len(wrong) + 1):
            await here.send(sender)
            (row,) = await here.rows()
            assert (row.state, row.failures) == (S.WAITING, number)
            assert row.next_at > now()
            await here.hurry(timedelta(hours=12))
        await here.send(sender)
        (row,) = await here.rows()
        assert row.state is S.DELIVERED
        assert len(receiver.got) == len(wrong) + 1
        assert {got.path for got in receiver.got} == {"/hook"}
        assert {got.id for got in receiver.got} == {str(row.id)}
        assert len({got.headers["webhook-timestamp"] for got in receiver.got}) >= 2
        assert len({got.body for got in receiver.got}) == 1
        assert [got.verified(webhook.secret)["type"] for got in receiver.got] == ["call.created"] * 7
        attempts = await here.attempts(row)
        assert [(one.outcome, one.status) for one in attempts] == [
            (Outcome.ANSWERED, 500),
            (Outcome.REDIRECTED, 302),
            (Outcome.TIMED_OUT, None),
            (Outcome.UNREACHABLE, None),
            (Outcome.ANSWERED, 404),
            (Outcome.ANSWERED, 429),
            (Outcome.DELIVERED, 200),
        ]
        assert attempts[0].answer == "Oops."
        assert attempts[2].ms is not None
        assert attempts[2].ms >= 500

    at_outpost(home, act)


def test_one_that_answers_410_is_told_no_more(home: Settings, receiver: Receiver) -> None:
    async def act(here: Outpost) -> None:
        gone, other = await here.add(receiver.url("/gone")), await here.add(receiver.url("/other"))
        receiver.default["/gone"] = Reply(410)
        figures = Figures()
        sender = Sender(here.database, home.webhooks, figures, receiver.guard())
        await here.happens(Kind.CREATED)
        await here.send(sender)
        await here.happens(Kind.CREATED)
        await here.send(sender)
        assert (await here.webhook(gone)).disabled_for is Disabled.GONE
        assert [got.path for got in receiver.got].count("/gone") == 1
        told = [got.verified(other.secret) for got in receiver.got if got.path == "/other"]
        assert [one["type"] for one in told] == ["call.created", "webhook.disabled", "call.created"]
        assert told[1]["data"]["webhook_id"] == str(gone.id)
        assert [row.state for row in await here.rows() if row.webhook_id == gone.id] == [S.HELD, S.HELD]
        shown = generate_latest(figures.registry).decode()
        assert 'debrief_webhook_attempts_total{outcome="gone"} 1.0' in shown
        assert 'debrief_webhook_attempts_total{outcome="delivered"} 3.0' in shown
        assert 'debrief_webhooks_disabled_total{reason="gone"} 1.0' in shown

    at_outpost(home, act)


def test_a_name_that_leads_inside_by_now_is_sent_nothing(home: Settings, receiver: Receiver) -> None:
    """What was public when it was saved is 127.0.0.1 when it is sent, and public again later."""
    known = {"hooks.example": ["127.0.0.1"]}

    async def act(here: Outpost) -> None:
        await here.add(receiver.url())
        await here.happens(Kind.CREATED)
        resolve = names(known)
        await here.send(here.sender(receiver.guard(public=lambda _: False, resolve=resolve)))
        assert receiver.got == []
        (row,) = await here.rows()
        (attempt,) = await here.attempts(row)
        assert (row.state, attempt.outcome) == (S.WAITING, Outcome.REFUSED)
        assert attempt.error is not None
        assert "not on the public internet" in attempt.error
        await here.hurry()
        await here.send(here.sender(receiver.guard(resolve=resolve)))
        assert await here.states() == [S.DELIVERED]
        assert resolve.asked == ["hooks.example"] * 2

    at_outpost(home, act)


def test_settings_as_they_come_send_nothing_to_this_machine(home: Settings, receiver: Receiver) -> None:
    async def act(here: Outpost) -> None:
        for host in ("127.0.0.1", "localhost"):
            await here.add(receiver.url(host=host))
            await here.add(receiver.url(host=host).replace("http:", "https:"))
        await here.happens(Kind.CREATED)
        await here.send(Sender(here.database, home.webhooks, Figures()))
        assert receiver.got == []
        assert await here.states() == [S.WAITING] * 4

    at_outpost(home, act)


def test_a_secret_is_changed_without_a_message_lost(home: Settings, receiver: Receiver) -> None:
    """Receivers that still have the old secret take every message, and so do those that have the new one."""

    async def act(here: Outpost) -> None:
        webhook = await here.add(receiver.url())
        call_id, sender = await here.happens(), here.sender(receiver.guard())

        async def rotate(session: Session) -> str:
            row = await webhooks.find(session, webhook.id, lock=True)
            assert row is not None
            at = await database_time(session)
            webhooks.rotate(session, row, timedelta(hours=1), here.admin_id, at)
            return row.secret

        await here.change(lambda session: changed(session, call_id))
        await here.send(sender)
        new = await here.change(rotate)
        await here.change(lambda session: changed(session, call_id))
        await here.send(sender)
        before, after = receiver.got
        before.verified(webhook.secret)
        for secret in (webhook.secret, new):
            assert after.verified(secret)["type"] == "call.changed"

    at_outpost(home, act)


def test_one_that_is_slow_holds_up_no_other(home: Settings, receiver: Receiver) -> None:
    async def act(here: Outpost) -> None:
        slow, quick = await here.add(receiver.url("/slow")), await here.add(receiver.url("/quick"))
        receiver.default["/slow"] = Reply(after_s=1.5)
        await here.happens(*[Kind.CHANGED] * 20)
        sender = here.sender(receiver.guard(), timeout_s=10, at_once=8)
        running = asyncio.create_task(sender.run())
        started = time.monotonic()
        while [row.state for row in await here.rows() if row.webhook_id == quick.id] != [S.DELIVERED] * 20:
            assert time.monotonic() - started < 30
            await asyncio.sleep(0.05)
        arrived = [got.path for got in receiver.got]
        assert arrived.count("/quick") == 20
        under_way = [row for row in await here.rows() if row.webhook_id == slow.id and row.state is S.SENDING]
        assert len(under_way) <= 4
        running.cancel()
        await asyncio.wait([running])

    at_outpost(home, act)


def test_a_worker_that_is_told_to_stop_hands_back_what_is_under_way(
    home: Settings, receiver: Receiver
) -> None:
    async def act(here: Outpost) -> None:
        await here.add(receiver.url())
        await here.happens(Kind.CREATED)
        receiver.gate.clear()
        running = asyncio.create_task(here.sender(receiver.guard(), timeout_s=20).run())
        await asyncio.to_thread(receiver.until, 1)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()
        assert await here.states() == [S.WAITING]
        receiver.gate.set()
        await here.send(here.sender(receiver.guard()))
        first, second = receiver.got
        assert first.id == second.id
        (row,) = await here.rows()
        assert [one.outcome for one in await here.attempts(row)] == [Outcome.LOST, Outcome.DELIVERED]

    at_outpost(home, act)


SENDER = """
import asyncio, sys
from core.settings import Settings
from models.db import Database
from worker.figures import Figures
from worker.sender import Sender

async def run():
    settings = Settings()
    await Sender(Database(settings), settings.webhooks, Figures()).run()

asyncio.run(run())
"""


def test_a_worker_killed_while_it_sends_loses_nothing(home: Settings, receiver: Receiver) -> None:
    """What was under way is sent once more, under the same id, and so is all that it had not begun with."""

    async def act(here: Outpost) -> None:
        await here.add(receiver.url(host="127.0.0.1"))
        receiver.gate.clear()
        await here.happens(*[Kind.CHANGED] * 7)
        killed = await asyncio.to_thread(started, home)
        try:
            await asyncio.to_thread(receiver.until, 4)
            assert sorted(await here.states()) == [S.SENDING] * 4 + [S.WAITING] * 3
        finally:
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        receiver.gate.set()
        sender = here.sender(receiver.guard(resolve=names({"127.0.0.1": ["127.0.0.1"]})))
        await here.send(sender)
        assert len(receiver.got) == 4, "the dead one still counts as sending"
        await here.hurry()  # its lease is over
        await here.send(sender)
        assert await here.states() == [S.DELIVERED] * 7
        ids = [got.id for got in receiver.got]
        assert sorted(set(ids)) == sorted(str(row.id) for row in await here.rows())
        assert sorted(ids.count(one) for one in set(ids)) == [1] * 3 + [2] * 4
        again = [row for row in await here.rows() if ids.count(str(row.id)) == 2]
        for row in again:
            assert [one.outcome for one in await here.attempts(row)] == [Outcome.LOST, Outcome.DELIVERED]

    at_outpost(home, act)


def started(settings: Settings) -> subprocess.Popen[bytes]:
    """Return a sender in a process of its own, which may send to this machine."""
    known = {
        "PYTHONPATH": str(ROOT),
        "DEBRIEF_DATA": str(settings.data),
        "DEBRIEF_WEBHOOKS__PRIVATE_NETWORKS": "true",
    }
    return subprocess.Popen([sys.executable, "-c", SENDER], cwd=ROOT, env={**os.environ, **known})


def test_what_cannot_be_sent_for_a_fault_of_ours_holds_up_nothing(
    home: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_given: Any) -> None:
        raise ZeroDivisionError

    async def act(here: Outpost) -> None:
        await here.add(receiver.url())
        await here.happens(Kind.CREATED)
        sender = here.sender(receiver.guard())
        with monkeypatch.context() as patch:
            patch.setattr("worker.sender.send", broken)
            await here.send(sender)
        (row,) = await here.rows()
        (attempt,) = await here.attempts(row)
        assert (row.state, attempt.outcome) == (S.WAITING, Outcome.UNREACHABLE)
        assert attempt.error == "The service failed at sending it."
        await here.hurry()
        await here.send(sender)
        assert json.loads(receiver.got[0].body)["type"] == "call.created"

    at_outpost(home, act)
