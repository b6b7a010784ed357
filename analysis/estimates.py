"""Means over the calls of several reps, and how sure they are.

Calls of one rep resemble each other, so errors are clustered by rep (Liang and Zeger 1986, with the usual
factor for few clusters): fifty calls of three reps tell of three reps. With one call a rep an interval is
Student's, and that of a difference Welch's (1947).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from scipy import special

from analysis.records.trends import LEAST_REPS, student
from models.record import LEAST_CALLS

Value = tuple[UUID, float]
"""Of whom, and how much."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its standard error, and where it lies with 95 % confidence; of `n` values of `reps`."""

    mean: float
    error: float
    low: float
    high: float
    n: int
    reps: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean less another, where that lies with 95 % confidence, and how likely more would come by chance."""

    value: float
    low: float
    high: float
    p: float


def enough(values: Sequence[Value]) -> bool:
    """Return whether values are so many, and of so many reps, that they tell of nobody alone."""
    return len(values) >= LEAST_CALLS and len({rep_id for rep_id, _ in values}) >= LEAST_REPS


def estimate(values: Sequence[Value]) -> Estimate | None:
    """Return the mean of values; None where they are too few, or of too few reps."""
    if not enough(values):
        return None
    mean = math.fsum(value for _, value in values) / len(values)
    apart = defaultdict[UUID, list[float]](list)
    for rep_id, value in values:
        apart[rep_id].append(value - mean)
    squares = math.fsum(math.fsum(one) ** 2 for one in apart.values())
    reps = len(apart)
    error = math.sqrt(squares * reps / (reps - 1)) / len(values)
    half = student(reps - 1) * error
    return Estimate(mean, error, mean - half, mean + half, len(values), reps)


def difference(one: Estimate, other: Estimate) -> Difference:
    """Return how two means differ, with Welch's degrees of freedom counted in reps.

    Where reps are in both, their likeness is left out: the interval is then too wide, not too narrow.
    """
    value, error = one.mean - other.mean, math.hypot(one.error, other.error)
    if error == 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    freedom = error**4 / (one.error**4 / (one.reps - 1) + other.error**4 / (other.reps - 1))
    half = student(freedom) * error
    p = 2 * float(special.stdtr(freedom, -abs(value) / error))
    return Difference(value, value - half, value + half, p)


def holm(values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for there being several (Holm 1979), in the order given."""
    order = sorted(range(len(values)), key=values.__getitem__)
    adjusted, least = [0.0] * len(values), 0.0
    for place, number in enumerate(order):
        least = max(least, min(1.0, (len(values) - place) * values[number]))
        adjusted[number] = least
    return adjusted
