"""Deals in the database: told of over and over, seen by whom their rep is, and what that makes due."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from analysis.records.cells import RULES
from core.errors import Rejected
from core.settings import Settings
from models.access import Reach, Viewer
from models.db import Session
from models.deal import DealGiven, Reached
from models.queries import deals, records
from models.queries.deals import DealFilter, Told
from models.record import Outcome
from models.tables import Deal, RecordDue
from tests.factories.offices import Office, at_office
from tests.factories.worlds import World, made

AT = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
LATER = AT + timedelta(days=3)


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def given(world: World, external_id: str, rep: str = "rep", **values: Any) -> DealGiven:
    known = {"name": "Acme", "rep_id": world.people[rep].id, "opened_at": AT}
    return DealGiven(external_id, {**known, **values})


def tell(world: World, *told: DealGiven, at: datetime = AT) -> list[Any]:
    async def work() -> list[Told | Rejected]:
        async with world.writing() as session:
            return await deals.tell(session, told, at)

    return asyncio.run(work())


def stored(world: World) -> Sequence[Deal]:
    async def work() -> Sequence[Deal]:
        async with world.writing() as session:
            return (await session.execute(select(Deal).order_by(col(Deal.external_id)))).scalars().all()

    return asyncio.run(work())


def taken_due(world: World) -> tuple[int, set[UUID]]:
    """Return how many deals are due and which reps, and take all of it as looked at."""

    async def work() -> tuple[int, set[UUID]]:
        async with world.writing() as session:
            rows = (await session.execute(select(RecordDue))).scalars().all()
            await session.execute(delete(RecordDue))
            reps = {row.rep_id for row in rows if row.rep_id is not None}
            return sum(row.deal_id is not None for row in rows), reps

    return asyncio.run(work())


def test_telling_the_same_again_changes_nothing(world: World) -> None:
    told = given(world, "d1", stage="Demo", amount=100.5, currency="EUR", account="Acme")
    assert tell(world, told) == [Told.CREATED]
    assert taken_due(world) == (1, set())
    before = stored(world)
    assert tell(world, told, at=LATER) == [Told.UNCHANGED]
    assert taken_due(world) == (0, set())
    assert [one.model_dump() for one in stored(world)] == [one.model_dump() for one in before]
    assert (before[0].version, before[0].updated_at) == (1, AT)


def test_a_change_is_a_new_version_and_stages_are_kept(world: World) -> None:
    tell(world, given(world, "d1", stage="Demo"))
    assert tell(world, given(world, "d1", stage="Offer"), at=LATER) == [Told.CHANGED]
    (found,) = stored(world)
    assert (found.version, found.created_at, found.updated_at) == (2, AT, LATER)
    assert deals.facts(found).stages == (Reached("Demo", AT), Reached("Offer", LATER))
    assert taken_due(world) == (2, set())


def test_what_moves_a_deal_makes_all_that_its_rep_has_due(world: World) -> None:
    rep, mate = world.people["rep"].id, world.people["mate"].id
    tell(world, given(world, "d1"))
    taken_due(world)
    tell(world, DealGiven("d1", {"rep_id": mate}))
    assert taken_due(world) == (1, {rep})
    tell(world, DealGiven("d1", {"opened_at": LATER}))
    assert taken_due(world) == (0, {mate})  # the deal is among what the rep has
    tell(world, DealGiven("d1", {"outcome": Outcome.WON, "closed_at": LATER}))
    assert taken_due(world) == (0, {mate})
    tell(world, DealGiven("d1", {"amount": 5.0}))
    assert taken_due(world) == (1, set())


def test_of_many_deals_at_once_all_that_their_rep_has_is_due(world: World) -> None:
    many = [given(world, f"r{number}") for number in range(deals.FEW + 1)]
    few = [given(world, f"m{number}", "mate") for number in range(deals.FEW)]
    tell(world, *many, *few)
    assert taken_due(world) == (deals.FEW, {world.people["rep"].id})


def test_a_deal_told_of_twice_at_once_is_one(world: World) -> None:
    one, other = given(world, "d1"), given(world, "d1", amount=5.0)
    assert tell(world, one, one, other) == [Told.CREATED, Told.UNCHANGED, Told.CHANGED]
    assert [found.amount for found in stored(world)] == [5.0]
    assert taken_due(world) == (1, set())


def test_a_deal_that_cannot_be_keeps_none_of_the_others_out(world: World) -> None:
    wrong, right = DealGiven("d1", {"name": "Acme"}), given(world, "d2")
    refused, created = tell(world, wrong, right)
    assert (refused.code, created) == ("deal_without_rep_id", Told.CREATED)
    assert [found.external_id for found in stored(world)] == ["d2"]


def test_a_viewer_sees_the_deals_of_reps_within_reach(world: World) -> None:
    tell(world, *(given(world, name, name) for name in ("rep", "mate", "coach", "outsider")))
    within = (world.teams["sales"].id, world.teams["east"].id)

    async def seen(name: str, **more: Any) -> set[str]:
        async with world.writing() as session:
            viewer = world.viewer(name, **more)
            found = await deals.page(session, viewer, DealFilter(), None, 10)
            for one in stored_here:
                reached = await deals.find(session, viewer, one.id)
                assert (reached is not None) is (one in found)
        return {one.external_id for one in found}

    stored_here = stored(world)
    assert asyncio.run(seen("rep", reach=Reach.OWN)) == {"rep"}
    assert asyncio.run(seen("coach", reach=Reach.TEAM, team_ids=within)) == {"rep", "mate", "coach"}
    assert asyncio.run(seen("admin", reach=Reach.ALL)) == {"rep", "mate", "coach", "outsider"}
    assert asyncio.run(seen("admin", reach=Reach.NONE)) == set()


def test_lists_are_filtered_and_paged(world: World) -> None:
    tell(world, *(given(world, f"r{number}") for number in range(3)))
    tell(world, given(world, "o1", "outsider"), at=LATER)
    tell(world, DealGiven("r1", {"outcome": Outcome.LOST, "closed_at": LATER}), at=LATER)
    viewer = world.viewer("admin", reach=Reach.ALL)

    async def listed(wanted: DealFilter, after: UUID | None = None, limit: int = 10) -> list[Deal]:
        async with world.writing() as session:
            return list(await deals.page(session, viewer, wanted, after, limit))

    def names(wanted: DealFilter) -> set[str]:
        return {one.external_id for one in asyncio.run(listed(wanted))}

    assert names(DealFilter(rep_id=world.people["rep"].id)) == {"r0", "r1", "r2"}
    assert names(DealFilter(team_ids=(world.teams["support"].id,))) == {"o1"}
    assert names(DealFilter(team_ids=())) == set()
    assert names(DealFilter(outcome=Outcome.OPEN)) == {"r0", "r2", "o1"}
    assert names(DealFilter(updated_since=LATER)) == {"r1", "o1"}
    first = asyncio.run(listed(DealFilter(), limit=3))
    rest = asyncio.run(listed(DealFilter(), first[-1].id))
    assert len({one.id for one in (*first, *rest)}) == 4


def test_removing_a_deal_makes_all_that_its_rep_has_due(world: World) -> None:
    tell(world, given(world, "d1"))
    (deal,) = stored(world)

    async def work() -> None:
        async with world.writing() as session:
            found = await deals.find(session, world.viewer("admin", reach=Reach.ALL), deal.id, lock=True)
            assert found is not None
            await deals.remove(session, found)

    asyncio.run(work())
    assert taken_due(world) == (0, {world.people["rep"].id})  # what is due of a deal goes with it
    assert stored(world) == []


def test_every_stage_that_a_deal_came_to_is_known_by_name(world: World) -> None:
    async def names() -> frozenset[str]:
        async with world.writing() as session:
            return await deals.stages(session)

    assert asyncio.run(names()) == frozenset()
    history = (Reached("Demo", AT), Reached("Größe “2”", LATER))
    tell(world, DealGiven("d1", given(world, "d1").values, history), given(world, "d2", stage="Talk"))
    tell(world, given(world, "d3"))
    assert asyncio.run(names()) == {"Demo", "Größe “2”", "Talk"}


def test_reps_are_found_by_address_and_by_id(world: World) -> None:
    rep, foreigner = world.people["rep"], world.people["foreigner"]

    async def work() -> tuple[Any, Any]:
        async with world.writing() as session:
            ids = {rep.id, foreigner.id, uuid4()}
            return await deals.reps(session, {"mate@acme.example", foreigner.email}, ids)

    by_email, known = asyncio.run(work())
    mate = world.people["mate"].id
    assert (by_email["mate@acme.example"], known) == (mate, {rep.id, mate})
    assert foreigner.email not in by_email


def test_records_follow_what_is_told_of_deals(on: Settings) -> None:
    """Whatever is told, and in whatever numbers, records say the same as those made anew."""
    chance = random.Random(7)  # noqa: S311 - made-up deals, no secret

    def telling(here: Office, external_id: str) -> DealGiven:
        outcome, opened = chance.choice(tuple(Outcome)), AT + timedelta(days=chance.randrange(90))
        values = {
            "name": "Acme",
            "rep_id": here.id(chance.choice(("rep", "mate", "outsider"))),
            "opened_at": opened,
            "outcome": outcome,
            "closed_at": opened + timedelta(days=chance.randrange(60)),
            "amount": chance.choice((None, 100.0, 250.5)),
            "stage": chance.choice(("Demo", "Offer")),
        }
        some = {name: value for name, value in values.items() if chance.random() < 0.4}
        new = external_id not in told
        told.add(external_id)
        return DealGiven(external_id, values if new else some)

    async def act(here: Office) -> None:
        for size in (1, 3, 30, 2, 12, 1, 25):
            many = [telling(here, f"d{chance.randrange(40)}") for _ in range(size)]
            await here.change(partial(deals.tell, given=many, at=AT))
            await here.drain()
        async with here.database.read(here.organisation_id) as session:
            viewer = here.world.viewer("admin", reach=Reach.ALL)
            gone = await deals.page(session, viewer, DealFilter(), None, 3)
        for one in gone:
            await here.change(partial(removed, viewer=viewer, deal_id=one.id))
        await here.drain()
        made_anew = await records.rebuild(here.database, RULES, here.organisation_id, AT)
        assert made_anew.cells > 0
        assert made_anew.differed == 0

    async def removed(session: Session, viewer: Viewer, deal_id: UUID) -> None:
        deal = await deals.find(session, viewer, deal_id, lock=True)
        assert deal is not None
        await deals.remove(session, deal)

    told = set[str]()
    at_office(on, act)
