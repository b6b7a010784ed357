"""Scores straight in the tables, with nothing behind them; `tests.factories.assessing` has whole ones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models.assessment import AssessmentState
from models.call import CallState
from models.db import Session, organisation_of
from models.review import Side
from models.scorecard import POINT, SCORE, SCORECARD, MetricItem, Score, Scorecard, Section, Target
from models.tables import (
    Assessment,
    Call,
    MachineScore,
    MetricRow,
    Recording,
    ScorecardRow,
    ScorecardVersion,
    SpeakerRow,
)
from models.transcript import Role
from models.versions import VersionState
from tests.factories.worlds import World


async def scorecard(session: Session, key: str = "mine", name: str = "Mine") -> ScorecardVersion:
    """Return the only version of a new scorecard, in use."""
    row = ScorecardRow(organisation_id=organisation_of(session), key=key, name=name)
    session.add(row)
    await session.flush()
    return await another_version(session, row.id, key, name, 1)


async def known_scorecard(session: Session, key: str = "mine") -> ScorecardVersion:
    """Return the version of a scorecard that there is, or of a new one."""
    query = (
        select(ScorecardVersion)
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .where(col(ScorecardRow.key) == key)
    )
    return (await session.execute(query)).scalar_one_or_none() or await scorecard(session, key)


async def another_version(
    session: Session, scorecard_id: UUID, key: str, name: str, number: int
) -> ScorecardVersion:
    """Return a new version of a scorecard, in use."""
    item = MetricItem("talk", "Talk", 1, "talk_share", Side.REP, Target(0.3, 0.6, 0.3))
    version = ScorecardVersion(
        organisation_id=organisation_of(session),
        scorecard_id=scorecard_id,
        number=number,
        state=VersionState.ACTIVE,
        content=SCORECARD.dump_python(Scorecard(key, name, (Section("All", (item,)),)), mode="json"),
    )
    session.add(version)
    await session.flush()
    return version


def assess(
    session: Session,
    call: Call,
    version: ScorecardVersion,
    points: float | None = 80.0,
    state: AssessmentState = AssessmentState.APPROVED,
    *,
    trial: bool = False,
) -> Assessment:
    """Return a new assessment of a call, approved or as told; `points` are of 100."""
    whole = None if points is None else round(points * POINT)
    score = Score(whole, None if points is not None else "Nothing is answered.", 1.0, (), (), "1")
    row = Assessment(
        organisation_id=call.organisation_id,
        call_id=call.id,
        version_id=version.id,
        revision=1,
        trial=trial,
        state=state,
        points=whole,
        coverage=1.0,
        content=SCORE.dump_python(score, mode="json"),
    )
    session.add(row)
    return row


def measured(session: Session, call: Call, depth: float | None = 50.0, **metrics: float | None) -> None:
    """Give a call a review's measures: its depth, and metrics of the rep."""
    call.state, call.depth = CallState.REVIEWED, depth
    session.add_all(
        MetricRow(
            organisation_id=call.organisation_id,
            call_id=call.id,
            name=name,
            side=Side.REP,
            value=value,
            unit="ratio",
            reason=None if value is not None else "Nobody spoke.",
            version="1",
            evidence=[],
        )
        for name, value in metrics.items()
    )


async def add_scored(
    world: World,
    session: Session,
    version: ScorecardVersion,
    owner: str | None,
    machine: float | None = 50.0,
    final: float | None = 50.0,
    state: AssessmentState = AssessmentState.PROPOSED,
    **known: Any,
) -> Call:
    """Return a call that was scored by a version; points are of 100."""
    call = await world.add_call(session, owner, **known)
    await add_score(session, call, version, machine, final, state)
    return call


async def add_score(
    session: Session,
    call: Call,
    version: ScorecardVersion,
    machine: float | None,
    final: float | None,
    state: AssessmentState = AssessmentState.PROPOSED,
    *,
    trial: bool = False,
) -> Assessment:
    """Return the score of a call by a version; the machine proposed another before, which is past."""
    row = assess(session, call, version, final, state, trial=trial)
    await session.flush()
    for number, points in enumerate((99.0, machine), 1):
        session.add(
            MachineScore(
                organisation_id=call.organisation_id,
                assessment_id=row.id,
                version=number,
                revision=number,
                points=None if points is None else round(points * POINT),
                content={},
            )
        )
    return row


async def heard(session: Session, call: Call, hertz: int, *sides: tuple[Role, float, int | None]) -> None:
    """Say of a call at what rate it is sampled, and of its voices their roles, how sure, and channels."""
    (await session.get_one(Recording, call.recording_id)).sample_rate_hz = hertz
    for number, (role, sure, channel) in enumerate(sides):
        session.add(
            SpeakerRow(
                organisation_id=call.organisation_id,
                call_id=call.id,
                label=f"S{number}",
                role=role,
                role_confidence=sure,
                role_evidence=[],
                talk_s=1.0,
                channel=channel,
            )
        )
