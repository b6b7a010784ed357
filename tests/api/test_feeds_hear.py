"""Nothing that a row shows can change unheard: every column of every table is changed, and rows compared."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy import JSON, Column, Enum, delete, event, insert, inspect, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col

from api.feeds import rows
from core.clock import now
from core.settings import Settings
from models.db import Session
from models.feeds import STREAMS, View, names
from models.queries import formulas
from models.queries.feeds import noting, reading
from models.queries.feeds.noting import WATCHED, Unseen
from models.record import Formula, Outcome, Term
from models.scorecard import Target
from models.tables import (
    Assessment,
    Call,
    Deal,
    FeedDue,
    FormulaVersion,
    MetricRow,
    Organisation,
    RecordCell,
    ScorecardRow,
    ScorecardVersion,
    TenantRow,
    User,
)
from models.versions import VersionMoveName
from tests.factories.offices import Office, at_office
from tests.factories.pulling import published, viewer
from tests.factories.worlds import BEGAN

NEVER_CHANGED = {
    (ScorecardRow, "key"): "a scorecard is known by it",
    (ScorecardVersion, "number"): "versions are counted",
    (ScorecardVersion, "content"): "what has scored a call is locked",
    (FormulaVersion, "number"): "versions are counted",
    (FormulaVersion, "content"): "what is or was in use is locked",
    (Call, "crm_deal"): "it is what `crm` says",
}
"""Columns that no code changes once rows show them, and why."""
OTHER: Mapping[tuple[type[SQLModel], str], Any] = {
    (Call, "crm"): {"deal": "d2"},
    (RecordCell, "content"): {"depth": [2, 40.0, 1.0]},
    (RecordCell, "call_type"): "renewal",
    (MetricRow, "name"): "patience",
    (Organisation, "time_zone"): "Asia/Tokyo",
}
"""Values that columns change to where the next best would mean nothing."""

OF_FEEDS = {"feed_due", "feed_entry", "feed_head"}
ROW: Mapping[type[SQLModel], Any] = {
    Organisation: col(Organisation.name) == "acme",
    Deal: col(Deal.external_id) == "d1",
    MetricRow: col(MetricRow.name) == "talk_share",
    User: col(User.name) == "Rep",
}
"""Which row of a table is changed, where that is not the first."""
Value = Callable[[Any], Any]
Shown = dict[tuple[str, str], tuple[int, Any]]
"""Position and row of everything in every feed."""


async def furnished(here: Office) -> None:
    """Have an approved call of a deal, its record, and a formula in use."""

    async def act(session: Session) -> None:
        session.add(here.deal("rep", Outcome.WON, "2026-03-01", "2026-03-20"))
        session.add(here.deal("rep", Outcome.OPEN, "2026-03-01", None, number=2))
        version = await formulas.add(
            session, Formula("Ours", (Term("depth", 1, Target(low=80)),)), "", None, BEGAN
        )
        await formulas.move(session, version, VersionMoveName.ACTIVATE, BEGAN)

    await here.change(act)
    await here.approve("rep", crm={"deal": "d1"}, started_at=now() - timedelta(hours=1))
    await here.drain()
    await published(here.database, here.organisation_id)


async def shown(here: Office) -> Shown:
    """Return all that feeds show."""
    found: Shown = {}
    async with here.database.read(here.organisation_id) as session:
        for stream in STREAMS:
            for view in View:
                feed = stream.feed(view)
                entries = await reading.after(session, feed, 0, 1000)
                everything = await rows.rows(
                    session, viewer(here.organisation_id), stream, entries, view, names(stream.fields)
                )
                by_key = {row["id"]: {**row, "updated_at": None} for row in everything}
                found |= {(feed, one.key): (one.position, by_key.get(one.key)) for one in entries}
    return found


async def tables_read(here: Office) -> list[type[SQLModel]]:
    """Return the tables out of which rows are made, but those of feeds themselves."""
    read = set[str]()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        read.update(re.findall(r'(?:FROM|JOIN)\s+"?(\w+)', statement))

    engine = here.database._reader.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await shown(here)
    event.remove(engine, "before_cursor_execute", note)
    every: list[type[SQLModel]] = [Organisation, *TenantRow.__subclasses__()]
    return [one for one in every if one.__tablename__ in read - OF_FEEDS]


def columns(table: type[SQLModel]) -> Iterator[tuple[str, Column[Any]]]:
    """Yield the columns of a table that can change."""
    for name, attribute in inspect(table).column_attrs.items():
        column = attribute.columns[0]
        if not column.primary_key and name != "organisation_id" and (table, name) not in NEVER_CHANGED:
            yield name, column


def another(table: type[SQLModel], name: str, column: Column[Any], people: list[UUID], value: Any) -> Any:
    """Return a value that a column may have as well; the same where there is none."""
    referred = {key.column.table.name for key in column.foreign_keys}
    if (table, name) in OTHER:
        return OTHER[table, name]
    if referred == {"users"}:
        return next(one for one in people if one != value)
    if referred or (value is None and isinstance(column.type, JSON | Enum)):
        return value
    if value is None:
        return SOME[get_args(table.model_fields[name].annotation)[0]]
    return next(change(value) for kind, change in CHANGED.items() if isinstance(value, kind))


SOME: Mapping[type[Any], Any] = {str: "x", int: 1, float: 0.5, bool: True, datetime: BEGAN, UUID: UUID(int=1)}
"""Some value of a kind."""
CHANGED: Mapping[type[Any], Callable[[Any], Any]] = {
    bool: lambda value: not value,
    enum.Enum: lambda value: next(one for one in type(value) if one != value),
    date: lambda value: value + timedelta(days=1),
    int: lambda value: value + 1,
    float: lambda value: value + 1,
    str: lambda value: f"{value}x",
    dict: lambda value: {**value, "more": 1},
    list: lambda value: [*value, ["more", BEGAN.isoformat()]],
    UUID: lambda _value: UUID(int=1),
}
"""Another value than one of a kind; the first kind that fits counts."""


def test_whatever_a_row_shows_moves_it_when_it_changes(home: Settings) -> None:
    heard = set[tuple[type[SQLModel], str]]()

    async def act(here: Office) -> None:
        await furnished(here)
        people, base = [here.id("mate"), here.id("rep")], await shown(here)
        for table in await tables_read(here):
            for name, column in columns(table):
                other = partial(another, table, name, column, people)
                if await differs(here, base, table, name, other):
                    heard.add((table, name))
        assert {key: row for key, (_, row) in (await shown(here)).items()} == {
            key: row for key, (_, row) in base.items()
        }

    at_office(home, act)
    assert heard >= {(Call, "title"), (Call, "crm"), (Call, "deleted_at"), (MetricRow, "value")}
    assert heard >= {(Assessment, "state"), (Assessment, "trial"), (Deal, "amount"), (RecordCell, "content")}
    assert heard >= {(FormulaVersion, "retired_at"), (Assessment, "points"), (Deal, "external_id")}
    watched = {(table, name) for table, watches in WATCHED.items() for one in watches for name in one.columns}
    assert heard <= watched


async def differs(here: Office, base: Shown, table: type[SQLModel], name: str, other: Value) -> bool:
    """Return whether rows show a column changed; all that show it must have moved. It is then put back."""
    async with here.database.read(here.organisation_id) as session:
        found = await session.execute(select(table).where(ROW.get(table, true())))
        row = found.scalars().first()
        head = await reading.head(session)
    key, old = inspect(row).identity, getattr(row, name)
    if not await put(here, table, key, name, other(old)):
        return False
    await published(here.database, here.organisation_id)
    after = await shown(here)
    different = {one for one in base if base[one][1] != after[one][1]}
    unheard = {one for one in different if after[one][0] <= head.position}
    assert not unheard, (table.__name__, name, unheard)
    await put(here, table, key, name, old)
    await published(here.database, here.organisation_id)
    return bool(different)


async def put(here: Office, table: type[SQLModel], key: Any, name: str, value: Any) -> bool:
    """Have a column of a row hold a value; return whether it can."""

    async def act(session: Session) -> None:
        setattr(await session.get_one(table, key), name, value)

    try:
        await here.change(act)
    except IntegrityError:
        return False
    return True


def test_a_deletion_by_one_statement_is_heard(home: Settings) -> None:
    async def act(here: Office) -> None:
        await furnished(here)

        async def gone(session: Session) -> None:
            await session.execute(delete(Assessment))
            await session.execute(delete(MetricRow).where(col(MetricRow.name) == "talk_share"))

        await here.change(gone)
        notes = await noted(here)
        assert [cause for cause, _ in sorted(notes)] == ["measures", "score"]
        await published(here.database, here.organisation_id)
        found = await shown(here)
        assert [row["deleted"] for (feed, _), (_, row) in found.items() if feed == "scores"] == [True]

    at_office(home, act)


def test_a_change_by_one_statement_is_heard(home: Settings) -> None:
    async def act(here: Office) -> None:
        await furnished(here)

        async def changed(session: Session) -> None:
            await session.execute(update(Assessment).values(points=1))
            await session.execute(update(Deal).values(amount=5.0))
            await session.execute(update(Call).values(title="x"))

        await here.change(changed)
        assert {cause for cause, _ in await noted(here)} == {"score", "measures", "deal"}

    at_office(home, act)


@pytest.mark.parametrize(
    "statement",
    [delete(Call), delete(User), update(Call).values(crm={}), update(Call)],
    ids=["takes rows along", "takes records along", "needs what was", "says nothing"],
)
def test_what_could_not_be_heard_is_refused(home: Settings, statement: Any) -> None:
    async def act(here: Office) -> None:
        with pytest.raises(Unseen):
            await here.change(lambda session: session.execute(statement))
        async with here.database.system() as system:
            with pytest.raises(Unseen):
                await system.execute(insert(Call).values(title="x"))

    at_office(home, act)


def test_a_transaction_notes_a_thing_once_and_a_sign_of_life_nothing(home: Settings) -> None:
    async def act(here: Office) -> None:
        await furnished(here)

        async def twice(session: Session) -> None:
            call = (await session.execute(select(Call))).scalar_one()
            for title in ("One", "Two"):
                call.title = title
                await session.flush()

        async def beat(session: Session) -> None:
            call = (await session.execute(select(Call))).scalar_one()
            call.progress, call.title = 0.5, str(call.title)

        await here.change(twice)
        assert [cause for cause, _ in await noted(here)] == ["measures"]
        await published(here.database, here.organisation_id)
        await here.change(beat)
        assert await noted(here) == []

    at_office(home, act)


def test_rows_that_others_take_along_are_those_of_calls_and_people() -> None:
    assert {table.__name__ for table in noting.taking_with_them()} == {"Call", "User"}


async def noted(here: Office) -> list[tuple[str, str]]:
    """Return what is noted."""
    async with here.database.read(here.organisation_id) as session:
        query = select(col(FeedDue.cause), col(FeedDue.key)).order_by(col(FeedDue.id))
        return [(cause, key) for cause, key in await session.execute(query)]
