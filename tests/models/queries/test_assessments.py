"""Calls scored as they come: by the scorecards in force, again when what they rest on is put right."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from core.settings import Settings
from models.assessment import AnswerKind, AssessmentState, MoveName, Place
from models.call import CallType
from models.db import Database
from models.queries import assessments
from models.queries.assessments import Scores
from models.review import Review, Side
from models.scorecard import (
    ANSWER,
    SCORECARD,
    Answer,
    Applies,
    HumanItem,
    MetricItem,
    Option,
    Scorecard,
    Section,
    Target,
    TrackerItem,
)
from models.tables import (
    AnswerRow,
    Assessment,
    Call,
    MachineScore,
    MoveRow,
    ScorecardRow,
    ScorecardVersion,
    TrackerHit,
    TrackerRow,
)
from models.tracker import TRACKER, Tracker
from models.versions import VersionState
from tests.factories.reviews import sales_call
from tests.factories.worlds import World, made
from worker.products import Scored
from worker.stages.score import scored

AT = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
CARD = Scorecard(
    "mine",
    "Mine",
    (
        Section(
            "All",
            (
                MetricItem("talk", "Talk", 2, "talk_share", Side.REP, Target(0.3, 0.6, 0.3)),
                TrackerItem("stock", "Stock", 1, "stock", Target(low=1)),
                HumanItem("next", "Next", 1, (Option("yes", "Yes", 1.0), Option("no", "No", 0.0))),
            ),
        ),
    ),
    coverage=0.5,
)
STOCK = Tracker("stock", "Stock", ("warehouse",))


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


async def add(world: World, card: Scorecard, state: VersionState = VersionState.ACTIVE) -> UUID:
    async with world.writing() as session:
        organisation_id = world.organisations["acme"].id
        row = ScorecardRow(organisation_id=organisation_id, key=card.key, name=card.name)
        session.add(row)
        await session.flush()
        content = SCORECARD.dump_python(card, mode="json")
        version = ScorecardVersion(
            organisation_id=organisation_id, scorecard_id=row.id, number=1, state=state, content=content
        )
        session.add(version)
        return version.id


async def watch(world: World) -> None:
    async with world.writing() as session:
        content = TRACKER.dump_python(STOCK, mode="json")
        organisation_id = world.organisations["acme"].id
        session.add(TrackerRow(organisation_id=organisation_id, key="stock", name="Stock", content=content))


async def rows(world: World, table: type[Any]) -> list[Any]:
    database = Database(world.settings)
    try:
        async with database.read(world.organisations["acme"].id) as session:
            return list((await session.execute(select(table))).scalars())
    finally:
        await database.close()


async def propose(world: World, call_id: UUID, review: Review) -> Scored:
    """Score a call as the worker does."""
    async with world.writing() as session:
        call = await session.get_one(Call, call_id)
        force = await assessments.in_force(session, call)
        found = scored(review, call_id, force, await assessments.watched(session))
        await assessments.propose(session, call, Scores(found.proposals, found.tracked), AT)
        return found


def test_a_call_is_scored_by_what_is_in_force_for_it(world: World) -> None:
    call_id = world.reviewed("rep", sales_call(), call_type=CallType.DISCOVERY)

    async def go() -> None:
        version = await add(world, CARD)
        await add(world, Scorecard("draft", "Draft", CARD.sections), VersionState.DRAFT)
        demos = Applies(call_types=(CallType.DEMO,))
        await add(world, Scorecard("demos", "Demos", CARD.sections, applies=demos))
        tried = await add(world, Scorecard("tried", "Tried", CARD.sections), VersionState.TRIAL)
        await watch(world)
        await propose(world, call_id, sales_call())
        found = {row.version_id: row for row in await rows(world, Assessment)}
        assert found.keys() == {version, tried}
        assert (found[version].trial, found[tried].trial) == (False, True)
        assert found[version].state is AssessmentState.PROPOSED
        assert found[version].coverage == 0.75
        assert found[version].points is not None
        assert found[version].why
        assert {hit.words.strip(".,?!").lower() for hit in await rows(world, TrackerHit)} == {"warehouse"}
        locked = {row.id for row in await rows(world, ScorecardVersion) if row.locked_at is not None}
        assert locked == {version, tried}
        assert len(await rows(world, MachineScore)) == 2

    asyncio.run(go())


def test_the_same_score_again_changes_nothing(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def go() -> None:
        await add(world, CARD)
        await watch(world)
        await propose(world, call_id, sales_call())
        (before,) = await rows(world, Assessment)
        hits = len(await rows(world, TrackerHit))
        await propose(world, call_id, sales_call())
        (after,) = await rows(world, Assessment)
        assert (after.version, after.updated_at) == (before.version, before.updated_at)
        assert len(await rows(world, MachineScore)) == 1
        assert len(await rows(world, TrackerHit)) == hits

    asyncio.run(go())


def test_another_score_is_proposed_anew_with_what_the_reviewer_answered(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def go() -> None:
        await add(world, CARD)
        await propose(world, call_id, sales_call())
        async with world.writing() as session:
            row = (await session.execute(select(Assessment))).scalars().one()
            row.state, row.decided_by = AssessmentState.CORRECTED, world.people["coach"].id
            for option in ("no", "yes"):
                content = ANSWER.dump_python(Answer("next", option), mode="json")
                session.add(
                    AnswerRow(
                        organisation_id=row.organisation_id,
                        assessment_id=row.id,
                        item="next",
                        kind=AnswerKind.REVIEW,
                        user_id=world.people["coach"].id,
                        content=content,
                    )
                )
                await session.flush()
        await watch(world)
        await propose(world, call_id, sales_call())
        (after,) = await rows(world, Assessment)
        assert after.state is AssessmentState.PROPOSED
        assert (after.decided_by, after.version, after.coverage) == (None, 2, 1.0)
        assert {item["key"]: item["answered_by"] for item in after.content["items"]} == {
            "talk": "machine",
            "stock": "machine",
            "next": "human",
        }
        (move,) = await rows(world, MoveRow)
        assert (move.name, move.before, move.after) == (
            MoveName.RESCORE,
            AssessmentState.CORRECTED,
            AssessmentState.PROPOSED,
        )
        machine = max(await rows(world, MachineScore), key=lambda one: one.version)
        assert {item["key"]: item["answered_by"] for item in machine.content["items"]}["next"] == "nobody"

    asyncio.run(go())


def test_what_is_not_for_a_call_leaves_it_alone() -> None:
    only = Applies((CallType.DEMO,), ("en",), (), 60.0)
    for change, fits in (
        ({}, True),
        ({"call_type": CallType.RENEWAL}, False),
        ({"language": "zh"}, False),
        ({"language": None}, False),
        ({"duration_s": 59.0}, False),
        ({"duration_s": None}, False),
    ):
        call: dict[str, Any] = {
            "call_type": CallType.DEMO,
            "language": "en",
            "direction": "inbound",
            "duration_s": 60.0,
            **change,
        }
        assert only.to(**call) is fits, change


def test_a_score_by_what_is_for_the_call_no_more_leaves_the_queue(world: World) -> None:
    call_id = world.reviewed("rep", sales_call(), call_type=CallType.DISCOVERY)

    async def go() -> None:
        await add(world, Scorecard("mine", "Mine", CARD.sections, applies=Applies((CallType.DISCOVERY,))))
        await propose(world, call_id, sales_call())
        async with world.writing() as session:
            (await session.get_one(Call, call_id)).call_type = CallType.DEMO
        await propose(world, call_id, sales_call())
        (row,) = await rows(world, Assessment)
        assert (row.state, row.queue) == (AssessmentState.PROPOSED, Place.NOWHERE)
        assert "not for this call" in row.why

    asyncio.run(go())
