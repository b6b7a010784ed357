"""Points in whole thousandths, dealt out so that nothing is lost to rounding."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.scorecard import Target


def dealt(whole: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return a whole number dealt out by weights: each within 1 of its exact share, in sum the whole.

    The largest remainders get what rounding down leaves, the earlier first (Hamilton's method). Raises
    `ValueError` where no weight is above 0 and there is something to deal out.
    """
    total = sum(weights)
    if total <= 0:
        if whole:
            raise ValueError("nothing to deal out to")
        return (0,) * len(weights)
    found = [whole * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
    for place in by_remainder[: whole - sum(found)]:
        found[place] += 1
    return tuple(found)


def share(value: float, target: Target) -> float:
    """Return the share of an item's points that a value earns, 0..1."""
    away = outside(value, target)
    if away == 0:
        return 1.0
    return max(0.0, 1.0 - abs(away) / target.fade) if target.fade > 0 else 0.0


def outside(value: float, target: Target) -> float:
    """Return how far a value lies below (negative) or above a target; 0 inside."""
    if target.low is not None and value < target.low:
        return value - target.low
    if target.high is not None and value > target.high:
        return value - target.high
    return 0.0


def earned(possible: int, part: float) -> int:
    """Return the points that a share of those possible is, rounded half up."""
    return math.floor(possible * part + 0.5)
