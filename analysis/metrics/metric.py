"""What a metric is, and how its seconds of evidence are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.turns import Conversation, shorten
from models.review import Evidence, Side

EVIDENCE = 10
"""Most pieces of evidence kept for one number."""
SHORTEST_RATE_S = 20.0
"""A call shorter than this gives no rate per minute or hour: one event would make it absurd."""
REP = (Side.REP,)
SIDES = (Side.REP, Side.CUSTOMER)
CALL = (Side.CALL,)
NO_WORDS = "No words were recognised in this recording."
NO_OVERLAP = "The separation of speakers in this recording cannot hear two people at once."
TOO_SHORT = f"The call is shorter than {SHORTEST_RATE_S:.0f} s, too short for a rate."


class Better(StrEnum):
    """Which way is better; BAND: inside the band of the call type; NONE: it depends."""

    HIGHER = "higher"
    LOWER = "lower"
    BAND = "band"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with its evidence, or None with the reason."""

    value: float | None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()


Compute = Callable[[Conversation, Side], Measured]


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure: what it is called, how it is defined, and the function that computes it."""

    name: str
    label: str
    unit: str
    sides: tuple[Side, ...]
    formula: str
    version: str
    source: str
    better: Better
    compute: Compute


def unknown(reason: str) -> Measured:
    """Return a measure that could not be taken."""
    return Measured(None, reason)


def other(side: Side) -> Side:
    """Return the opposite side."""
    return Side.CUSTOMER if side == Side.REP else Side.REP


def telling(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the first pieces of evidence, the most telling being first already."""
    return tuple(evidence)[:EVIDENCE]


def longest(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the longest pieces of evidence first."""
    return telling(sorted(evidence, key=lambda e: e.start - e.end))


def note(fact: str, text: str) -> str:
    """Return a fact with a few words of quote, if there are any."""
    quote = shorten(text)
    return f"{fact}: “{quote}”" if quote else fact


def quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile of a non-empty sequence, interpolated linearly (numpy's default)."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def needs(conv: Conversation, *sides: Side) -> str | None:
    """Return why some of these sides cannot be measured, or None."""
    return next((reason for s in sides if (reason := conv.absent(s)) is not None), None)


def per(conv: Conversation, count: float, seconds: float) -> float | None:
    """Return events per `seconds` of call length D; None for a call too short for a rate."""
    return count * seconds / conv.length_s if conv.length_s >= SHORTEST_RATE_S else None
