"""Which proposed scores a reviewer should see first, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.assessment import Place
from models.review import Review, SentimentLabel
from models.scorecard import POINT, HumanItem, Score, Scorecard
from models.transcript import Role

SAMPLE = 0.1
"""Share of calls that are drawn by chance: what is reviewed must also show what is ordinary."""
LEAST_PAST = 20
"""Scores that an extreme one is told from."""
TAIL = 0.05
SURE = 0.8
"""Confidence in the sides, and answered share of the machine's items, from which a score is not uncertain."""
UNCERTAIN_MOODS = 0.4


@dataclass(frozen=True, slots=True)
class Queued:
    """A place in the queue of review and why, in words for the reviewer."""

    place: Place
    why: str


def queued(call_id: UUID, card: Scorecard, score: Score, review: Review, past: Sequence[int]) -> Queued:
    """Return where a proposed score stands in the queue; `past` are points of earlier calls."""
    uncertain = _uncertain(card, score, review)
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


def _uncertain(card: Scorecard, score: Score, review: Review) -> str | None:
    """Return what makes a score uncertain, the gravest first, or None."""
    sides = [s for s in review.transcript.speakers if s.role in (Role.REP, Role.CUSTOMER)]
    sure = min((speaker.role_confidence for speaker in sides), default=0.0)
    if sure < SURE:
        return f"It is not certain who is rep and who is customer ({sure:.0%} sure)."
    known = _answered(card, score)
    if known < SURE:
        return f"Only {known:.0%} of what is not left to people could be answered."
    labels = [one.sentiment.label for one in review.judged if one.sentiment is not None]
    unsure = sum(label is SentimentLabel.UNCERTAIN for label in labels)
    if labels and unsure / len(labels) > UNCERTAIN_MOODS:
        return f"The mood of {unsure} of {len(labels)} utterances could not be told."
    return None


def _answered(card: Scorecard, score: Score) -> float:
    """Return the share (0..1) of the weight of the machine's items that is answered; 1 where there are none.

    Items for people wait in every call, and make none of them more uncertain than another.
    """
    shares = {item.key: item.share for item in score.items}
    own = [item for item in card.items if not isinstance(item, HumanItem)]
    known = sum(item.weight for item in own if shares.get(item.key) is not None)
    return known / sum(item.weight for item in own) if own else 1.0


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
