"""Coaching counted: who did what for others, and how long calls waited for the first word on them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from core.settings import Settings
from models.access import Reach
from models.assessment import AssessmentState, MoveName
from models.db import Session
from models.queries import coaching, comments, deletion, listening, scorecards
from models.queries.coaching import Span
from models.queries.comments import Remark
from models.scorecard import HumanItem, Option, Scorecard, Section
from models.tables import ActionItem, Assessment, Call, MoveRow
from tests.factories.reviews import sales_call
from tests.factories.worlds import BEGAN, World, made

YES_OR_NO = (Option("yes", "Yes", 1.0), Option("no", "No", 0.0))
CARD = Scorecard("mine", "Mine", (Section("All", (HumanItem("next", "Next", 1, YES_OR_NO),)),))
DAY = timedelta(days=1)
SPAN = Span(BEGAN, BEGAN + 30 * DAY)


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


class Told:
    """A world in which people coach at given times, counted from the review of the call."""

    def __init__(self, world: World, session: Session) -> None:
        self.world, self.session = world, session
        self.version: UUID | None = None

    async def call(self, owner: str | None, **known: Any) -> Call:
        call = await self.world.add_call(self.session, owner, started_at=BEGAN, **known)
        call.reviewed_at, call.duration_s = BEGAN, 600.0
        await self.session.flush()
        return call

    async def comment(self, call: Call, by: str, after: timedelta, **said: Any) -> UUID:
        remark = Remark(**{"text": "Well asked.", **said})
        row = await comments.add(self.session, call, self.world.people[by].id, remark, BEGAN + after)
        return row.id

    async def decide(self, call: Call, by: str | None, after: timedelta, name: MoveName) -> None:
        if self.version is None:
            _, version = await scorecards.add(self.session, CARD, None, BEGAN)
            self.version = version.id
        row = Assessment(
            organisation_id=call.organisation_id,
            call_id=call.id,
            version_id=self.version,
            revision=1,
            coverage=1.0,
            content={},
        )
        self.session.add(row)
        await self.session.flush()
        self.session.add(
            MoveRow(
                organisation_id=call.organisation_id,
                assessment_id=row.id,
                name=name,
                before=AssessmentState.IN_REVIEW,
                after=AssessmentState.APPROVED,
                user_id=self.world.people[by].id if by else None,
                created_at=BEGAN + after,
            )
        )
        await self.session.flush()

    async def deeds(self, by: str, span: Span = SPAN) -> coaching.Deeds:
        person = self.world.people[by].id
        return (await coaching.deeds(self.session, [person], span)).get(person, coaching.Deeds())

    async def feedback(self, by: str = "admin", reach: Reach = Reach.ALL) -> list[tuple[UUID, UUID, Any]]:
        viewer = self.world.viewer(by, reach=reach)
        told = await coaching.feedback(self.session, viewer, None, SPAN)
        return [(one.call_id, one.user_id, one.wait_s) for one in told]


def test_only_what_is_done_for_others_counts(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            told = Told(world, session)
            theirs, own, nobodys = [await told.call(owner) for owner in ("rep", "coach", None)]
            people = {name: person.id for name, person in world.people.items()}
            for call in (theirs, own, nobodys):
                head = await told.comment(call, "coach", DAY, mentions=(people["admin"],))
                await told.comment(call, "coach", DAY, parent_id=head)
                await listening.report(session, call, people["coach"], 60.0, BEGAN + DAY)
            for call, name in (
                (theirs, MoveName.APPROVE),
                (own, MoveName.REJECT),
                (nobodys, MoveName.CORRECT),
            ):
                await told.decide(call, "coach", DAY, name)
            for rep in ("rep", "mate", "coach"):
                session.add(
                    ActionItem(
                        organisation_id=theirs.organisation_id,
                        rep_id=people[rep],
                        text="Ask.",
                        created_by=people["coach"],
                        created_at=BEGAN + DAY,
                        done_at=BEGAN + DAY if rep == "mate" else None,
                    )
                )
            await session.flush()
            did = await told.deeds("coach")
            assert (did.comments, did.replies, did.mentions) == (2, 2, 2)
            assert (did.calls_listened, did.tasks_given, did.tasks_done) == (2, 2, 1)
            assert did.decisions == {MoveName.APPROVE: 1, MoveName.CORRECT: 1}
            assert did.reps == {people["rep"], people["mate"]}
            assert await told.deeds("manager") == coaching.Deeds()

    asyncio.run(go())


def test_a_span_begins_at_its_first_moment_and_ends_before_its_last(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            told = Told(world, session)
            call = await told.call("rep")
            for n in range(4):
                await told.comment(call, "coach", n * DAY)
                await told.decide(await told.call("rep"), "coach", n * DAY, MoveName.APPROVE)
                coach = world.people["coach"].id
                await listening.report(session, call, coach, 60.0, BEGAN + n * DAY)
            await session.flush()
            did = await told.deeds("coach", Span(BEGAN + DAY, BEGAN + 3 * DAY))
            assert (did.comments, did.decisions[MoveName.APPROVE], did.seconds_listened) == (2, 2, 120.0)

    asyncio.run(go())


def test_a_comment_taken_back_is_no_coaching(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            told = Told(world, session)
            call, viewer = await told.call("rep"), world.viewer("admin", reach=Reach.ALL)
            head = await told.comment(call, "coach", DAY)
            await told.comment(call, "rep", 2 * DAY, parent_id=head)
            await told.comment(call, "manager", 3 * DAY, parent_id=head)
            found = await comments.find(session, viewer, head)
            assert found is not None
            await comments.remove(session, call, found[0], BEGAN + 4 * DAY)
            await session.flush()
            assert await told.deeds("coach") == coaching.Deeds()
            assert await told.feedback() == [(call.id, world.people["manager"].id, 3 * DAY.total_seconds())]

    asyncio.run(go())


def test_the_first_feedback_is_the_first_comment_or_decision_of_another(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            told = Told(world, session)
            spoken, decided, by_policy, own, silent = [await told.call("rep") for _ in range(5)]
            await told.comment(spoken, "rep", DAY)
            await told.comment(spoken, "manager", 2 * DAY)
            await told.decide(spoken, "coach", 3 * DAY, MoveName.APPROVE)
            await told.decide(decided, "coach", 2 * DAY, MoveName.REJECT)
            await told.comment(decided, "manager", 3 * DAY)
            await told.decide(by_policy, None, DAY, MoveName.APPROVE_BY_POLICY)
            await told.decide(own, "coach", DAY, MoveName.TAKE)
            await told.comment(own, "rep", DAY)
            coach, manager = world.people["coach"].id, world.people["manager"].id
            waited = 2 * DAY.total_seconds()
            assert sorted(await told.feedback()) == sorted(
                [(spoken.id, manager, waited), (decided.id, coach, waited)]
            )
            reviewed = await coaching.reviewed(session, world.viewer("rep", reach=Reach.OWN), None, SPAN)
            assert reviewed == {world.people["rep"].id: 5}
            assert silent.reviewed_at == BEGAN

    asyncio.run(go())


def test_feedback_from_before_a_review_that_was_made_again_counts_without_a_wait(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            told = Told(world, session)
            calls = [await told.call("rep") for _ in range(3)]
            for n, call in enumerate(calls):
                await told.comment(call, "coach", (n + 1) * DAY)
            await session.execute(
                update(Call).where(col(Call.id) == calls[0].id).values(reviewed_at=BEGAN + 9 * DAY)
            )
            session.expire_all()
            told_of = await coaching.feedback(session, world.viewer("admin", reach=Reach.ALL), None, SPAN)
            assert sorted(one.wait_s is None for one in told_of) == [False, False, True]
            waited = coaching.wait(told_of)
            assert waited == coaching.Wait(2.5 * DAY.total_seconds(), 2)
            assert coaching.wait([]) == coaching.Wait(None, 0)

    asyncio.run(go())


def test_calls_out_of_reach_out_of_days_not_reviewed_or_erased_are_left_out(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            told = Told(world, session)
            seen = await told.call("rep")
            outside, old, young, unreviewed, erased = [
                await told.call(owner) for owner in ("outsider", "rep", "rep", "rep", "rep")
            ]
            old.started_at, young.started_at = BEGAN - DAY, SPAN.end
            unreviewed.reviewed_at = None
            for call in (seen, outside, old, young, unreviewed, erased):
                await told.comment(call, "admin", DAY)
            await deletion.erase(session, erased.id, BEGAN + 2 * DAY)
            teams = tuple(world.teams[name].id for name in ("sales", "east"))
            viewer = world.viewer("manager", reach=Reach.TEAM, team_ids=teams)
            feedback = await coaching.feedback(session, viewer, None, SPAN)
            assert [one.call_id for one in feedback] == [seen.id]
            assert await coaching.reviewed(session, viewer, None, SPAN) == {world.people["rep"].id: 1}
            every = world.viewer("admin", reach=Reach.ALL)
            east = await coaching.feedback(session, every, (world.teams["east"].id,), SPAN)
            assert [one.call_id for one in east] == [seen.id]
            assert len(await coaching.feedback(session, every, None, SPAN)) == 2
            assert await coaching.feedback(session, every, (), SPAN) == []

    asyncio.run(go())


def test_those_who_left_and_reps_are_no_coaches(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            person = await session.get_one(type(world.people["coach"]), world.people["coach"].id)
            person.active = False
            await session.flush()
            found = await coaching.coaches(session, world.viewer("admin", reach=Reach.ALL), None)
            assert [one.name for one in found] == ["Admin", "Manager"]

    asyncio.run(go())


def test_a_review_as_the_pipeline_makes_it_counts(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def go() -> None:
        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            assert call.reviewed_at is not None
            at: datetime = call.reviewed_at
            await comments.add(session, call, world.people["coach"].id, Remark("Good."), at + DAY)
            (one,) = await coaching.feedback(session, world.viewer("admin", reach=Reach.ALL), None, SPAN)
            assert one.wait_s == DAY.total_seconds()

    asyncio.run(go())
