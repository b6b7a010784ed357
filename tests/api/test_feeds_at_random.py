"""Whatever happens, in whatever order and however late it is committed: readers end with what there is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from analysis.records.cells import RULES
from core.clock import now
from core.settings import Settings
from models.assessment import AssessmentState
from models.call import UserRole
from models.db import Database, Session
from models.queries import assessments, changes, deletion, due, formulas, records, reviews
from models.queries.assessments import Scores
from models.queries.feeds import publishing
from models.record import Formula, Outcome, Term
from models.review import Side
from models.scorecard import POINT, Proposal, Score, Target
from models.tables import Assessment, Call, Deal, ScorecardVersion, User
from models.versions import VersionMoveName
from tests.factories.bare_scores import assess, measured, scorecard
from tests.factories.databases import organisation
from tests.factories.offices import AT, Office
from tests.factories.pulling import Reader, every_reader, published, whole
from tests.factories.reviews import Line, review_of
from tests.factories.worlds import BEGAN, World

MOST_OPEN = 2
"""Transactions that are open at once."""
PEOPLE = ("ana", "ben")
DEALS = ("D1", "D2", "D3")
REVIEW = review_of([Line("S1", 0.5, 2.0, "Hello there."), Line("S2", 2.5, 4.0, "Good morning.")])
OFTEN = ("add", "decide", "decide", "rescore", "measure", "change", "publish", "pull", "pull", "pull")
SELDOM = ("erase", "deal", "deal", "remove", "refresh", "zone", "formula", "late", "commit", "anew")
STEPS = st.lists(st.tuples(st.sampled_from(OFTEN + SELDOM), st.integers(0, 2**32)), min_size=30, max_size=50)


@dataclass
class History:
    """An office, what is there to happen to, who reads, and transactions that are not committed yet."""

    here: Office
    version: ScorecardVersion
    readers: list[Reader]
    open: list[AsyncExitStack] = field(default_factory=list)
    calls: list[UUID] = field(default_factory=list)
    held: set[UUID] = field(default_factory=set)


both = pytest.mark.parametrize("home", ["sqlite", "postgresql"], indirect=True)


@both
@given(steps=STEPS)
@hypothesis_settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_readers_end_with_what_there_is(home: Settings, steps: list[tuple[str, int]]) -> None:
    async def act() -> None:
        database = Database(home)
        try:
            history = await began(home, database)
            for place, (step, number) in enumerate(steps):
                await HAPPEN[step](history, random.Random(f"{place} {number}"))  # noqa: S311 - made-up events
            while history.open:
                await commit(history, random.Random(1))  # noqa: S311
            await agree(history)
        finally:
            await database.close()

    asyncio.run(act())


@both
def test_readers_end_with_what_there_is_however_many_write_at_once(home: Settings) -> None:
    async def act() -> None:
        database = Database(home)
        try:
            history = await began(home, database)
            for number in range(8):
                await add(history, random.Random(number))  # noqa: S311
            await together(history)
            await agree(history)
        finally:
            await database.close()

    asyncio.run(act())


async def together(history: History) -> None:
    """Have some write, each calls of their own, while two publish and everybody reads."""
    ended = asyncio.Event()
    shares = [history.calls[one::3] for one in range(3)]

    async def write(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        own = replace(history, calls=shares[seed], held=set())
        for _ in range(25):
            await HAPPEN[chance.choice(("decide", "rescore", "measure", "change", "erase", "add"))](
                own, chance
            )
            await asyncio.sleep(chance.choice((0, 0.01)))

    async def repeated(act: Callable[[], Awaitable[Any]]) -> None:
        while not ended.is_set():
            await act()
            await asyncio.sleep(0.005)

    async def read() -> None:
        for reader in history.readers:
            await reader.pull(3, 2)

    async def tell() -> None:
        await history.here.change(lambda session: publishing.publish(session, 7))

    others = [asyncio.create_task(repeated(act)) for act in (tell, tell, read, history.here.drain)]
    await asyncio.gather(*map(write, range(3)))
    ended.set()
    await asyncio.gather(*others)


async def began(settings: Settings, database: Database) -> History:
    """Return an office of two people and a deal, in which nothing happened yet."""
    owner = await organisation(database, "Acme")
    here = Office(World(settings, organisations={"acme": owner}), database)
    async with database.write(owner.id) as session:
        for name in PEOPLE:
            email = f"{name}-{uuid4().hex}@x.example"
            user = User(organisation_id=owner.id, email=email, name=name, role=UserRole.REP)
            here.world.people[name] = user
            session.add(user)
        await session.flush()
        version = await scorecard(session)
        version.locked_at = AT  # or whoever scores first keeps others waiting
    return History(here, version, every_reader(database, owner.id))


async def agree(history: History) -> None:
    """Have all be told and read; everybody has what there is."""
    here = history.here
    await here.drain()
    await published(here.database, here.organisation_id)
    for reader in history.readers:
        await reader.pull(5)
        expected = await whole(here.database, here.organisation_id, reader.stream, reader.view)
        assert reader.kept == expected, (reader.stream.name, reader.view, reader.by_cursor)
    assert not await published(here.database, here.organisation_id)  # reading notes nothing


async def add(history: History, chance: random.Random) -> None:
    """A call comes in and is scored."""

    async def act(session: Session) -> None:
        deal = chance.choice((*DEALS, None))
        call = await history.here.world.add_call(
            session, chance.choice(PEOPLE), started_at=BEGAN, crm={} if deal is None else {"deal": deal}
        )
        measured(session, call, value(chance), talk_share=value(chance), patience=value(chance))
        assess(session, call, history.version, 50.0, chance.choice(list(AssessmentState)))
        due.note(session, call.organisation_id, call_id=call.id)
        added.append(call.id)

    added = list[UUID]()
    await history.here.change(act)
    history.calls += added


async def decide(_history: History, chance: random.Random, session: Session, call: Call) -> None:
    """A score is approved, corrected, rejected or looked at again."""
    query = select(Assessment).where(col(Assessment.call_id) == call.id)
    row = (await session.execute(query)).scalars().first()
    if row is not None:  # else it is gone with its call
        row.state = chance.choice(list(AssessmentState))
        if row.state is AssessmentState.CORRECTED:
            row.points = round(abs(value(chance)) * POINT)
        due.note(session, row.organisation_id, call_id=row.call_id)


async def rescore(history: History, chance: random.Random, session: Session, call: Call) -> None:
    """A call is scored again: what was approved of it goes back to being a proposal."""
    score = Score(round(abs(value(chance)) * POINT), None, 1.0, (), (), "1")
    proposal = Proposal(history.version.id, score, score, 0, "")
    if call.deleted_at is None:
        await assessments.propose(session, call, Scores((proposal,), ()), AT)


async def measure(_history: History, chance: random.Random, session: Session, call: Call) -> None:
    """A call is measured again, and comes to something else."""
    metrics = tuple(replace(one, value=value(chance)) for one in REVIEW.metrics if one.side is Side.REP)
    depth = replace(REVIEW.depth, value=chance.choice((None, value(chance))))
    if call.deleted_at is None:
        await reviews.replace(session, call, replace(REVIEW, metrics=metrics[:5], depth=depth), {})


async def change(history: History, chance: random.Random, session: Session, call: Call) -> None:
    """Somebody puts right whose a call is, what it is called, or which deal it is about."""
    put_right = {
        "rep_id": chance.choice([None, *(history.here.id(name) for name in PEOPLE)]),
        "title": chance.choice(("One", "Another")),
        "crm": chance.choice(({}, *({"deal": deal} for deal in DEALS))),
    }
    values = {name: new for name, new in put_right.items() if chance.random() < 0.5}
    if call.deleted_at is None:
        changes.change(session, call, values, None, AT)


async def erase(_history: History, _chance: random.Random, session: Session, call: Call) -> None:
    """A call is deleted."""
    await deletion.erase(session, call.id, AT)


CHANGES = {"decide": decide, "rescore": rescore, "measure": measure, "change": change, "erase": erase}
"""What happens to a call, by name."""


def happens(name: str) -> Callable[[History, random.Random], Awaitable[None]]:
    """Return what has something happen to a call that no open transaction holds."""

    async def act(history: History, chance: random.Random) -> None:
        key = free(history, chance)
        if key is not None:

            async def changed(session: Session) -> None:
                await CHANGES[name](history, chance, session, await session.get_one(Call, key))

            await history.here.change(changed)

    return act


def free(history: History, chance: random.Random) -> UUID | None:
    """Return a call that no open transaction holds."""
    found = [one for one in history.calls if one not in history.held]
    return chance.choice(found) if found else None


async def late(history: History, chance: random.Random) -> None:
    """Something happens that is committed later; on SQLite, where one writes at a time, nothing does."""
    here, key = history.here, free(history, chance)
    if here.database.is_sqlite or key is None or len(history.open) == MOST_OPEN:
        return
    stack = AsyncExitStack()
    session = await stack.enter_async_context(here.database.write(here.organisation_id))
    call = await session.get_one(Call, key)
    await CHANGES[chance.choice(("decide", "rescore", "measure", "change"))](history, chance, session, call)
    await session.flush()
    history.open.append(stack)
    history.held.add(key)


async def commit(history: History, chance: random.Random) -> None:
    """Something that happened a while ago is committed."""
    if history.open:
        await history.open.pop(chance.randrange(len(history.open))).aclose()
    if not history.open:
        history.held.clear()


async def deal(history: History, chance: random.Random) -> None:
    """A deal comes in, is won or lost, or changes hands."""
    name = chance.choice(DEALS)

    async def act(session: Session) -> None:
        query = select(Deal).where(col(Deal.external_id) == name)
        row = (await session.execute(query)).scalar_one_or_none()
        if row is None:
            owner = history.here.organisation_id
            row = Deal(organisation_id=owner, external_id=name, name=name, opened_at=BEGAN)
            session.add(row)
        row.rep_id = chance.choice([None, *(history.here.id(one) for one in PEOPLE)])
        row.outcome, row.amount = chance.choice(list(Outcome)), value(chance)
        row.closed_at = None if row.outcome is Outcome.OPEN else BEGAN
        row.stages = [[stage, BEGAN.isoformat()] for stage in ("first", "offer")[: chance.randint(0, 2)]]

    await history.here.change(act)


async def remove(history: History, chance: random.Random) -> None:
    """A deal is removed."""

    async def act(session: Session) -> None:
        row = (await session.execute(select(Deal))).scalars().first()
        if row is not None:
            await session.delete(row)

    await history.here.change(act)


async def refresh(history: History, chance: random.Random) -> None:
    """Some of what records are noted to change with is looked at."""
    most = chance.choice((1, 5, 100))
    await history.here.change(lambda session: records.refresh(session, RULES, AT, most))


async def zone(history: History, chance: random.Random) -> None:
    """The organisation finds that its days are other ones."""
    await history.here.move_to(chance.choice(("UTC", "America/New_York", "Pacific/Kiritimati")))


async def formula(history: History, chance: random.Random) -> None:
    """Another formula comes into use."""
    weighed = Formula("Ours", (Term("score", chance.randint(1, 9), Target(low=80)),))

    async def act(session: Session) -> None:
        version = await formulas.add(session, weighed, "", None, AT)
        await formulas.move(session, version, VersionMoveName.ACTIVATE, now())

    await history.here.change(act)


async def publish(history: History, chance: random.Random) -> None:
    """Some of what is noted is told of."""
    await history.here.change(lambda session: publishing.publish(session, chance.choice((1, 3, 100))))


async def pull(history: History, chance: random.Random) -> None:
    """Somebody pulls some pages, and perhaps crashes before it is written down how far that was."""
    for reader in chance.sample(history.readers, 4):
        await reader.pull(chance.choice((1, 2, 7)), chance.choice((1, 2, None)), crash=chance.random() < 0.3)


async def anew(history: History, chance: random.Random) -> None:
    """Somebody lost everything."""
    chance.choice(history.readers).restart()


HAPPEN: dict[str, Callable[[History, random.Random], Awaitable[None]]] = {
    **{name: happens(name) for name in CHANGES},
    "add": add,
    "late": late,
    "commit": commit,
    "deal": deal,
    "remove": remove,
    "refresh": refresh,
    "zone": zone,
    "formula": formula,
    "publish": publish,
    "pull": pull,
    "anew": anew,
}


def value(chance: random.Random) -> float:
    """Return a number that sums are not exact of."""
    return chance.choice((0.1, 1 / 3, 70.0, 1e6 / 7, -0.3)) * chance.randint(1, 9)
