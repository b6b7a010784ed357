"""What lies behind performance records, on the wire: calls, deals, and how measures went together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.routes.paging import MOST
from api.schemas.records import IntervalShape, PeriodAsked, RecordDay
from api.schemas.shape import Given, Line, Taken
from models.call import CallType
from models.record import Outcome, PeriodKind


class CallsAsked(PeriodAsked):
    """Which calls behind a record."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    """At most so many."""
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


class DealsAsked(Taken):
    """Which deals behind a record."""

    period: PeriodKind = PeriodKind.MONTH
    start: RecordDay | None = None
    """A day of the period: its first, or any other; today where it is left out."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    """At most so many."""
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


class RelationsAsked(Taken):
    """Which outcome, over which quarters."""

    outcome: Line = "win_rate"
    quarter: RecordDay | None = None
    """A day of the last quarter; today where it is left out."""
    quarters: Annotated[int, Field(ge=1, le=20)] = 4


class CountingShape(Given):
    """A score that counts; `/v1/calls/{id}/assessments` shows what it is made of."""

    assessment_id: UUID
    scorecard: str
    points: float | None


class RecordCallShape(Given):
    """A call behind the numbers; `/v1/calls/{id}/metrics` shows the seconds that made them."""

    id: UUID
    title: str | None
    """Null where the caller may not read the call itself."""
    started_at: datetime
    call_type: CallType
    values: dict[str, float]
    """By measure; one that the call lacks is absent."""
    scores: list[CountingShape]


class RecordCallPage(Given):
    """Calls, the newest first, and the cursor of those after them."""

    items: list[RecordCallShape]
    next: str | None


class RecordDealShape(Given):
    """A deal behind the outcomes."""

    id: UUID
    external_id: str
    name: str
    account: str | None
    stage: str | None
    outcome: Outcome
    amount: float | None
    currency: str | None
    opened_at: datetime
    closed_at: datetime | None
    opened: bool
    """Whether it counts among the deals opened in the period."""
    closed: bool
    """Whether it counts among the deals won or lost in the period."""


class RecordDealPage(Given):
    """Deals, and the cursor of those after them."""

    items: list[RecordDealShape]
    next: str | None


class RelationShape(Given):
    """How a measure went together with the outcome, over one pair a rep; null with a reason."""

    measure: str
    label: str
    pairs: int
    """Reps with at least five values of each."""
    correlation: IntervalShape | None
    clear: bool
    """Whether 0 lies outside the interval."""
    reason: str | None


class RelationsShape(Given):
    """How measures went together with an outcome in this organisation; nothing here is a cause."""

    outcome: str
    label: str
    start: date
    end: date
    """The first day after the span."""
    method: str
    caution: str
    relations: list[RelationShape]
