"""Formulas of records on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.records import WeighedShape
from api.schemas.scorecards import VersionShape
from api.schemas.shape import Given, Taken, stored
from models.record import Formula, PeriodKind


class FormulaTaken(Taken):
    """A formula, and what its writer wants remembered of it."""

    formula: Formula
    note: Annotated[str, Field(max_length=2000), AfterValidator(stored)] = ""


class FormulaVersionShape(VersionShape):
    """A version of the organisation's formula."""

    locked: bool
    """Whether it was tried out or in use: from then on it never changes."""
    formula: Formula
    note: str
    created_by: UUID | None
    retired_at: datetime | None


class RepComparedShape(Given):
    """What two versions make of a rep's figures."""

    rep_id: UUID
    name: str
    calls: int
    this: WeighedShape
    other: WeighedShape
    difference: float | None
    """The other index less this one."""


class ComparisonShape(Given):
    """Two versions of the formula over the same figures of a period."""

    this: UUID
    other: UUID
    period: PeriodKind
    start: date
    reps: list[RepComparedShape]
    ranked: int
    """Reps who have an index by both."""
    correlation: float | None
    """How alike the two put them in order, -1 to 1 (Spearman); null for fewer than three."""
