"""How a measure went together with an outcome in this organisation: a rank correlation, never a cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from analysis.records.trends import CONFIDENCE, Interval

LEAST_PAIRS = 12
"""Reps' periods; fewer say nothing."""
PERFECT = 1 - 1e-12
"""From here on a correlation is 1 but for rounding."""
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
    measures, outcomes = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len(pairs) < LEAST_PAIRS or len(set(measures)) == 1 or len(set(outcomes)) == 1:
        return None
    # Pearson's correlation of ranks, as `stats.spearmanr`, without the p-value, which takes most of its time
    found = float(np.corrcoef(stats.rankdata(measures), stats.rankdata(outcomes))[0, 1])
    if abs(found) > PERFECT:
        found = math.copysign(1.0, found)
        return Relation(Interval(found, found, found), len(pairs), clear=True)
    error = math.sqrt((1 + found**2 / 2) / (len(pairs) - 3))
    half = float(special.ndtri((1 + CONFIDENCE) / 2)) * error
    low, high = math.tanh(math.atanh(found) - half), math.tanh(math.atanh(found) + half)
    return Relation(Interval(found, low, high), len(pairs), low > 0 or high < 0)
