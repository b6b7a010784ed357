"""Periods as callers name them, in the organisation's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analysis.records.periods import bounds, period_of, shifted
from core.clock import now
from models.db import ReadSession
from models.queries import records
from models.record import Period, PeriodKind


@dataclass(frozen=True, slots=True)
class Calendar:
    """What day it is where an organisation is."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """Return the day there."""
        return self.now.astimezone(self.zone).date()

    def period(self, day: date | None, kind: PeriodKind) -> Period:
        """Return the period of a kind that a day, or today, lies in."""
        return period_of(day or self.today, kind)

    def until(self, day: date | None, kind: PeriodKind, number: int) -> list[Period]:
        """Return so many periods, the last one with a day, or today, in it."""
        last = self.period(day, kind)
        return [shifted(last, -before) for before in reversed(range(number))]

    def bounds(self, period: Period) -> tuple[datetime, datetime]:
        """Return when a period begins and when the next does."""
        return bounds(period, self.zone)

    def settled(self, period: Period) -> datetime:
        """Return when a period ends; while it lasts, now."""
        return min(self.bounds(period)[1], self.now)


async def calendar(session: ReadSession) -> Calendar:
    """Return the calendar of the session's organisation; raises as `zone_of` does."""
    return Calendar(await records.zone_of(session), now())
