"""Calls that people looked at, and what they answered, as the export of corrections reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from models.assessment import AssessmentState
from models.correction import PutRight
from models.db import ReadSession
from models.queries import corrections
from models.scorecard import SCORE, ItemScore
from models.tables import (
    AnswerRow,
    Assessment,
    Call,
    Correction,
    MachineScore,
    Recording,
    ScorecardRow,
    ScorecardVersion,
)

COUNTS = [state for state in AssessmentState if state.counts]


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A call that a person corrected, or whose score a person approved; `at` is when that was last."""

    call: Call
    recording: Recording
    version: int
    put_right: PutRight
    approved: bool
    at: datetime

    @property
    def corrected(self) -> bool:
        """Return whether anything of who spoke or what was said is put right."""
        return bool(self.put_right.roles or self.put_right.edits)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person answered to an item beside what the machine had; None where it had nothing."""

    scorecard: str
    number: int
    item: str
    kind: str
    user_id: UUID
    content: dict[str, Any]
    machine: ItemScore | None
    at: datetime


async def touched(session: ReadSession) -> Sequence[UUID]:
    """Return the calls with a correction, or with a score that a person approved, the oldest first."""
    corrected = select(col(Correction.call_id))
    approved = select(col(Assessment.call_id)).where(*_approved_by_people())
    query = (
        select(col(Call.id))
        .where(col(Call.deleted_at).is_(None), or_(col(Call.id).in_(corrected), col(Call.id).in_(approved)))
        .order_by(col(Call.id))
    )
    return (await session.execute(query)).scalars().all()


async def looked_at(session: ReadSession, call_id: UUID) -> LookedAt | None:
    """Return what people did about a call; None where nothing of it is in force any more."""
    query = (
        select(Call, Recording)
        .join(Recording, col(Recording.id) == col(Call.recording_id))
        .where(col(Call.id) == call_id, col(Call.deleted_at).is_(None))
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    call, recording = found
    version, put_right = await corrections.newest(session, call_id)
    times = [*await _approvals(session, call_id)]
    approved = bool(times)
    for row, _ in await corrections.history(session, call_id, None, 1):
        times.append(row.created_at)
    one = LookedAt(call, recording, version, put_right, approved, max(times, default=call.created_at))
    return one if one.corrected or one.approved else None


async def answered(session: ReadSession, call_id: UUID) -> Sequence[Answered]:
    """Return what people answered about a call, in order, each beside the machine's of that time."""
    query = (
        select(AnswerRow, col(ScorecardRow.key), col(ScorecardVersion.number))
        .join(Assessment, col(Assessment.id) == col(AnswerRow.assessment_id))
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .where(col(Assessment.call_id) == call_id)
        .order_by(col(AnswerRow.id))
    )
    scores = await _machine_scores(session, call_id)
    return [
        Answered(
            scorecard=key,
            number=number,
            item=row.item,
            kind=row.kind,
            user_id=row.user_id,
            content=row.content,
            machine=_beside(row, [one for one in scores if one.assessment_id == row.assessment_id]),
            at=row.created_at,
        )
        for row, key, number in await session.execute(query)
    ]


def _approved_by_people() -> tuple[Any, ...]:
    return (
        col(Assessment.state).in_(COUNTS),
        col(Assessment.by_policy).is_(False),
        col(Assessment.trial).is_(False),
        col(Assessment.decided_at).is_not(None),
    )


async def _approvals(session: ReadSession, call_id: UUID) -> Sequence[datetime]:
    query = select(col(Assessment.decided_at)).where(
        col(Assessment.call_id) == call_id, *_approved_by_people()
    )
    return [at for at in (await session.execute(query)).scalars() if at is not None]


async def _machine_scores(session: ReadSession, call_id: UUID) -> Sequence[MachineScore]:
    """Return what the machine proposed for a call, the oldest first."""
    query = (
        select(MachineScore)
        .join(Assessment, col(Assessment.id) == col(MachineScore.assessment_id))
        .where(col(Assessment.call_id) == call_id)
        .order_by(col(MachineScore.id))
    )
    return (await session.execute(query)).scalars().all()


def _beside(row: AnswerRow, scores: Sequence[MachineScore]) -> ItemScore | None:
    """Return the machine's answer to the item as it was when a person answered."""
    before = [one for one in scores if one.created_at <= row.created_at] or scores[:1]
    items = SCORE.validate_python(before[-1].content).items if before else ()
    return next((item for item in items if item.key == row.item), None)
