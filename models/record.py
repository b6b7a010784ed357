"""A rep's performance record: what counts in it, for which stretch of time, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import TypeAdapter

from models.call import CallType
from models.scorecard import STRICT, Target

LEAST_CALLS = 5
"""Fewer calls are compared with nothing and nobody."""


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
    """A closed deal: what became of it, when, for how much, after how many days, by which stages."""

    deal_id: UUID
    rep_id: UUID
    closed_at: datetime
    outcome: Outcome
    amount: float | None
    cycle_days: float | None
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over a period: mean of `n` values, their standard deviation and the mean's standard error.

    The last two are None for a single value.
    """

    n: int
    mean: float
    deviation: float | None
    error: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One rep in one period, over calls of one type or of all (None): figures by measure."""

    rep_id: UUID
    period: Period
    call_type: CallType | None
    calls: int
    figures: Mapping[str, Figure] = field(default_factory=dict)


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
