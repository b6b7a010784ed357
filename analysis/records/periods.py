"""Periods: which ones a moment lies in, where each begins and ends, and which come before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.record import Period, PeriodKind

MONTHS = 12
QUARTER_MONTHS = 3
KINDS = tuple(PeriodKind)


def periods_of(at: datetime, zone: ZoneInfo) -> tuple[Period, ...]:
    """Return the day, week, month and quarter that a moment lies in, where the organisation is."""
    day = at.astimezone(zone).date()
    return tuple(period_of(day, kind) for kind in KINDS)


def period_of(day: date, kind: PeriodKind) -> Period:
    """Return the period of a kind that a day lies in."""
    match kind:
        case PeriodKind.DAY:
            return Period(kind, day)
        case PeriodKind.WEEK:
            return Period(kind, day - timedelta(days=day.weekday()))
        case PeriodKind.MONTH:
            return Period(kind, day.replace(day=1))
        case PeriodKind.QUARTER:
            first = (day.month - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1
            return Period(kind, day.replace(month=first, day=1))


def end_of(period: Period) -> date:
    """Return the first day after a period."""
    return shifted(period, 1).start


def shifted(period: Period, by: int) -> Period:
    """Return the period so many later, or earlier where `by` is negative."""
    start = period.start
    match period.kind:
        case PeriodKind.DAY:
            return Period(period.kind, start + timedelta(days=by))
        case PeriodKind.WEEK:
            return Period(period.kind, start + timedelta(weeks=by))
        case PeriodKind.MONTH:
            return Period(period.kind, _months_later(start, by))
        case PeriodKind.QUARTER:
            return Period(period.kind, _months_later(start, by * QUARTER_MONTHS))


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a period begins and when the next does."""
    start, end = (datetime.combine(day, time(), zone) for day in (period.start, end_of(period)))
    return start, end


def _months_later(start: date, by: int) -> date:
    years, month = divmod(start.month - 1 + by, MONTHS)
    return start.replace(year=start.year + years, month=month + 1)
