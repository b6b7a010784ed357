"""Which proposed scores a reviewer should see first, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.assessment import Place
from models.review import Review, SentimentLabel
from models.scorecard import POINT, Score
from models.transcript import Role

SAMPLE = 0.1
"""Share of calls that are drawn by chance: what is reviewed must also show what is ordinary."""
LEAST_PAST = 20
"""Scores that an extreme one is told from."""
TAIL = 0.05
SURE = 0.8
"""Confidence in the sides, and coverage, from which a score is not called uncertain."""
UNCERTAIN_MOODS = 0.4


@dataclass(frozen=True, slots=True)
class Queued:
    """A place in the queue of review and why, in words for the reviewer."""

    place: Place
    why: str


def queued(call_id: UUID, score: Score, review: Review, past: Sequence[int]) -> Queued:
    """Return where a proposed score stands in the queue; `past` are points of earlier calls."""
    uncertain = _uncertain(score, review)
    if uncertain is not None:
        return Queued(Place.UNCERTAIN, uncertain)
    extreme = _extreme(score.points, past)
    if extreme is not None:
        return Queued(Place.EXTREME, extreme)
    if drawn(call_id):
        return Queued(Place.SAMPLE, "Drawn by chance, to see what is ordinary.")
    return Queued(Place.ORDINARY, "Nothing stands out.")


def drawn(call_id: UUID, share: float = SAMPLE) -> bool:
    """Return whether a call is drawn by chance: always the same for a call, and nobody can choose it."""
    number = int.from_bytes(hashlib.sha256(call_id.bytes).digest()[:8], "big")
    return number < share * 2**64


def _uncertain(score: Score, review: Review) -> str | None:
    """Return what makes a score uncertain, the gravest first, or None."""
    sides = [s for s in review.transcript.speakers if s.role in (Role.REP, Role.CUSTOMER)]
    sure = min((speaker.role_confidence for speaker in sides), default=0.0)
    if sure < SURE:
        return f"It is not certain who is rep and who is customer ({sure:.0%} sure)."
    if score.coverage < SURE:
        return f"Only {score.coverage:.0%} of the scorecard could be answered."
    labels = [one.sentiment.label for one in review.judged if one.sentiment is not None]
    unsure = sum(label is SentimentLabel.UNCERTAIN for label in labels)
    if labels and unsure / len(labels) > UNCERTAIN_MOODS:
        return f"The mood of {unsure} of {len(labels)} utterances could not be told."
    return None


def _extreme(points: int | None, past: Sequence[int]) -> str | None:
    """Return that a score is among the highest or lowest, or None."""
    if points is None or len(past) < LEAST_PAST:
        return None
    below = sum(one < points for one in past) / len(past)
    above = sum(one > points for one in past) / len(past)
    shown = f"{points / POINT:.0f}"
    if above <= TAIL and below > TAIL:
        return f"{shown} is among the highest scores of the last {len(past)} calls."
    if below <= TAIL and above > TAIL:
        return f"{shown} is among the lowest scores of the last {len(past)} calls."
    return None
