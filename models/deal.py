"""A deal: what is known of it, and what is known once somebody tells more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from core.errors import Rejected
from models.record import Outcome


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage that a deal came to, and when."""

    stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What is known of a deal; `stages` in the order in which it came to them.

    `closed_at` of an open deal is when it is expected to close. Raises `Rejected` for what no deal can be.
    """

    external_id: str
    name: str
    rep_id: UUID | None
    opened_at: datetime
    account: str | None = None
    stage: str | None = None
    stages: tuple[Reached, ...] = ()
    outcome: Outcome = Outcome.OPEN
    amount: float | None = None
    currency: str | None = None
    closed_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a deal that is closed without a date, or before it was opened."""
        if self.outcome is not Outcome.OPEN and self.closed_at is None:
            raise Rejected(
                "deal_not_closed",
                f"It is {self.outcome}, but not when that was.",
                "Give the date on which it was closed.",
            )
        if self.settled_at is not None and self.settled_at < self.opened_at:
            raise Rejected(
                "deal_closed_early", "It was closed before it was opened.", "Put one of the dates right."
            )

    @property
    def settled_at(self) -> datetime | None:
        """Return when it was won or lost; None while it is open."""
        return None if self.outcome is Outcome.OPEN else self.closed_at


@dataclass(frozen=True, slots=True)
class DealGiven:
    """A deal as somebody tells of it: `values` by the names of `DealFacts`; what is left out stays as it is.

    `stages` is everything it came to until then, None where nothing is said of that.
    """

    external_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    stages: tuple[Reached, ...] | None = None


NEEDED: Mapping[str, tuple[str, str]] = {
    "name": ("It has no name.", "Give its name."),
    "rep_id": ("It has no rep.", "Give the e-mail address or the id of the rep whose deal it is."),
    "opened_at": ("It is not said when it was opened.", "Give the date on which it was opened."),
}
"""What no deal is without: what is wrong where it is missing, and what to do."""
_HISTORY = frozenset({"external_id", "stage", "stages"})
_VALUES = tuple(one.name for one in fields(DealFacts) if one.name not in _HISTORY)


def told(given: DealGiven, before: DealFacts | None, at: datetime) -> DealFacts:
    """Return what is known of a deal once it is told; `before` is what was known, None of a new one.

    Telling the same again changes nothing. A stage without a date was reached when the deal was won or lost,
    else when it is first told of. Raises `Rejected` for a deal that cannot be.
    """
    known = {} if before is None else {name: getattr(before, name) for name in _VALUES}
    values = {**known, **{name: given.values[name] for name in _VALUES if name in given.values}}
    for name, (reason, remedy) in NEEDED.items():
        if values.get(name) is None:
            raise Rejected(f"deal_without_{name}", reason, remedy)
    now_known = DealFacts(given.external_id, **values)
    stages = advanced(given, () if before is None else before.stages, now_known.settled_at or at)
    stage = given.values.get("stage") or (stages[-1].stage if stages else None)
    return replace(now_known, stage=stage, stages=stages)


def advanced(given: DealGiven, known: tuple[Reached, ...], at: datetime) -> tuple[Reached, ...]:
    """Return the stages of a deal once it is told: as given, then the stage where it is, if that is another.

    That one was reached `at` the time, where it was not told of before.
    """
    history = known if given.stages is None else given.stages
    stage = given.values.get("stage")
    if stage is None or (history and history[-1].stage == stage):
        return history
    if known and known[-1].stage == stage:
        return (*history, known[-1])
    return (*history, Reached(stage, at))
