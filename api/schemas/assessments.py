"""Trackers and scores of calls on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from api.schemas.scorecards import MOST_CALLS
from api.schemas.shape import Given, Taken
from models.assessment import AssessmentState
from models.scorecard import Score
from models.tracker import Hit, Tracker


class TrackerShape(Given):
    """A tracker; its version grows with every change of what it looks for."""

    id: UUID
    version: int
    tracker: Tracker
    created_at: datetime
    updated_at: datetime


class TrackerTrying(Taken):
    """A tracker to try, and on how many of the newest calls."""

    tracker: Tracker
    calls: Annotated[StrictInt, Field(ge=1, le=MOST_CALLS)] = 100


class CallTracked(Given):
    """Where a tracker finds something in a call."""

    call_id: UUID
    title: str
    hits: list[Hit]


class TrackerTriedShape(Given):
    """What a tracker would find: the calls with hits, and how many calls were looked through."""

    looked_through: int
    calls: list[CallTracked]


class AssessmentShape(Given):
    """A call's score by a version of a scorecard, and where its review is."""

    id: UUID
    version_id: UUID
    scorecard: str
    """The scorecard's key."""
    name: str
    number: int
    trial: bool
    """Whether the version is only tried out: such a score never counts."""
    state: AssessmentState
    points: float | None
    """Of 100; null with a reason in `score` or `hidden`."""
    coverage: float
    why: str
    """Why it stands where it does in the queue of review."""
    formula: str
    """How the points come about."""
    score: Score | None
    """Items and minutes with their points, in thousandths; both add up to the points exactly."""
    hidden: str | None
    """Why points and score are not shown to whoever asks; null where they are."""
    created_at: datetime
    updated_at: datetime
