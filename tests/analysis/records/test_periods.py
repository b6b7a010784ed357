"""Periods tile the calendar, where the organisation is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records.periods import bounds, end_of, period_of, periods_of, shifted
from models.record import Period, PeriodKind

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
KINDS = st.sampled_from(PeriodKind)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@given(DAYS, KINDS)
def test_a_day_lies_in_its_period_and_the_next_begins_where_it_ends(day: date, kind: PeriodKind) -> None:
    period = period_of(day, kind)
    assert period.start <= day < end_of(period)
    assert period_of(end_of(period), kind) == shifted(period, 1)
    assert period_of(period.start - timedelta(days=1), kind) == shifted(period, -1)


@given(DAYS, KINDS, st.integers(-60, 60))
def test_going_there_and_back_is_staying(day: date, kind: PeriodKind, by: int) -> None:
    period = period_of(day, kind)
    assert shifted(shifted(period, by), -by) == period


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        (PeriodKind.DAY, date(2026, 3, 1), date(2026, 3, 2)),
        (PeriodKind.WEEK, date(2026, 2, 23), date(2026, 3, 2)),
        (PeriodKind.MONTH, date(2026, 3, 1), date(2026, 4, 1)),
        (PeriodKind.QUARTER, date(2026, 1, 1), date(2026, 4, 1)),
    ],
)
def test_periods_of_a_sunday(kind: PeriodKind, start: date, end: date) -> None:
    period = period_of(date(2026, 3, 1), kind)
    assert (period, end_of(period)) == (Period(kind, start), end)


def test_the_day_is_that_of_the_organisation() -> None:
    late = datetime.fromisoformat("2026-03-31T20:00:00+00:00")
    assert {one.start for one in periods_of(late, ZoneInfo("UTC"))} == {
        date(2026, 3, 31),
        date(2026, 3, 30),
        date(2026, 3, 1),
        date(2026, 1, 1),
    }
    assert period_of(date(2026, 4, 1), PeriodKind.QUARTER) in periods_of(late, SHANGHAI)
    start, end = bounds(period_of(date(2026, 4, 1), PeriodKind.MONTH), SHANGHAI)
    assert start == datetime.fromisoformat("2026-03-31T16:00:00+00:00")
    assert end - start == timedelta(days=30)
