"""How a measure went together with an outcome in this organisation: a rank correlation, never a cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.correlation import rank_correlation
from analysis.records.trends import NORMAL, Interval

LEAST_PAIRS = 12
"""Reps' periods; fewer say nothing."""
CAUTION = (
    "It says how the two went together here, not that one brings about the other: better reps may do both, "
    "and easier customers may help both."
)


@dataclass(frozen=True, slots=True)
class Relation:
    """Spearman's rank correlation, -1..1, over so many pairs; `clear` where 0 lies outside its interval."""

    correlation: Interval
    pairs: int
    clear: bool
    caution: str = CAUTION


def relation(pairs: Sequence[tuple[float, float]]) -> Relation | None:
    """Return how measure and outcome went together, with its interval (Bonett and Wright 2000).

    None where there are fewer than twelve pairs, or either is the same in all of them.
    """
    found = rank_correlation(pairs) if len(pairs) >= LEAST_PAIRS else None
    if found is None:
        return None
    if abs(found) == 1:
        return Relation(Interval(found, found, found), len(pairs), clear=True)
    error = math.sqrt((1 + found**2 / 2) / (len(pairs) - 3))
    half = NORMAL * error
    low, high = math.tanh(math.atanh(found) - half), math.tanh(math.atanh(found) + half)
    return Relation(Interval(found, low, high), len(pairs), low > 0 or high < 0)
