"""Calls with scores, as the stage that scores leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.clock import now
from models.assessment import AssessmentState
from models.call import CallType
from models.db import Session
from models.queries import assessments, scorecards
from models.queries.assessments import Scores
from models.review import Review, Side
from models.scorecard import (
    HumanItem,
    Judgement,
    JudgementItem,
    MetricItem,
    Option,
    Scorecard,
    Section,
    Target,
)
from models.tables import Assessment, Call, ScorecardRow, ScorecardVersion
from models.versions import VersionMoveName, VersionState
from tests.factories.reviews import sales_call
from tests.factories.worlds import World
from worker.stages.score import scored

TALK = MetricItem("talk", "Talk", 3, "talk_share", Side.REP, Target(0.3, 0.6, 0.3))
DEPTH = JudgementItem("depth", "Depth", 2, Judgement.DEPTH, Target(low=60, fade=60))
NEXT = HumanItem("next", "Next step", 5, (Option("yes", "Agreed", 1.0), Option("no", "Not", 0.0)))
CARD = Scorecard("mine", "Mine", (Section("All", (TALK, DEPTH, NEXT)),), coverage=0.3)
"""A scorecard that is for every call, with an item of several kinds."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Keys of a call and its score."""

    call_id: UUID
    assessment_id: UUID


async def in_use(session: Session, card: Scorecard = CARD, *, trial: bool = False) -> ScorecardVersion:
    """Return a version of a scorecard that scores calls: that which is there, or a new one."""
    wanted = VersionState.TRIAL if trial else VersionState.ACTIVE
    query = (
        select(ScorecardVersion)
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .where(col(ScorecardRow.key) == card.key, col(ScorecardVersion.state) == wanted)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is not None:
        return found
    row, version = await scorecards.add(session, card, None, now())
    name = VersionMoveName.TRY_OUT if trial else VersionMoveName.ACTIVATE
    await scorecards.move(session, row, version, name, now())
    await session.flush()
    return version


async def score(session: Session, call: Call, review: Review) -> Sequence[Assessment]:
    """Return the scores of a call by what is in use, proposed as the stage does."""
    found = scored(review, call.id, await assessments.in_force(session, call), ())
    await assessments.propose(session, call, Scores(found.proposals, found.tracked), now())
    await session.flush()
    query = select(Assessment).where(col(Assessment.call_id) == call.id).order_by(col(Assessment.id))
    return (await session.execute(query)).scalars().all()


def assessed(
    world: World,
    owner: str | None,
    *,
    review: Review | None = None,
    card: Scorecard = CARD,
    organisation: str = "acme",
    **known: Any,
) -> Scored:
    """Return a new call of somebody, reviewed and scored by a scorecard."""
    heard = replace(review or sales_call(), call_type=str(known.get("call_type", CallType.GENERAL)))
    call_id = world.reviewed(owner, heard, organisation, **known)

    async def make() -> Scored:
        async with world.writing(organisation) as session:
            version = await in_use(session, card)
            rows = await score(session, await session.get_one(Call, call_id), heard)
            return Scored(call_id, next(row.id for row in rows if row.version_id == version.id))

    return world.run(make())


def put(world: World, assessment_id: UUID, state: AssessmentState, **known: Any) -> None:
    """Have a score be in a state, whatever came before."""

    async def write() -> None:
        async with world.writing() as session:
            row = await session.get_one(Assessment, assessment_id)
            at: datetime | None = now() if state.decided else None
            fresh = {"assigned_to": None, "contested_at": None, "acknowledged_at": None, "by_policy": False}
            for name, value in {**fresh, "state": state, "decided_at": at, **known}.items():
                setattr(row, name, value)

    world.run(write())
