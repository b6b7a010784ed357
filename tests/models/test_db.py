"""Tenants are apart by construction: no statement of one organisation's session reaches another's rows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, delete, exists, func, insert, literal, select, text, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.clock import now
from core.ids import new_id
from core.settings import Settings
from models.call import Source
from models.db import Database, Forbidden, async_url, read_json
from models.tables import Call, Organisation, Recording, Team

Calls = aliased(Call)

COUNTS: dict[str, Select[Any]] = {
    "rows": select(func.count()).select_from(Call),
    "a column": select(func.count(col(Call.id))),
    "an alias": select(func.count()).select_from(Calls),
    "a join": select(func.count()).select_from(Call).join(Recording, col(Recording.sha256) == "same"),
    "a subquery": select(func.count()).select_from(select(col(Call.id)).subquery()),
    "a common table expression": select(func.count()).select_from(select(col(Call.id)).cte()),
    "an IN": select(func.count())
    .select_from(Recording)
    .where(col(Recording.id).in_(select(col(Call.recording_id)))),
    "an EXISTS": select(func.count())
    .select_from(Organisation)
    .where(exists(select(col(Call.id)).where(col(Call.organisation_id) == col(Organisation.id)))),
    "a scalar subquery": select(select(func.count()).select_from(Call).scalar_subquery()),
    "a union": select(func.count()).select_from(
        union_all(select(col(Call.id)), select(col(Call.id)).where(col(Call.title) == "none")).subquery()
    ),
}


def a_call(organisation_id: UUID, recording_id: UUID) -> Call:
    return Call(
        organisation_id=organisation_id,
        recording_id=recording_id,
        title="A call",
        started_at=now(),
        source=Source.UPLOAD,
    )


async def two_organisations(database: Database) -> tuple[UUID, UUID]:
    """Return two organisations with one call each, of recordings that are equal."""
    names = [Organisation(name=name) for name in ("one", "two")]
    async with database.system() as session:
        session.add_all(names)
    for one in names:
        async with database.write(one.id) as session:
            recording = Recording(
                organisation_id=one.id, sha256="same", bytes=1, name="x.wav", key=str(new_id())
            )
            session.add(recording)
            await session.flush()
            session.add(a_call(one.id, recording.id))
    return names[0].id, names[1].id


def within(settings: Settings, work: Callable[[Database, UUID, UUID], Any]) -> Any:
    async def run() -> Any:
        database = Database(settings)
        try:
            return await work(database, *await two_organisations(database))
        finally:
            await database.close()

    return asyncio.run(run())


def test_whatever_way_a_statement_names_a_table_it_counts_one_organisation(on: Settings) -> None:
    async def counted(database: Database, one: UUID, _two: UUID) -> dict[str, int]:
        async with database.read(one) as session:
            return {name: (await session.execute(query)).scalar_one() for name, query in COUNTS.items()}

    assert within(on, counted) == dict.fromkeys(COUNTS, 1)


def test_a_row_of_another_organisation_is_not_there(on: Settings) -> None:
    async def fetched(database: Database, one: UUID, two: UUID) -> tuple[Call | None, Call | None]:
        async with database.system_read() as system:
            rows = (await system.execute(select(Call))).scalars().all()
        ids = {row.organisation_id: row.id for row in rows}
        async with database.read(one) as session:
            return await session.get(Call, ids[one]), await session.get(Call, ids[two])

    own, others = within(on, fetched)
    assert own is not None
    assert others is None


def test_changes_and_deletions_stay_within_the_organisation(on: Settings) -> None:
    async def both(database: Database, one: UUID, two: UUID) -> bool:
        for owner in (one, two):
            async with database.write(owner) as session:
                session.add(Team(organisation_id=owner, name="East", path=""))
        async with database.write(one) as session:
            await session.execute(update(Call).values(title="changed"))
        async with database.write(two) as session:
            await session.execute(delete(Team))
        async with database.system_read() as system:
            calls = (await system.execute(select(Call))).scalars().all()
            teams = (await system.execute(select(Team))).scalars().all()
        titles = {row.organisation_id: row.title for row in calls}
        return titles == {one: "changed", two: "A call"} and [row.organisation_id for row in teams] == [one]

    assert within(on, both)


@pytest.mark.parametrize(
    "statement",
    [text("SELECT count(*) FROM call"), select(Call.__table__), insert(Call)],  # type: ignore[attr-defined]
    ids=["text", "a core table", "an insert"],
)
def test_statements_that_could_leave_the_organisation_are_refused(on: Settings, statement: Any) -> None:
    async def asked(database: Database, one: UUID, _two: UUID) -> None:
        async with database.write(one) as session:
            await session.execute(statement)

    with pytest.raises(Forbidden):
        within(on, asked)


def test_a_row_of_another_organisation_is_not_written(on: Settings) -> None:
    async def written(database: Database, one: UUID, two: UUID) -> None:
        async with database.write(one) as session:
            session.add(Team(organisation_id=two, name="theirs", path="/"))

    with pytest.raises(Forbidden, match="Team belongs to another organisation"):
        within(on, written)


def test_a_row_cannot_refer_to_another_organisation(on: Settings) -> None:
    async def written(database: Database, one: UUID, two: UUID) -> None:
        async with database.system() as system:
            theirs = (
                await system.execute(select(Recording).where(col(Recording.organisation_id) == two))
            ).scalar_one()
            system.add(a_call(one, theirs.id))

    with pytest.raises(IntegrityError):
        within(on, written)


def test_readers_and_a_writer_do_not_wait_for_each_other(on: Settings) -> None:
    async def read(database: Database, one: UUID, _two: UUID) -> int:
        async with database.write(one) as writer:
            await writer.execute(update(Call).values(title="not yet"))
            async with asyncio.timeout(5), database.read(one) as reader:
                query = select(func.count()).select_from(Call).where(col(Call.title) == "A call")
                return (await reader.execute(query)).scalar_one()

    assert within(on, read) == 1


def test_writers_that_read_first_take_their_turns(on: Settings) -> None:
    async def counted(database: Database, one: UUID, _two: UUID) -> int:
        async def more() -> None:
            async with database.write(one) as session:
                call = (await session.execute(select(Call).with_for_update())).scalar_one()
                call.version += 1

        await asyncio.gather(*(more() for _ in range(8)))
        async with database.read(one) as session:
            return (await session.execute(select(col(Call.version)))).scalar_one()

    assert within(on, counted) == 9


def test_a_writer_that_is_cancelled_while_it_reads_keeps_nobody_waiting(on: Settings) -> None:
    """SQLite keeps a closed connection, and its lock, until every row it was asked for is read or let go."""

    async def act(database: Database, _one: UUID, _two: UUID) -> None:
        kept = []  # tasks as a worker keeps them: their errors hold whatever was being read
        for moment in range(40):
            writing = asyncio.create_task(read_while_writing(database))
            await asyncio.sleep(moment * 0.0005)
            writing.cancel()
            kept.append(writing)
            await asyncio.wait({writing})
            async with asyncio.timeout(5), database.system() as session:
                session.add(Organisation(name="next"))

    within(on, act)


async def read_while_writing(database: Database) -> None:
    async with database.system() as session:
        session.add(Organisation(name="cancelled"))
        await session.flush()
        numbers = select(literal(0).label("n")).cte(recursive=True)
        numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 20_000))
        await session.execute(select(numbers.c.n))


def test_only_known_databases_are_spoken_to() -> None:
    assert async_url("postgresql://u:p@h/d").drivername == "postgresql+asyncpg"
    with pytest.raises(ValueError, match="mysql"):
        async_url("mysql://h/d")


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda within: st.lists(within) | st.dictionaries(st.text(), within),
)


@given(value=JSONS)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    assert read_json(json.dumps(value)) == value
    assert repr(read_json(json.dumps(value, ensure_ascii=False).encode())) == repr(value)


def test_half_a_character_is_read_too() -> None:
    assert read_json(json.dumps({"said": "\ud83d"})) == {"said": "\ud83d"}
