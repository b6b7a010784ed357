"""A policy approves only where it is switched on, only what nothing stands out in, and says that it did."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from core.clock import now
from core.settings import Settings
from models.assessment import AssessmentState, Place
from models.db import Database
from models.queries import trail
from models.tables import Assessment, MoveRow, Organisation
from tests.factories.assessing import assessed, put
from tests.factories.worlds import World, made
from worker.policy import approve

OLD = {"queue": int(Place.ORDINARY), "updated_at": now() - timedelta(hours=49), "coverage": 0.9}
HELD_BACK = (
    {"queue": int(Place.UNCERTAIN)},
    {"queue": int(Place.SAMPLE)},
    {"queue": int(Place.CONTESTED)},
    {"coverage": 0.79},
    {"points": None},
    {"updated_at": now() - timedelta(hours=47)},
)


def world_with(settings: Settings, hours: int | None) -> World:
    async def go() -> World:
        world = await made(settings)
        async with world.writing() as session:
            owner = await session.get_one(Organisation, world.organisations["acme"].id)
            owner.approve_after_hours = hours
        return world

    return asyncio.run(go())


def looked(
    world: World, settings: Settings, assessment_id: UUID
) -> tuple[Assessment, list[MoveRow], str | None]:
    async def go() -> tuple[Assessment, list[MoveRow], str | None]:
        database = Database(settings)
        try:
            await approve(database)
            async with database.read(world.organisations["acme"].id) as session:
                row = await session.get_one(Assessment, assessment_id)
                query = select(MoveRow).where(col(MoveRow.assessment_id) == assessment_id)
                moves = list((await session.execute(query)).scalars())
                _, _, wrong = await trail.verified(session, world.organisations["acme"].id)
                return row, moves, wrong
        finally:
            await database.close()

    return world.run(go())


def test_what_nothing_stands_out_in_is_approved_and_marked(on: Settings) -> None:
    world = world_with(on, 48)
    one = assessed(world, "rep")
    put(world, one.assessment_id, AssessmentState.PROPOSED, **OLD)
    row, moves, wrong = looked(world, on, one.assessment_id)
    assert (row.state, row.by_policy, row.decided_by) == (AssessmentState.APPROVED, True, None)
    assert [(move.name, move.user_id) for move in moves] == [("approve_by_policy", None)]
    assert wrong is None


@pytest.mark.parametrize("known", HELD_BACK, ids=lambda known: next(iter(known)))
def test_what_people_should_see_is_left_to_them(on: Settings, known: dict[str, object]) -> None:
    world = world_with(on, 48)
    one = assessed(world, "rep")
    put(world, one.assessment_id, AssessmentState.PROPOSED, **{**OLD, **known})
    row, moves, _ = looked(world, on, one.assessment_id)
    assert (row.state, moves) == (AssessmentState.PROPOSED, [])


def test_nothing_is_approved_unseen_where_nobody_switched_it_on(on: Settings) -> None:
    world = world_with(on, None)
    one = assessed(world, "rep")
    put(world, one.assessment_id, AssessmentState.PROPOSED, **OLD)
    row, _, _ = looked(world, on, one.assessment_id)
    assert row.state is AssessmentState.PROPOSED
