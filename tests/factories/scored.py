"""Calls with scores by a scorecard, as machine and people gave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from core.clock import now
from models.assessment import AssessmentState
from models.db import Session
from models.tables import (
    Assessment,
    Call,
    MachineScore,
    Recording,
    ScorecardRow,
    ScorecardVersion,
    SpeakerRow,
)
from models.transcript import Role
from models.versions import VersionState
from tests.factories.worlds import World


async def add_version(
    session: Session, card: ScorecardRow, number: int, state: VersionState = VersionState.ACTIVE
) -> ScorecardVersion:
    """Return a version of a scorecard; what it asks does not matter."""
    version = ScorecardVersion(
        organisation_id=card.organisation_id, scorecard_id=card.id, number=number, state=state, content={}
    )
    session.add(version)
    await session.flush()
    return version


async def add_card(world: World, session: Session, key: str = "mine") -> ScorecardRow:
    """Return a scorecard."""
    card = ScorecardRow(organisation_id=world.organisations["acme"].id, key=key, name=key.capitalize())
    session.add(card)
    await session.flush()
    return card


async def add_scored(
    world: World,
    session: Session,
    version: ScorecardVersion,
    owner: str | None,
    *,
    machine: int | None = 50_000,
    final: int | None = 50_000,
    state: AssessmentState = AssessmentState.PROPOSED,
    sound: dict[str, Any] | None = None,
    sides: tuple[tuple[Role, float, int | None], ...] = (),
    **known: Any,
) -> Call:
    """Return a call that was scored by a version; `sides` are its voices: role, how sure, channel."""
    call = await world.add_call(session, owner, **known)
    recording = await session.get_one(Recording, call.recording_id)
    for name, value in (sound or {}).items():
        setattr(recording, name, value)
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
    await add_score(session, call, version, machine, final, state)
    return call


async def add_score(
    session: Session,
    call: Call,
    version: ScorecardVersion,
    machine: int | None,
    final: int | None,
    state: AssessmentState = AssessmentState.PROPOSED,
    at: datetime | None = None,
) -> UUID:
    """Score a call by a version: first as nobody sees any more, then as the machine does now."""
    row = Assessment(
        organisation_id=call.organisation_id,
        call_id=call.id,
        version_id=version.id,
        revision=2,
        trial=version.state is VersionState.TRIAL,
        state=state,
        points=final,
        coverage=0.8,
        content={},
        version=2,
        created_at=at or now(),
    )
    session.add(row)
    await session.flush()
    for number, points in enumerate((99_000, machine), 1):
        session.add(
            MachineScore(
                organisation_id=call.organisation_id,
                assessment_id=row.id,
                version=number,
                revision=number,
                points=points,
                content={},
            )
        )
    return row.id
