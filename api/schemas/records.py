"""Performance records on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from analysis.bands import BANDS
from analysis.metrics.metric import Better
from analysis.records.cells import is_total
from analysis.records.formula import Index
from analysis.records.measures import Measure, MeasureKind
from analysis.records.trends import Change, Interval, Spread, Standing, Trend, bounds
from api.schemas.shape import Day, Given, Line, Taken, of_hundred
from models.call import CallType
from models.record import EARLIEST, LATEST, Cell, Figure, PeriodKind
from models.scorecard import POINT

MOST_PERIODS = 120
MOST_MEASURES = 100

RecordDay = Annotated[Day, Field(ge=EARLIEST.date(), lt=LATEST.date())]
Measures = Annotated[list[Line], Field(max_length=MOST_MEASURES)]


class PeriodAsked(Taken):
    """Which period of a record; what is left out is the month that today lies in, of all calls."""

    period: PeriodKind = PeriodKind.MONTH
    start: RecordDay | None = None
    """A day of the period: its first, or any other; today where it is left out."""
    call_type: CallType | None = None
    """Of calls of this type alone; deals have none."""
    measure: Measures = Field(default_factory=list)
    """Only these measures."""


class RecordAsked(Taken):
    """Which periods of a record; what is left out is the last twelve months, of all calls."""

    period: PeriodKind = PeriodKind.MONTH
    until: RecordDay | None = None
    """A day of the last period; today where it is left out."""
    periods: Annotated[int, Field(ge=1, le=MOST_PERIODS)] = 12
    call_type: CallType | None = None
    """Of calls of this type alone; deals have none."""
    measure: Measures = Field(default_factory=list)
    """Only these measures."""


class MeasureBand(Given):
    """Where a measure of calls of a type should lie, and who says so."""

    call_type: CallType
    low: float | None
    high: float | None
    source: str


class MeasureShape(Given):
    """A measure that records may show and formulas may weigh."""

    name: str
    label: str
    unit: str
    kind: MeasureKind
    better: Better
    """Which way is better, for all that is known; `band`: inside the band of the call type."""
    decimals: int
    """How many decimals say something."""
    total: bool
    """Whether it is a count or a sum of the period; others are means over calls or deals."""
    bands: list[MeasureBand]

    @classmethod
    def of(cls, measure: Measure) -> MeasureShape:
        """Return a measure as it goes out."""
        name, _, side = measure.name.partition(".")
        bands = [
            MeasureBand(call_type=call_type, low=band.low, high=band.high, source=band.source)
            for (metric, of, call_type), band in BANDS.items()
            if (metric, of) == (name, side)
        ]
        return cls(
            name=measure.name,
            label=measure.label,
            unit=measure.unit,
            kind=measure.kind,
            better=measure.better,
            decimals=measure.decimals,
            total=is_total(measure.name),
            bands=bands,
        )


@dataclass(slots=True)
class FigureShape:
    """What a measure comes to: over `n` calls or deals, with its interval of 95 % where that can be told.

    Of counts and sums the mean is the count or sum. Neither a model nor frozen: a team has thousands of them.
    """

    n: int
    mean: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, figure: Figure) -> FigureShape:
        """Return a figure as it goes out."""
        return cls(figure.n, figure.mean, *bounds(figure))


class TermShape(Given):
    """What a term of the formula earned of what it could, points of 100; `value` null where not measured."""

    measure: str
    value: float | None
    n: int
    """Calls or deals behind the value."""
    points: float
    possible: float


class WeighedShape(Given):
    """Figures weighed by a formula: points of 100 to which the terms add up, or a reason."""

    points: float | None
    reason: str | None
    """Why there are no points."""
    coverage: float
    """Share of the formula's weight that is measured."""
    terms: list[TermShape]

    @classmethod
    def of(cls, index: Index, **more: Any) -> Self:
        """Return an index as it goes out."""
        terms = [
            TermShape(
                measure=one.measure,
                value=one.value,
                n=one.n,
                points=one.points / POINT,
                possible=one.possible / POINT,
            )
            for one in index.terms
        ]
        points = of_hundred(index.points)
        return cls(points=points, reason=index.reason, coverage=index.coverage, terms=terms, **more)


class IndexShape(WeighedShape):
    """A period weighed by a version of the formula."""

    formula_id: UUID
    number: int
    name: str
    trial: bool
    """Whether the version is only tried out, beside the one in use."""


class PeriodShape(Given):
    """A rep in a period: approved calls, figures by measure, and indexes by formulas."""

    start: date
    end: date
    """The first day after it."""
    calls: int
    figures: dict[str, FigureShape]
    indexes: list[IndexShape]
    """By the formula in force when the period ended, and by the one on trial; nothing where there is none."""


class IntervalShape(Given):
    """A value, and where it lies with 95 % confidence."""

    value: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, found: Interval) -> IntervalShape:
        """Return an interval as it goes out."""
        return cls(value=found.value, low=found.low, high=found.high)


class ChangeShape(Given):
    """A measure in the last period less the rep's own past: up to four periods before, pooled."""

    difference: IntervalShape
    now_calls: int
    past_calls: int
    clear: bool
    """Whether 0 lies outside the interval."""

    @classmethod
    def of(cls, found: Change) -> ChangeShape:
        """Return a change as it goes out."""
        return cls(
            difference=IntervalShape.of(found.difference),
            now_calls=found.now_calls,
            past_calls=found.past_calls,
            clear=found.clear,
        )


class TrendShape(Given):
    """How a measure moves from period to period, in its unit a period."""

    slope: IntervalShape
    periods: int
    """Periods with at least five calls."""
    clear: bool
    """Whether 0 lies outside the interval."""

    @classmethod
    def of(cls, found: Trend) -> TrendShape:
        """Return a trend as it goes out."""
        return cls(slope=IntervalShape.of(found.slope), periods=found.periods, clear=found.clear)


class SpreadShape(Given):
    """The middle half of a team's reps, each with at least five calls, and the rep in the middle."""

    low: float
    middle: float
    high: float
    reps: int


class StandingShape(Given):
    """A measure of the last period beside the rep's own past and team; null where there is too little."""

    measure: str
    change: ChangeShape | None
    trend: TrendShape | None
    band: SpreadShape | None

    @classmethod
    def of(cls, measure: str, found: Standing) -> StandingShape:
        """Return a standing as it goes out."""
        return cls(
            measure=measure,
            change=None if found.change is None else ChangeShape.of(found.change),
            trend=None if found.trend is None else TrendShape.of(found.trend),
            band=spread_of(found.band),
        )


class RecordShape(Given):
    """The performance record of a person: periods, the oldest first, and the last one compared."""

    user_id: UUID
    name: str
    period: PeriodKind
    call_type: CallType | None
    time_zone: str
    least_calls: int
    """Fewer calls are compared with nothing."""
    measures: list[MeasureShape]
    """The measures that the record shows."""
    periods: list[PeriodShape]
    standings: list[StandingShape]


class MemberShape(Given):
    """A person of a team in a period."""

    user_id: UUID
    name: str
    team_id: UUID | None
    calls: int
    figures: dict[str, FigureShape]
    indexes: list[IndexShape]


class ReviewedShape(Given):
    """How many calls of a period were measured, and how many have approved, waiting, rejected scores.

    The rest have no score: no scorecard is for them.
    """

    measured: int
    approved: int
    waiting: int
    rejected: int


class TeamRecordShape(Given):
    """Everybody of a team and the teams below in a period, and where the middle half of them lies."""

    team_id: UUID
    name: str
    period: PeriodKind
    start: date
    end: date
    """The first day after the period."""
    call_type: CallType | None
    time_zone: str
    measures: list[MeasureShape]
    members: list[MemberShape]
    bands: dict[str, SpreadShape]
    """By measure; over at least three reps with five calls each."""
    reviewed: ReviewedShape


def figures_of(cell: Cell, wanted: Mapping[str, Measure]) -> dict[str, FigureShape]:
    """Return the wanted figures of a cell, in the order to show them."""
    return {name: FigureShape.of(cell.figures[name]) for name in wanted if name in cell.figures}


def spread_of(found: Spread | None) -> SpreadShape | None:
    """Return a spread as it goes out."""
    return None if found is None else SpreadShape.model_validate(found)
