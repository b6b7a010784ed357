"""The review of scores on the wire."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.assessments import AssessmentShape
from api.schemas.people import PersonShape
from api.schemas.shape import Given, Line, Taken, stored
from models.assessment import AnswerKind, AssessmentState, MoveName
from models.call import CallType
from models.scorecard import Answer, Item, ItemScore

MOST_ANSWERS = 200
LONGEST = 3000

Remark = Annotated[str, Field(max_length=LONGEST), AfterValidator(stored)]
"""What somebody says to a score."""


class ReviewerMove(StrEnum):
    """What a reviewer does with a score."""

    TAKE = "take"
    GIVE_BACK = "give_back"
    APPROVE = "approve"
    CORRECT = "correct"
    REJECT = "reject"
    REOPEN = "reopen"
    UPHOLD = "uphold"


class RepMove(StrEnum):
    """What a rep does with the score of a call of their own."""

    ACKNOWLEDGE = "acknowledge"
    CONTEST = "contest"


class ReviewerMoves(Taken):
    """A move of a reviewer, and why where it takes a reason."""

    move: ReviewerMove
    comment: Remark = ""


class RepMoves(Taken):
    """A move of the rep, and why where it takes a reason."""

    move: RepMove
    comment: Remark = ""


class Answering(Taken):
    """What somebody answers to items, and which of their own answers they take back."""

    answers: Annotated[list[Answer], Field(max_length=MOST_ANSWERS)] = Field(default_factory=list)
    withdraw: Annotated[list[Line], Field(max_length=MOST_ANSWERS)] = Field(default_factory=list)


class AnswerShape(Given):
    """An answer of a person, as reviewer or as the rep about themself."""

    kind: AnswerKind
    by: PersonShape
    at: datetime
    answer: Answer


class MoveShape(Given):
    """A move that was made; without a person it was the policy, or Debrief itself."""

    move: MoveName
    before: AssessmentState
    after: AssessmentState
    by: PersonShape | None
    comment: str
    at: datetime


class ItemReviewed(Given):
    """An item with all that was said to it: by the machine, and by people beside it."""

    item: Item
    machine: ItemScore
    """What the machine says."""
    shown: ItemScore
    """What counts: a reviewer's answer stands before the machine's."""
    answers: list[AnswerShape]


class WholeAssessmentShape(AssessmentShape):
    """A call's score with everything that was said to it and done with it."""

    call_id: UUID
    rep_id: UUID | None
    version: int
    """Grows with every change; the number in its ETag."""
    machine_points: float | None
    """What the machine proposed, of 100."""
    assigned_to: PersonShape | None
    """Who has taken it up."""
    decided_by: PersonShape | None
    decided_at: datetime | None
    by_policy: bool
    """Whether nobody has looked: the organisation's policy approved it."""
    acknowledged_at: datetime | None
    contested_at: datetime | None
    """When the rep asked for another look that nobody has taken yet."""
    items: list[ItemReviewed]
    """Nothing where `hidden` says why."""
    moves: list[MoveShape]
    may: list[MoveName]
    """What whoever asks may do with it now."""


class WaitingShape(Given):
    """A score that waits for review, and why it stands where it does."""

    id: UUID
    call_id: UUID
    title: str
    rep: PersonShape | None
    call_type: CallType
    started_at: datetime
    duration_s: float | None
    scorecard: str
    number: int
    state: AssessmentState
    points: float | None
    coverage: float
    why: str
    hidden: str | None
    """Why points are not shown to whoever asks; null where they are."""
    assigned_to: PersonShape | None
    contested_at: datetime | None
    created_at: datetime


class WaitingPage(Given):
    """The queue of review by the page, what should be looked at first first."""

    items: list[WaitingShape]
    next: str | None
