"""Calls that two versions of scorecards have both scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.access import Viewer
from models.assessment import AssessmentState
from models.db import ReadSession
from models.queries.calibrations import machines
from models.scorecard import Score
from models.tables import Assessment, Call, MachineScore, ScorecardVersion

MOST = 5000
"""Calls that are compared, the newest scored by the later version."""
MOST_ITEMS = 200
"""Calls whose items are compared: whole scores are read for them."""


@dataclass(frozen=True, slots=True)
class Both:
    """A call, the machine's points by two versions, and those that count, thousandths of a point of 100."""

    call_id: UUID
    title: str
    rep_id: UUID | None
    team_id: UUID | None
    started_at: datetime
    this_id: UUID
    other_id: UUID
    this: int | None
    other: int | None
    final: int | None


async def calls(session: ReadSession, version: ScorecardVersion, other: ScorecardVersion) -> Sequence[Both]:
    """Return the newest calls that two versions have scored, those scored last first."""
    one, two = aliased(Assessment), aliased(Assessment)
    later = one if version.created_at >= other.created_at else two
    of_call = (col(Call.id), col(Call.title), col(Call.rep_id), col(Call.team_id), col(Call.started_at))
    scored = [part for of in (one, two) for part in (col(of.id), _machine(of), col(of.state), col(of.points))]
    query = (
        select(*of_call, *scored)
        .where(  # not joined: only here does a session add its organisation to aliases
            col(one.call_id) == col(Call.id),
            col(two.call_id) == col(Call.id),
            col(one.version_id) == version.id,
            col(two.version_id) == other.id,
            col(Call.deleted_at).is_(None),
        )
        .order_by(col(later.id).desc())
        .limit(MOST)
    )
    return [_both(row) for row in await session.execute(query)]


async def scores(session: ReadSession, found: Sequence[Both]) -> list[tuple[Score, Score]]:
    """Return what the machine says of calls by both versions, of the first so many."""
    some = found[:MOST_ITEMS]
    by_key = await machines(session, [key for one in some for key in (one.this_id, one.other_id)])
    return [(by_key[one.this_id], by_key[one.other_id]) for one in some]


def seen(viewer: Viewer, found: Sequence[Both]) -> list[Both]:
    """Return those of some calls that a viewer sees."""
    return [one for one in found if viewer.sees(one.rep_id, one.team_id)]


def _machine(of: type[Assessment]) -> ScalarSelect[int | None]:
    """Return what the machine gave last for an assessment."""
    query = select(col(MachineScore.points)).where(col(MachineScore.assessment_id) == col(of.id))
    return query.order_by(col(MachineScore.version).desc()).limit(1).scalar_subquery()


def _both(row: Sequence[Any]) -> Both:
    key, title, rep_id, team_id, started_at, *scored = row
    one, two = scored[:4], scored[4:]
    final = next((points for _, _, state, points in (one, two) if AssessmentState(state).counts), None)
    return Both(key, title, rep_id, team_id, started_at, one[0], two[0], one[1], two[1], final)
