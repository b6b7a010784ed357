"""Scorecards on the wire."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from api.schemas.shape import Given, Taken
from models.scorecard import Scorecard
from models.versions import VersionMoveName, VersionState

MOST_CALLS = 200
"""Calls of one dry run."""


class VersionShape(Given):
    """A version of a scorecard, without what it asks."""

    id: UUID
    number: int
    state: VersionState
    locked: bool
    """Whether a call was scored by it: from then on it never changes."""
    moves: list[VersionMoveName]
    """What may be done with it."""
    created_at: datetime
    updated_at: datetime
    activated_at: datetime | None


class ScorecardShape(Given):
    """A scorecard with its versions, the newest first."""

    id: UUID
    key: str
    name: str
    versions: list[VersionShape]


class WholeVersionShape(VersionShape):
    """A version of a scorecard with what it asks."""

    scorecard_id: UUID
    scorecard: Scorecard


class Step(StrEnum):
    """Steps of a version from one state to the next."""

    TRY_OUT = "try_out"
    ACTIVATE = "activate"
    RETIRE = "retire"


class StepTaken(Taken):
    """What to do with a version."""

    move: Step


class Trying(Taken):
    """How many of the newest calls a scorecard is tried on."""

    calls: Annotated[StrictInt, Field(ge=1, le=MOST_CALLS)] = 100


class ItemTried(Given):
    """How an item fared: calls in which it was answered, and the mean share (0..1) of its points."""

    key: str
    label: str
    answered: int
    share: float | None


class CallTried(Given):
    """A call's score, points of 100; null with a reason."""

    call_id: UUID
    title: str
    points: float | None
    coverage: float
    reason: str | None


class TriedShape(Given):
    """What a scorecard would have given: every call, how many in each ten points, and how items fared."""

    calls: list[CallTried]
    distribution: list[int]
    """Calls with 0 to 9, 10 to 19, ... 90 to 100 points."""
    without_score: int
    mean: float | None
    items: list[ItemTried]
