"""How a rep's measure moves, against their own past and beside their team, with its uncertainty."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from analysis.metrics.metric import quantile
from analysis.records.cells import is_total
from models.record import LEAST_CALLS, Cell, Figure

CONFIDENCE = 0.95
NORMAL = float(special.ndtri((1 + CONFIDENCE) / 2))
"""Standard errors to each side that hold 95 % of the normal distribution."""
LEAST_PERIODS = 4
"""Fewer points give no trend."""
LEAST_REPS = 3
"""A band over fewer people would show one of them."""
BASELINE = 4
"""Most periods that make up a rep's own past."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and where it lies with 95 % confidence; no bounds where that cannot be told."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """A measure now less its own past, with the calls on both sides; `clear` where 0 lies outside."""

    difference: Interval
    now_calls: int
    past_calls: int
    clear: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """The slope of a measure over periods, in the measure's unit a period; `clear` where 0 lies outside."""

    slope: Interval
    periods: int
    clear: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle half of a team's reps, and how many there are."""

    low: float
    middle: float
    high: float
    reps: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A measure of a rep in a period, beside their own past, over periods, and beside their team."""

    change: Change | None
    trend: Trend | None
    band: Spread | None


def standing(measure: str, history: Sequence[Cell], periods: int, team: Sequence[Cell]) -> Standing:
    """Return how a measure of the last cell of a history stands.

    The history has a cell for each period, empty or not; the trend is that of its last `periods`, the past
    is pooled over at most four before the last. `team` are cells of the last period.
    """
    figures = [cell.figures.get(measure) for cell in history]
    now = figures[-1]
    past = pooled(measure, [found for found in figures[-1 - BASELINE : -1] if found is not None])
    points = [(number, found) for number, found in enumerate(figures[-periods:]) if found is not None]
    return Standing(
        None if now is None or past is None else change(now, past), trend(points), spread(team, measure)
    )


def pooled(measure: str, figures: Sequence[Figure]) -> Figure | None:
    """Return the figure of all the values that lie behind some figures of a measure, without those values.

    Squares within and between add up (Chan, Golub and LeVeque 1983); counts and sums just add up. None where
    there are no figures.
    """
    if not figures:
        return None
    n, mean = pooled_mean(measure, figures)
    if n == 1 or is_total(measure):
        return Figure(n, mean)
    within = ((found.n - 1) * (found.deviation or 0.0) ** 2 for found in figures)
    between = (found.n * (found.mean - mean) ** 2 for found in figures)
    return Figure(n, mean, math.sqrt(math.fsum((*within, *between)) / (n - 1)))


def pooled_mean(measure: str, figures: Sequence[Figure]) -> tuple[int, float]:
    """Return how many values lie behind some figures of a measure, and their mean; of totals the total."""
    n = sum([found.n for found in figures])
    if is_total(measure):
        return n, math.fsum([found.mean for found in figures])
    return n, math.fsum([found.n * found.mean for found in figures]) / n


def interval(figure: Figure) -> Interval:
    """Return a mean with its confidence interval."""
    return Interval(figure.mean, *bounds(figure))


def bounds(figure: Figure) -> tuple[float | None, float | None]:
    """Return between which values a mean lies with 95 % confidence (Student's t); None for a single value."""
    error = figure.error
    if error is None:
        return None, None
    half = student(figure.n - 1) * error
    return figure.mean - half, figure.mean + half


def change(now: Figure, past: Figure) -> Change | None:
    """Return how a measure differs from its past (Welch's t); None where either has fewer than five calls."""
    if min(now.n, past.n) < LEAST_CALLS or now.error is None or past.error is None:
        return None
    difference = now.mean - past.mean
    error = math.hypot(now.error, past.error)
    if error == 0:
        return Change(Interval(difference, difference, difference), now.n, past.n, difference != 0)
    freedom = error**4 / (now.error**4 / (now.n - 1) + past.error**4 / (past.n - 1))
    half = student(freedom) * error
    clear = abs(difference) > half
    return Change(Interval(difference, difference - half, difference + half), now.n, past.n, clear)


def trend(points: Sequence[tuple[int, Figure]]) -> Trend | None:
    """Return the slope over numbered periods (Theil 1950, Sen 1968), which one odd period cannot turn.

    Periods with fewer than five calls are left out; None where fewer than four are left.
    """
    solid = [(number, found.mean) for number, found in points if found.n >= LEAST_CALLS]
    if len(solid) < LEAST_PERIODS:
        return None
    middle, low, high = _slope(*zip(*solid, strict=True))
    return Trend(Interval(middle, low, high), len(solid), low > 0 or high < 0)


def spread(cells: Sequence[Cell], measure: str) -> Spread | None:
    """Return the middle half of reps' means; None where fewer than three have five calls or more."""
    figures = (cell.figures.get(measure) for cell in cells)
    means = [found.mean for found in figures if found is not None and found.n >= LEAST_CALLS]
    if len(means) < LEAST_REPS:
        return None
    low, middle, high = (quantile(means, share) for share in (0.25, 0.5, 0.75))
    return Spread(low, middle, high, len(means))


def _slope(numbers: Sequence[int], means: Sequence[float]) -> tuple[float, float, float]:
    """Return the median slope between any two points, and between which of those slopes the true one lies.

    As `scipy.stats.theilslopes` (Sen 1968, equation 2.6, with ties among the means), in a tenth of the time:
    a record shows some seventy of them.
    """
    n = len(numbers)
    first, second = np.triu_indices(n, 1)
    x, y = np.array(numbers, dtype=float), np.array(means)
    slopes = np.sort((y[second] - y[first]) / (x[second] - x[first]))
    ties = (times for times in Counter(means).values() if times > 1)
    spread_of_sign = math.sqrt((_sen(n) - sum(map(_sen, ties))) / 18)
    reach = NORMAL * spread_of_sign
    high = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    low = max(round((len(slopes) - reach) / 2) - 1, 0)
    middle = (slopes[(len(slopes) - 1) // 2] + slopes[len(slopes) // 2]) / 2
    return float(middle), float(slopes[low]), float(slopes[high])


def _sen(n: int) -> int:
    return n * (n - 1) * (2 * n + 5)


@lru_cache(maxsize=4096)
def student(freedom: float) -> float:
    """Return how many standard errors to each side hold 95 % of Student's t.

    The function itself, since `scipy.stats` takes a hundred times as long to call it.
    """
    return float(special.stdtrit(freedom, (1 + CONFIDENCE) / 2))
