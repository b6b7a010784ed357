"""Calls by a scorecard, with what they are like and what people made of their scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Subquery, case, func, select
from sqlmodel import col

from models.db import ReadSession
from models.fairness import ScoredCall
from models.tables import (
    Assessment,
    Call,
    MachineScore,
    Recording,
    ScorecardRow,
    ScorecardVersion,
    SpeakerRow,
    Team,
)
from models.transcript import Role


async def scorecard(session: ReadSession, key: str) -> ScorecardRow | None:
    """Return a scorecard by its key."""
    query = select(ScorecardRow).where(col(ScorecardRow.key) == key)
    return (await session.execute(query)).scalar_one_or_none()


async def teams(session: ReadSession) -> Mapping[UUID, str]:
    """Return the names of teams."""
    return dict((await session.execute(select(col(Team.id), col(Team.name)))).all())


async def scored(
    session: ReadSession, scorecard_id: UUID, start: datetime, end: datetime
) -> list[ScoredCall]:
    """Return the calls of reps that began in a time, each by the newest version that is not only tried."""
    newest, voices = _newest(), _voices()
    query = (
        select(
            col(Call.id),
            col(Call.rep_id),
            col(Call.team_id),
            col(Call.spoken_language).label("language"),
            col(Call.call_type),
            col(Call.direction),
            col(Recording.sample_rate_hz),
            (func.coalesce(voices.c.channels, 0) > 0).label("own_channels"),
            col(Call.duration_s),
            voices.c.sure,
            col(MachineScore.points).label("machine"),
            col(Assessment.points).label("final"),
            col(Assessment.state),
            col(Assessment.by_policy),
            col(Assessment.coverage),
        )
        .select_from(Assessment)
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .join(Recording, col(Recording.id) == col(Call.recording_id))
        .outerjoin(newest, newest.c.assessment_id == col(Assessment.id))
        .outerjoin(
            MachineScore,
            (col(MachineScore.assessment_id) == col(Assessment.id))
            & (col(MachineScore.version) == newest.c.version),
        )
        .outerjoin(voices, voices.c.call_id == col(Call.id))
        .where(
            col(ScorecardVersion.scorecard_id) == scorecard_id,
            col(Assessment.trial).is_(False),
            col(Call.deleted_at).is_(None),
            col(Call.rep_id).is_not(None),
            col(Call.started_at) >= start,
            col(Call.started_at) < end,
        )
        .order_by(col(ScorecardVersion.number))
    )
    by_call = {row.id: row for row in await session.execute(query)}
    return [ScoredCall(**{name: getattr(row, name) for name in NAMES}) for row in by_call.values()]


NAMES = tuple(ScoredCall.__dataclass_fields__)


def _newest() -> Subquery:
    """Return the newest version of what the machine proposed, by assessment."""
    query = select(col(MachineScore.assessment_id), func.max(col(MachineScore.version)).label("version"))
    return query.group_by(col(MachineScore.assessment_id)).subquery()


def _voices() -> Subquery:
    """Return by call how many voices have a channel of their own, and how sure the less certain side is."""
    is_side = col(SpeakerRow.role).in_((Role.REP, Role.CUSTOMER))
    query = select(
        col(SpeakerRow.call_id),
        func.count(col(SpeakerRow.channel)).label("channels"),
        func.min(case((is_side, col(SpeakerRow.role_confidence)))).label("sure"),
    )
    return query.group_by(col(SpeakerRow.call_id)).subquery()
