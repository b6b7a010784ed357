"""Pages while others tell of changes, or cannot: whole as far as they go, and they say how far that is."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from api.feeds import page
from api.feeds.page import Asked, Found
from core.clock import now
from core.settings import Settings
from models.db import Session
from models.feeds import CALLS, View
from models.queries import records
from models.queries.feeds import publishing
from models.tables import Call, FeedDue, FeedEntry
from tests.factories.offices import Office, at_office
from tests.factories.pulling import published, viewer

on_postgresql = pytest.mark.parametrize("home", ["postgresql"], indirect=True)


async def pulled(here: Office) -> Found:
    """Return all calls that there are to pull."""
    asked = Asked(CALLS, View.APPROVED, 100, CALLS.usual)
    return await page.found(here.database, viewer(here.organisation_id), asked)


async def waiting_since(here: Office) -> datetime:
    """Return when the oldest note was made."""
    async with here.database.read(here.organisation_id) as session:
        found = await session.execute(select(col(FeedDue.created_at)).order_by(col(FeedDue.created_at)))
        return found.scalars().all()[0]


@on_postgresql
def test_a_page_does_not_wait_long_for_others_who_tell_of_changes(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PATIENCE_S", 0.2)

    async def act(here: Office) -> None:
        await here.approve("rep")
        await published(here.database, here.organisation_id)
        await here.approve("rep")
        async with here.database.write(here.organisation_id) as session:
            await records.alone(session, here.organisation_id, publishing.LOCK)
            found = await pulled(here)
            assert len(found.entries) == 1
            assert found.as_of == await waiting_since(here)
        found = await pulled(here)
        assert len(found.entries) == 2
        assert found.as_of > max(entry.updated_at for entry in found.entries[:1])

    at_office(home, act)


@on_postgresql
def test_what_is_committed_late_comes_after_what_was_pulled_before(home: Settings) -> None:
    async def act(here: Office) -> None:
        first = await here.approve("rep")
        await pulled(here)
        committed, changed = asyncio.Event(), asyncio.Event()

        async def late(session: Session) -> None:
            call = await session.get_one(Call, first)
            call.title = "Changed early"
            await session.flush()
            changed.set()
            await committed.wait()

        task = asyncio.create_task(here.change(late))
        await changed.wait()
        second = await here.approve("rep")
        before = await pulled(here)
        assert [entry.key for entry in before.entries] == [str(first), str(second)]
        committed.set()
        await task
        asked = Asked(CALLS, View.APPROVED, 100, CALLS.usual, before.place)
        after = await page.found(here.database, viewer(here.organisation_id), asked)
        (row,) = await page.shown(here.database, viewer(here.organisation_id), asked, after.entries)
        assert (row["id"], row["title"]) == (str(first), "Changed early")
        assert after.entries[0].position > before.entries[-1].position

    at_office(home, act)


def test_a_clock_that_was_set_back_changes_no_order(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(here: Office) -> None:
        first = await here.approve("rep")
        await published(here.database, here.organisation_id)
        early = datetime.fromisoformat("2020-01-01T00:00:00+00:00")

        async def set_back(_session: Any) -> datetime:
            return early

        monkeypatch.setattr(publishing, "database_time", set_back)
        second = await here.approve("rep")
        found = await pulled(here)
        assert [entry.key for entry in found.entries] == [str(first), str(second)]
        assert found.entries[0].updated_at < found.entries[1].updated_at <= now()

    at_office(home, act)


def test_things_are_told_of_at_times_of_their_own(home: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve_all("rep", [50.0] * 3)
        await published(here.database, here.organisation_id)
        async with here.database.read(here.organisation_id) as session:
            positions = (await session.execute(select(col(FeedEntry.position)))).scalars().all()
        assert len(set(positions)) == len(positions) > 6

    at_office(home, act)
