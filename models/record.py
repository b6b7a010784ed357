"""A rep's performance record: what counts in it, for which stretch of time, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from models.call import CallType
from models.scorecard import STRICT, Target

SCORE = "score"
"""The measure of points by whatever scorecards were in use."""
LEAST_CALLS = 5
"""Fewer calls are compared with nothing and nobody."""
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""What is dated earlier, or later, is a slip of whoever wrote the date, and in no record."""
LARGEST_AMOUNT = 1e15
"""A larger amount is a slip too; the squares of amounts must stay within what floats hold."""


class PeriodKind(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A day, a week from Monday, a month or a quarter, by its first day in the organisation's time zone."""

    kind: PeriodKind
    start: date


@dataclass(frozen=True, slots=True)
class CallContribution:
    """What an approved call brings to the record: measures by name, each a number."""

    call_id: UUID
    rep_id: UUID
    at: datetime
    call_type: CallType
    measures: Mapping[str, float]


class Outcome(StrEnum):
    """What became of a deal."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DealContribution:
    """A deal: when it was opened and closed, what became of it, for how much, by which stages."""

    deal_id: UUID
    rep_id: UUID
    opened_at: datetime
    closed_at: datetime | None
    outcome: Outcome
    amount: float | None
    currency: str | None = None
    stages: tuple[str, ...] = ()

    @property
    def settled_at(self) -> datetime | None:
        """Return when it was won or lost; None while it is open, whatever day its close is planned for."""
        return None if self.outcome is Outcome.OPEN else self.closed_at

    @property
    def moved_on(self) -> bool | None:
        """Return whether it went past its first stage or was won; None while it is open at its first."""
        if self.outcome is Outcome.WON or len(self.stages) > 1:
            return True
        return None if self.outcome is Outcome.OPEN else False

    @property
    def cycle_days(self) -> float | None:
        """Return the days from opened to won or lost; None while it is open, and where they are negative."""
        if self.settled_at is None or self.settled_at < self.opened_at:
            return None
        return (self.settled_at - self.opened_at) / timedelta(days=1)


class Figure(NamedTuple):
    """A measure over a period: mean of `n` values and their standard deviation, None for a single value.

    A tuple, since records read tens of thousands of them at a time.
    """

    n: int
    mean: float
    deviation: float | None = None

    @property
    def error(self) -> float | None:
        """Return the standard error of the mean, None for a single value."""
        return None if self.deviation is None else self.deviation / math.sqrt(self.n)


@dataclass(frozen=True, slots=True)
class Cell:
    """One rep in one period, over calls of one type or of all (None): figures by measure."""

    rep_id: UUID
    period: Period
    call_type: CallType | None
    calls: int
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a cell of a rep is: a period, over calls of one type or of all (None)."""

    period: Period
    call_type: CallType | None


@dataclass(frozen=True, slots=True)
class Rules:
    """How cells come about, as `analysis.records.cells` has it, for the code that keeps them up to date.

    `cells` returns the cells of a rep out of contributions that lie in the wanted slots (None: in any),
    wanted slots that nothing lies in with empty ones.
    """

    slots_of_call: Callable[[CallContribution, ZoneInfo], Collection[Slot]]
    slots_of_deal: Callable[[DealContribution, ZoneInfo], Collection[Slot]]
    bounds: Callable[[Period, ZoneInfo], tuple[datetime, datetime]]
    cells: Callable[
        [
            UUID,
            Iterable[CallContribution],
            Iterable[DealContribution],
            ZoneInfo,
            Collection[Slot] | None,
        ],
        Mapping[Slot, Cell],
    ]


@dataclass(frozen=True, slots=True)
class Term:
    """A measure in a formula: how much it weighs and where it earns everything."""

    __pydantic_config__ = STRICT

    measure: str
    weight: int
    target: Target


@dataclass(frozen=True, slots=True)
class Formula:
    """How figures become one index of 0..100; below `coverage` of the weight there is none."""

    __pydantic_config__ = STRICT

    name: str
    terms: tuple[Term, ...]
    description: str = ""
    coverage: float = 0.6


FORMULA: TypeAdapter[Formula] = TypeAdapter(Formula)
