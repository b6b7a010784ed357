"""How alike two things put others in order."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

LEAST_RANKED = 3
"""Fewer pairs are in no order that could be alike."""
PERFECT = 1 - 1e-12
"""From here on a correlation is 1 but for rounding."""


def rank_correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Spearman's rank correlation, -1..1; None for fewer than three, or where a side tells none apart.

    It is Pearson's of ranks: `scipy.stats.spearmanr` without the p-value, which takes most of its time.
    """
    if len(pairs) < LEAST_RANKED or any(len(set(side)) == 1 for side in zip(*pairs, strict=True)):
        return None
    ranks = stats.rankdata(np.array(pairs), axis=0)
    first, second = (ranks - ranks.mean(axis=0)).T
    found = float(first @ second / math.sqrt((first @ first) * (second @ second)))
    return math.copysign(1.0, found) if abs(found) > PERFECT else found
