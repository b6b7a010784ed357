"""Calls as the report on fairness looks at them: each once, by the newest version that counts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from core.clock import now
from core.settings import Settings
from models.assessment import AssessmentState
from models.call import CallType, Direction
from models.db import Session
from models.fairness import ScoredCall
from models.queries import fairness
from models.tables import ScorecardVersion
from models.transcript import Role
from tests.factories.bare_scores import add_score, add_scored, another_version, heard, scorecard
from tests.factories.worlds import BEGAN, World, made

AFTER = BEGAN + timedelta(days=1)
Fill = Callable[[Session, ScorecardVersion], Awaitable[Any]]


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def found(world: World, fill: Fill) -> list[ScoredCall]:
    async def work() -> list[ScoredCall]:
        async with world.writing() as session:
            version = await scorecard(session)
            await fill(session, version)
            await session.flush()
            return await fairness.scored(session, version.scorecard_id, BEGAN, AFTER)

    return asyncio.run(work())


def test_a_call_is_seen_with_its_sound_its_sides_and_what_became_of_its_score(world: World) -> None:
    async def fill(session: Session, version: ScorecardVersion) -> None:
        known = {"call_type": CallType.DEMO, "direction": Direction.INBOUND, "spoken_language": "en"}
        corrected = AssessmentState.CORRECTED
        call = await add_scored(world, session, version, "rep", 40, 45, corrected, duration_s=90.0, **known)
        await heard(
            session, call, 8000, (Role.REP, 0.9, 0), (Role.CUSTOMER, 0.8, 1), (Role.UNKNOWN, 0.1, None)
        )

    rep = world.people["rep"]
    assert found(world, fill) == [
        ScoredCall(
            rep_id=rep.id,
            team_id=rep.team_id,
            language="en",
            call_type=CallType.DEMO,
            direction=Direction.INBOUND,
            sample_rate_hz=8000,
            own_channels=True,
            duration_s=90.0,
            sure=0.8,
            machine=40_000,
            final=45_000,
            state=AssessmentState.CORRECTED,
            by_policy=False,
            coverage=1.0,
        )
    ]


def test_what_is_not_known_of_a_call_is_none(world: World) -> None:
    async def fill(session: Session, version: ScorecardVersion) -> None:
        call = await add_scored(world, session, version, "rep", None, None)
        await heard(session, call, 8000, (Role.UNKNOWN, 0.6, None))
        await add_scored(world, session, version, "mate", None, None)

    for one in found(world, fill):
        assert (one.sure, one.own_channels, one.machine, one.final) == (None, False, None, None)


def test_only_calls_of_reps_that_began_in_the_time_and_are_there_are_seen(world: World) -> None:
    async def fill(session: Session, version: ScorecardVersion) -> None:
        other = await scorecard(session, "other")
        await add_scored(world, session, version, "rep")
        await add_scored(world, session, version, None)
        await add_scored(world, session, version, "mate", deleted_at=now())
        await add_scored(world, session, version, "mate", started_at=AFTER)
        await add_scored(world, session, version, "mate", started_at=BEGAN - timedelta(seconds=1))
        await add_scored(world, session, other, "mate")

    assert [one.rep_id for one in found(world, fill)] == [world.people["rep"].id]


def test_a_call_scored_by_several_versions_counts_once_by_the_newest_that_is_not_only_tried(
    world: World,
) -> None:
    async def fill(session: Session, version: ScorecardVersion) -> None:
        tried, newer = [
            await another_version(session, version.scorecard_id, "mine", "Mine", number) for number in (3, 2)
        ]
        call = await add_scored(world, session, version, "rep", 10)
        await add_score(session, call, tried, 30, 30, trial=True)
        await add_score(session, call, newer, 20, 20)

    assert [one.machine for one in found(world, fill)] == [20_000]


def test_scorecards_and_teams_are_found_by_key(world: World) -> None:
    async def work() -> None:
        async with world.writing() as session:
            version = await scorecard(session)
            found = await fairness.scorecard(session, "mine")
            assert found is not None
            assert found.id == version.scorecard_id
            assert await fairness.scorecard(session, "yours") is None
            teams = await fairness.teams(session)
            assert teams == {team.id: name for name, team in world.teams.items()}

    asyncio.run(work())
