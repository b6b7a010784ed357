"""Whatever happens, in whatever order, records kept up to date equal records made anew, to the last digit."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlmodel import col

from analysis.records.cells import RULES
from core.settings import Settings
from models.assessment import AssessmentState
from models.call import CallType, UserRole
from models.db import Database, Session
from models.queries import assessments, changes, deletion, due, formulas, records, reviews
from models.queries.assessments import Scores
from models.record import Formula, Outcome, Term
from models.review import Side
from models.scorecard import POINT, Proposal, Score, Target
from models.tables import Assessment, Call, Contribution, Deal, RecordCell, ScorecardVersion, User
from models.versions import VersionMoveName
from tests.factories.bare_scores import assess, measured, scorecard
from tests.factories.databases import organisation
from tests.factories.offices import AT, Office
from tests.factories.reviews import Line, review_of
from tests.factories.worlds import BEGAN, World

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati")
PEOPLE = ("ana", "ben", "cid")
OFTEN = ("approve", "approve", "decide", "decide", "decide", "rescore", "measure", "move", "drain", "drain")
SELDOM = ("erase", "deal", "deal", "close", "hand_over", "zone", "formula", "check")
STEPS = st.lists(st.tuples(st.sampled_from(OFTEN + SELDOM), st.integers(0, 2**32)), min_size=40, max_size=60)
REVIEW = review_of([Line("S1", 0.5, 2.0, "Hello there."), Line("S2", 2.5, 4.0, "Good morning.")])


@dataclass
class History:
    """An office and what is there to happen to."""

    here: Office
    version: ScorecardVersion
    calls: list[UUID] = field(default_factory=list)
    deals: list[UUID] = field(default_factory=list)


@given(steps=STEPS)
@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_records_kept_up_to_date_equal_records_made_anew(on: Settings, steps: list[tuple[str, int]]) -> None:
    async def act() -> None:
        database = Database(on)
        try:
            history = await began(on, database)
            for place, (step, number) in enumerate(steps):
                await HAPPEN[step](history, random.Random(f"{place} {number}"))  # noqa: S311 - made-up events
            await history.here.drain()
            followed = await kept(history.here)
            await forget(history.here)
            await records.rebuild(database, RULES, history.here.organisation_id, AT)
            assert followed == await kept(history.here)
        finally:
            await database.close()

    asyncio.run(act())


async def began(on: Settings, database: Database) -> History:
    """Return an office of three people, in which nothing happened yet."""
    owner = await organisation(database, "Acme")
    here = Office(World(on, organisations={"acme": owner}), database)
    async with database.write(owner.id) as session:
        for name in PEOPLE:
            email = f"{name}-{uuid4().hex}@x.example"
            user = User(organisation_id=owner.id, email=email, name=name, role=UserRole.REP)
            here.world.people[name] = user
            session.add(user)
        await session.flush()
        return History(here, await scorecard(session))


async def approve(history: History, chance: random.Random) -> None:
    """A call is approved: of today, or one that comes in late."""

    async def act(session: Session) -> None:
        call = await history.here.world.add_call(
            session, chance.choice(PEOPLE), started_at=some_time(chance), call_type=some_type(chance)
        )
        measured(session, call, value(chance), talk_share=value(chance), patience=value(chance))
        assess(session, call, history.version, chance.choice((None, abs(value(chance)))))
        due.note(session, call.organisation_id, call_id=call.id)
        history.calls.append(call.id)

    await history.here.change(act)


async def decide(history: History, chance: random.Random) -> None:
    """A score is approved, corrected, rejected or looked at again."""

    async def act(session: Session) -> None:
        call_id = chance.choice(history.calls)
        query = select(Assessment).where(col(Assessment.call_id) == call_id)
        row = (await session.execute(query)).scalars().first()
        if row is None:  # gone with its call
            return
        row.state = chance.choice(list(AssessmentState))
        if row.state is AssessmentState.CORRECTED:
            row.points = round(abs(value(chance)) * POINT)
        due.note(session, row.organisation_id, call_id=row.call_id)

    if history.calls:
        await history.here.change(act)


async def rescore(history: History, chance: random.Random) -> None:
    """A call is scored again: what was approved of it goes back to being a proposal."""
    score = Score(round(abs(value(chance)) * POINT), None, 1.0, (), (), "1")

    async def act(session: Session) -> None:
        call = await session.get_one(Call, chance.choice(history.calls))
        proposal = Proposal(history.version.id, score, score, 0, "")
        await assessments.propose(session, call, Scores((proposal,), ()), AT)

    if history.calls:
        await history.here.change(act)


async def measure(history: History, chance: random.Random) -> None:
    """A call is measured again, and comes to something else."""

    async def act(session: Session) -> None:
        call = await session.get_one(Call, chance.choice(history.calls))
        metrics = tuple(replace(one, value=value(chance)) for one in REVIEW.metrics if one.side is Side.REP)
        depth = replace(REVIEW.depth, value=chance.choice((None, value(chance))))
        await reviews.replace(session, call, replace(REVIEW, metrics=metrics[:5], depth=depth), {})

    if history.calls:
        await history.here.change(act)


async def move(history: History, chance: random.Random) -> None:
    """Somebody puts right whose a call is, of what type, or when it was."""
    people = [None, *(history.here.id(name) for name in PEOPLE)]
    put_right = {
        "rep_id": chance.choice(people),
        "call_type": some_type(chance),
        "started_at": some_time(chance),
    }

    async def act(session: Session) -> None:
        call = await session.get_one(Call, chance.choice(history.calls))
        values = {name: new for name, new in put_right.items() if chance.random() < 0.5}
        changes.change(session, call, values, None, AT)

    if history.calls:
        await history.here.change(act)


async def erase(history: History, chance: random.Random) -> None:
    """A call is deleted."""
    if history.calls:
        call_id = chance.choice(history.calls)
        await history.here.change(lambda session: deletion.erase(session, call_id, AT))


async def deal(history: History, chance: random.Random) -> None:
    """A deal comes in."""

    async def act(session: Session) -> None:
        row = Deal(
            organisation_id=history.here.organisation_id,
            external_id=uuid4().hex,
            name="A deal",
            rep_id=chance.choice([None, *(history.here.id(name) for name in PEOPLE)]),
            opened_at=some_time(chance),
            amount=chance.choice((None, value(chance))),
            currency=chance.choice((None, "EUR", "USD")),
            stages=[[stage, BEGAN.isoformat()] for stage in ("first", "offer")[: chance.randint(0, 2)]],
        )
        session.add(row)
        await session.flush()
        due.note(session, row.organisation_id, deal_id=row.id)
        history.deals.append(row.id)

    await history.here.change(act)


async def close(history: History, chance: random.Random) -> None:
    """A deal is won, lost or open again; until when it closed, its rep is noted too."""

    async def act(session: Session) -> None:
        row = await session.get_one(Deal, chance.choice(history.deals))
        row.outcome, row.amount = chance.choice(list(Outcome)), value(chance)
        row.closed_at = None if row.outcome is Outcome.OPEN else some_time(chance)
        due.note(session, row.organisation_id, deal_id=row.id, rep_id=row.rep_id)

    if history.deals:
        await history.here.change(act)


async def hand_over(history: History, chance: random.Random) -> None:
    """A deal becomes another's."""

    async def act(session: Session) -> None:
        row = await session.get_one(Deal, chance.choice(history.deals))
        due.note(session, row.organisation_id, deal_id=row.id, rep_id=row.rep_id)
        row.rep_id = chance.choice([None, *(history.here.id(name) for name in PEOPLE)])
        due.note(session, row.organisation_id, deal_id=row.id)

    if history.deals:
        await history.here.change(act)


async def zone(history: History, chance: random.Random) -> None:
    """The organisation finds that its days are other ones."""
    await history.here.move_to(chance.choice(ZONES))


async def formula(history: History, chance: random.Random) -> None:
    """Another formula comes into use: what is weighed does not change with it."""
    weighed = Formula("Ours", (Term("score", chance.randint(1, 9), Target(low=80)),))

    async def act(session: Session) -> None:
        version = await formulas.add(session, weighed, "", None, AT)
        await formulas.move(session, version, VersionMoveName.ACTIVATE, AT)

    await history.here.change(act)


async def drain(history: History, chance: random.Random) -> None:
    """Some of what is noted is looked at, or all of it."""
    most = chance.choice((1, 2, 5, 100))
    await history.here.change(lambda session: records.refresh(session, RULES, AT, most))


async def check(history: History, _chance: random.Random) -> None:
    """All is looked at; made anew, no cell is another."""
    here = history.here
    await here.drain()
    made = await records.rebuild(here.database, RULES, here.organisation_id, AT)
    assert made.differed == 0


HAPPEN: dict[str, Callable[[History, random.Random], Awaitable[None]]] = {
    "approve": approve,
    "decide": decide,
    "rescore": rescore,
    "measure": measure,
    "move": move,
    "erase": erase,
    "deal": deal,
    "close": close,
    "hand_over": hand_over,
    "zone": zone,
    "formula": formula,
    "drain": drain,
    "check": check,
}


async def kept(here: Office) -> dict[Any, Any]:
    """Return every cell, each number as it is written, and what is kept of every call."""
    async with here.database.read(here.organisation_id) as session:
        cells = (await session.execute(select(RecordCell))).scalars()
        found: dict[Any, Any] = {
            (row.rep_id, row.kind, row.start, row.call_type): (row.calls, json.dumps(row.content))
            for row in cells
        }
        for row in (await session.execute(select(Contribution))).scalars():
            found[row.call_id] = (row.rep_id, row.at, row.call_type, json.dumps(row.measures))
    return found


async def forget(here: Office) -> None:
    """Remove every record."""
    async with here.database.write(here.organisation_id) as session:
        await session.execute(delete(RecordCell))
        await session.execute(delete(Contribution))


def value(chance: random.Random) -> float:
    """Return a number that sums are not exact of."""
    return chance.choice((0.1, 1 / 3, 1e-9, 70.0, 1e6 / 7, -0.3)) * chance.randint(1, 9)


def some_time(chance: random.Random) -> Any:
    """Return a time within a year, often near the end of a day, a month or a quarter."""
    near = BEGAN.replace(month=chance.choice((1, 3, 4, 11)), day=1, hour=0, minute=0)
    return near + timedelta(hours=chance.choice((-14, -5, -1, 0, 1, 8, 400)), seconds=chance.randint(0, 99))


def some_type(chance: random.Random) -> CallType:
    """Return one of three types of calls."""
    return chance.choice((CallType.DEMO, CallType.SERVICE, CallType.GENERAL))
