"""The report on fairness on the wire."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.schemas.shape import Given, Line, Moment, Taken


class ReportFormat(StrEnum):
    """How the report is written."""

    JSON = "json"
    CSV = "csv"


class FairnessAsked(Taken):
    """Calls by a scorecard that began in a time."""

    scorecard: Line
    """The scorecard's key."""
    since: Annotated[Moment | None, Field(alias="from")] = None
    """Begun then or later; else 90 days before the end."""
    until: Annotated[Moment | None, Field(alias="to")] = None
    """Begun earlier; else now."""
    format: ReportFormat = ReportFormat.JSON


class EstimateShape(Given):
    """A mean and where it lies with 95 % confidence, from `n` calls of `reps` reps."""

    mean: float
    low: float
    high: float
    n: int
    reps: int


class DifferenceShape(Given):
    """The mean of a group less that of all other calls; the interval is of this comparison alone."""

    value: float
    low: float
    high: float
    p: float
    adjusted_p: float
    """Among all comparisons of the report (Holm)."""
    clear: bool
    """Whether `adjusted_p` is below 0.05."""


class SharesShape(Given):
    """What came of the calls that were decided on, as shares that add up to 1."""

    decided: int
    approved: float
    """As the machine proposed, by somebody who looked."""
    approved_by_policy: float
    corrected: float
    rejected: float


class FindingsShape(Given):
    """What scores of a group are like, points of 100; null where too few calls or reps say it."""

    machine: EstimateShape | None
    """As the machine proposed."""
    difference: DifferenceShape | None
    """The machine's mean less that of all other calls."""
    final: EstimateShape | None
    """Of scores that count."""
    correction: EstimateShape | None
    """The final score less the machine's, where somebody decided."""
    shares: SharesShape | None
    coverage: float
    """The mean share of the scorecard that was answered."""
    without_score: float
    """The share of calls without a score."""


class GroupShape(Given):
    """Calls that have something in common; without findings where they are too few to tell of."""

    key: str
    label: str
    calls: int
    reps: int
    findings: FindingsShape | None


class DimensionShape(Given):
    """Something by which calls are told apart, and the groups that makes, the largest first."""

    name: str
    label: str
    groups: list[GroupShape]


class FairnessShape(Given):
    """Whether scores by a scorecard differ between groups of calls."""

    scorecard: str
    since: Annotated[datetime, Field(serialization_alias="from")]
    until: Annotated[datetime, Field(serialization_alias="to")]
    calls: int
    reps: int
    caveats: list[str]
    """What is to be known before anything is concluded."""
    dimensions: list[DimensionShape]
