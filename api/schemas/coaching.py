"""Listening, and who coaches whom, on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.people import PersonShape
from api.schemas.shape import Day, Given, Taken
from models.call import UserRole

DAY_S = 86_400


class Listened(Taken):
    """How long somebody listened to a call since they last said so."""

    seconds: Annotated[float, Field(gt=0, le=DAY_S, allow_inf_nan=False, strict=True)]


class ListeningShape(Given):
    """How long somebody listened to a call on a day (UTC), as far as it is believed."""

    call_id: UUID
    day: date
    seconds: float


class CoachingWanted(Taken):
    """Which days (UTC): from one up to but without another; the last 30 where they are left out."""

    start: Annotated[Day | None, Field(alias="from")] = None
    end: Annotated[Day | None, Field(alias="to")] = None
    team_id: UUID | None = None
    """Coaches of this team and all below it, and the calls of these teams."""


class WaitShape(Given):
    """How long calls waited for the first feedback after their review, by the median."""

    seconds: float | None
    calls: int
    """How many calls it rests on."""


class CoachShape(Given):
    """What somebody did for others in these days."""

    person: PersonShape
    role: UserRole
    team_id: UUID | None
    calls_listened: int
    """Other people's calls that they listened to."""
    hours_listened: float
    comments: int
    """On other people's calls; answers are counted apart."""
    replies: int
    mentions: int
    tasks_given: int
    tasks_done: int
    """Of those given in these days, so many are done."""
    approved: int
    corrected: int
    rejected: int
    reps_coached: int
    """People who got a comment, an answer, a task or a decision from them."""
    first_feedback: WaitShape
    """Of calls held in these days whose first feedback was theirs."""


class RepShape(Given):
    """How much feedback somebody got on calls held in these days."""

    person: PersonShape
    calls_reviewed: int
    calls_with_feedback: int
    """Commented on, or their score decided, by somebody else."""
    first_feedback: WaitShape


class CoachingShape(Given):
    """Who coached, and who was coached, in these days (UTC): from one up to but without another."""

    start: Annotated[date, Field(serialization_alias="from")]
    end: Annotated[date, Field(serialization_alias="to")]
    coaches: list[CoachShape]
    reps: list[RepShape]
    first_feedback: WaitShape
    """Of all these calls."""
