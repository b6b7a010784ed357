"""How a score is reviewed: its states, and the moves between them, declared in one table.

A score that nobody has approved is a proposal. Code, tests and docs/review.md derive from `MOVES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class AssessmentState(StrEnum):
    """Where an assessment is; `approved` and `corrected` count in the rep's record."""

    PROPOSED = "proposed"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    CORRECTED = "corrected"
    REJECTED = "rejected"

    @property
    def counts(self) -> bool:
        """Return whether the score is in the rep's record."""
        return self in {AssessmentState.APPROVED, AssessmentState.CORRECTED}

    @property
    def decided(self) -> bool:
        """Return whether somebody has decided on it."""
        return self.counts or self is AssessmentState.REJECTED


class MoveName(StrEnum):
    """What somebody does with an assessment."""

    TAKE = "take"
    GIVE_BACK = "give_back"
    APPROVE = "approve"
    CORRECT = "correct"
    REJECT = "reject"
    REOPEN = "reopen"
    ACKNOWLEDGE = "acknowledge"
    CONTEST = "contest"
    UPHOLD = "uphold"
    APPROVE_BY_POLICY = "approve_by_policy"
    RESCORE = "rescore"


class AnswerKind(StrEnum):
    """As what a person answers: reviewer, rep about themself, or blind, to compare reviewers."""

    REVIEW = "review"
    SELF = "self"
    CALIBRATION = "calibration"


class Place(IntEnum):
    """Places in the queue of review, the first first; nobody need look at what is nowhere in it."""

    CONTESTED = 0
    UNCERTAIN = 10
    EXTREME = 20
    SAMPLE = 30
    ORDINARY = 90
    NOWHERE = 100


class Mover(StrEnum):
    """Who may make a move: a reviewer of the call, the rep whose call it is, or Debrief itself."""

    REVIEWER = "reviewer"
    REP = "rep"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move: from some states to one (None: it stays where it is), by whom, with a comment or not.

    `own` says whether reviewers may make it on a call of their own: nobody approves themself.
    """

    name: MoveName
    does: str
    before: frozenset[AssessmentState]
    after: AssessmentState | None
    mover: Mover
    comment: bool = False
    own: bool = False


_S = AssessmentState
_OPEN = frozenset({_S.PROPOSED, _S.IN_REVIEW})
_COUNTS = frozenset({_S.APPROVED, _S.CORRECTED})
_DECIDED = _COUNTS | {_S.REJECTED}

MOVES: tuple[Move, ...] = (
    Move(
        MoveName.TAKE,
        "takes it up, so that nobody else does",
        frozenset({_S.PROPOSED}),
        _S.IN_REVIEW,
        Mover.REVIEWER,
    ),
    Move(MoveName.GIVE_BACK, "leaves it to others", frozenset({_S.IN_REVIEW}), _S.PROPOSED, Mover.REVIEWER),
    Move(MoveName.APPROVE, "approves what the machine proposes", _OPEN, _S.APPROVED, Mover.REVIEWER),
    Move(MoveName.CORRECT, "approves it with answers of their own", _OPEN, _S.CORRECTED, Mover.REVIEWER),
    Move(
        MoveName.REJECT,
        "keeps it out of the record, and says why",
        _OPEN,
        _S.REJECTED,
        Mover.REVIEWER,
        comment=True,
    ),
    Move(
        MoveName.REOPEN,
        "reviews it again, and says why",
        _DECIDED,
        _S.IN_REVIEW,
        Mover.REVIEWER,
        comment=True,
    ),
    Move(MoveName.ACKNOWLEDGE, "has seen it", _DECIDED, None, Mover.REP),
    Move(MoveName.CONTEST, "asks for another look, and says why", _DECIDED, None, Mover.REP, comment=True),
    Move(
        MoveName.UPHOLD,
        "stays with it after another look, and says why",
        _DECIDED,
        None,
        Mover.REVIEWER,
        comment=True,
    ),
    Move(
        MoveName.APPROVE_BY_POLICY,
        "approves it as the organisation's policy says",
        frozenset({_S.PROPOSED}),
        _S.APPROVED,
        Mover.SYSTEM,
    ),
    Move(
        MoveName.RESCORE,
        "proposes another score after a correction of the transcript",
        frozenset(_S),
        _S.PROPOSED,
        Mover.SYSTEM,
    ),
)
"""Every legal move; every other is refused."""

MOVE = {move.name: move for move in MOVES}


def legal(state: AssessmentState, mover: Mover) -> Iterator[Move]:
    """Yield the moves that somebody may make from a state."""
    return (move for move in MOVES if move.mover is mover and state in move.before)
