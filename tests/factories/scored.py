"""Calls with scores as machine and people gave them, and what recordings they are of."""

from __future__ import annotations

from typing import Any

from models.assessment import AssessmentState
from models.db import Session
from models.scorecard import POINT
from models.tables import Assessment, Call, MachineScore, Recording, ScorecardVersion, SpeakerRow
from models.transcript import Role
from tests.factories.assessed import assess
from tests.factories.worlds import World


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
