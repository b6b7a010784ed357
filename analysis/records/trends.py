"""How a rep's measure moves, against their own past and beside their team, with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special, stats

from analysis.metrics.metric import quantile
from analysis.records.cells import is_total
from models.record import LEAST_CALLS, Cell, Figure

CONFIDENCE = 0.95
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
    n = sum(found.n for found in figures)
    if is_total(measure):
        return Figure(n, math.fsum(found.mean for found in figures), None, None)
    mean = math.fsum(found.n * found.mean for found in figures) / n
    if n == 1:
        return Figure(1, mean, None, None)
    within = ((found.n - 1) * (found.deviation or 0.0) ** 2 for found in figures)
    between = (found.n * (found.mean - mean) ** 2 for found in figures)
    deviation = math.sqrt(math.fsum((*within, *between)) / (n - 1))
    return Figure(n, mean, deviation, deviation / math.sqrt(n))


def interval(figure: Figure) -> Interval:
    """Return a mean with its confidence interval (Student's t)."""
    if figure.error is None:
        return Interval(figure.mean, None, None)
    half = _student(figure.n - 1) * figure.error
    return Interval(figure.mean, figure.mean - half, figure.mean + half)


def change(now: Figure, past: Figure) -> Change | None:
    """Return how a measure differs from its past (Welch's t); None where either has fewer than five calls."""
    if min(now.n, past.n) < LEAST_CALLS or now.error is None or past.error is None:
        return None
    difference = now.mean - past.mean
    error = math.hypot(now.error, past.error)
    if error == 0:
        return Change(Interval(difference, difference, difference), now.n, past.n, difference != 0)
    freedom = error**4 / (now.error**4 / (now.n - 1) + past.error**4 / (past.n - 1))
    half = _student(freedom) * error
    clear = abs(difference) > half
    return Change(Interval(difference, difference - half, difference + half), now.n, past.n, clear)


def trend(points: Sequence[tuple[int, Figure]]) -> Trend | None:
    """Return the slope over numbered periods (Theil 1950, Sen 1968), which one odd period cannot turn.

    Periods with fewer than five calls are left out; None where fewer than four are left.
    """
    solid = [(number, found.mean) for number, found in points if found.n >= LEAST_CALLS]
    if len(solid) < LEAST_PERIODS:
        return None
    numbers, means = zip(*solid, strict=True)
    found = stats.theilslopes(means, numbers, CONFIDENCE)
    low, high = float(found.low_slope), float(found.high_slope)
    return Trend(Interval(float(found.slope), low, high), len(solid), low > 0 or high < 0)


def spread(cells: Sequence[Cell], measure: str) -> Spread | None:
    """Return the middle half of reps' means; None where fewer than three have five calls or more."""
    figures = (cell.figures.get(measure) for cell in cells)
    means = [found.mean for found in figures if found is not None and found.n >= LEAST_CALLS]
    if len(means) < LEAST_REPS:
        return None
    low, middle, high = (quantile(means, share) for share in (0.25, 0.5, 0.75))
    return Spread(low, middle, high, len(means))


def _student(freedom: float) -> float:
    """Return how many standard errors to each side hold 95 % of Student's t.

    The function itself, since `scipy.stats` takes a hundred times as long to call it.
    """
    return float(special.stdtrit(freedom, (1 + CONFIDENCE) / 2))
