"""A call as the report on fairness looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from models.assessment import AssessmentState
from models.call import CallType, Direction


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """A call by a scorecard: whose it is, what it is like, and what the machine and then people made of it.

    `machine` and `final`, the score in force, are in thousandths of a point of 100; `by_policy` says that it
    counts without anybody having looked. `sure` is the probability that the less certain of rep and customer
    is the one it is taken for.
    """

    rep_id: UUID
    team_id: UUID | None
    language: str | None
    call_type: CallType
    direction: Direction
    sample_rate_hz: int | None
    own_channels: bool
    duration_s: float | None
    sure: float | None
    machine: int | None
    final: int | None
    state: AssessmentState
    by_policy: bool
    coverage: float
