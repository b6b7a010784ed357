"""A cell is what contributes to it, in whatever order that came, to the last digit."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records.cells import cell, cells, figure, slots_of_call, slots_of_deal
from models.call import CallType
from models.record import CallContribution, Cell, DealContribution, Outcome, Period, PeriodKind, Slot

REP = UUID(int=1)
MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))
AT = datetime.fromisoformat("2026-03-05T10:00:00+00:00")
VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60)


def call(number: int, call_type: CallType = CallType.DEMO, **measures: float) -> CallContribution:
    return CallContribution(UUID(int=number), REP, AT, call_type, measures)


def deal(
    outcome: Outcome,
    amount: float | None = None,
    days: float = 0.0,
    *stages: str,
    currency: str | None = None,
) -> DealContribution:
    closed_at = None if outcome is Outcome.OPEN else AT
    return DealContribution(
        UUID(int=9), REP, AT - timedelta(days=days), closed_at, outcome, amount, currency, stages
    )


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_calls_cannot_show(values: list[float], chance: random.Random) -> None:
    calls = [call(number, depth=value) for number, value in enumerate(values)]
    shuffled = chance.sample(calls, len(calls))
    assert cell(REP, MARCH, None, calls, ()) == cell(REP, MARCH, None, shuffled, ())


@given(VALUES)
def test_a_figure_is_mean_and_spread(values: list[float]) -> None:
    found = figure(values)
    assert found.n == len(values)
    assert min(values) - 1e-6 <= found.mean <= max(values) + 1e-6
    if len(values) == 1:
        assert (found.deviation, found.error) == (None, None)
    else:
        assert found.deviation is not None
        assert found.error == found.deviation / math.sqrt(len(values))


def test_a_figure_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        figure(())


def test_calls_of_a_type_have_a_cell_of_their_own_with_what_they_measured() -> None:
    calls = [call(1, depth=50.0), call(2, CallType.SERVICE, depth=70.0, score=80.0)]
    every = cell(REP, MARCH, None, calls, ())
    assert (every.calls, every.figures["depth"].mean, every.figures["score"].n) == (2, 60.0, 1)
    demos = cell(REP, MARCH, CallType.DEMO, calls, (deal(Outcome.WON, 10.0),))
    assert (demos.calls, set(demos.figures)) == (1, {"depth"})


def test_deals_are_counted_summed_and_rated() -> None:
    deals = [
        deal(Outcome.WON, 100.0, 20.0, "discovery", "proposal"),
        deal(Outcome.WON, 50.0, 40.0, "discovery"),
        deal(Outcome.LOST, 70.0, 30.0, "discovery", "proposal"),
        deal(Outcome.OPEN, 999.0, 1.0, "discovery"),
    ]
    figures = cell(REP, MARCH, None, (), deals).figures
    assert {name: found.mean for name, found in figures.items()} == {
        "amount_won": 150.0,
        "conversion:discovery": 1.0,
        "conversion:proposal": 0.5,
        "cycle_days": 30.0,
        "deal_amount": 75.0,
        "deals_lost": 1.0,
        "deals_won": 2.0,
        "win_rate": pytest.approx(2 / 3),
    }


def test_without_closed_deals_there_is_no_outcome() -> None:
    assert cell(REP, MARCH, None, (), (deal(Outcome.OPEN),)).figures == {}


def test_deals_opened_count_whatever_became_of_them() -> None:
    opened = (deal(Outcome.OPEN, 10.0), deal(Outcome.WON, 20.0), deal(Outcome.LOST))
    figures = cell(REP, MARCH, None, (), (), opened).figures
    assert {name: (found.n, found.mean) for name, found in figures.items()} == {
        "amount_opened": (2, 30.0),
        "deals_opened": (3, 3.0),
        "pipeline_quality": (2, 0.5),
    }


def test_an_open_deal_at_its_first_stage_tells_nothing_of_the_pipeline_yet() -> None:
    opened = (deal(Outcome.OPEN), deal(Outcome.OPEN, None, 0.0, "first"))
    assert "pipeline_quality" not in cell(REP, MARCH, None, (), (), opened).figures
    moved = (*opened, deal(Outcome.OPEN, None, 0.0, "first", "offer"), deal(Outcome.LOST, None, 0.0, "first"))
    assert cell(REP, MARCH, None, (), (), moved).figures["pipeline_quality"].mean == 0.5


def test_amounts_of_different_currencies_are_never_added() -> None:
    won = (
        deal(Outcome.WON, 10.0, currency="EUR"),
        deal(Outcome.WON, 5.0, currency="EUR"),
        deal(Outcome.WON, 7.0, currency="USD"),
    )
    figures = cell(REP, MARCH, None, (), won).figures
    amounts = {name: found.mean for name, found in figures.items() if name.startswith("amount_won")}
    assert amounts == {"amount_won:EUR": 15.0, "amount_won:USD": 7.0}


def test_a_deal_closed_before_it_was_opened_took_no_time_that_counts() -> None:
    assert "cycle_days" not in cell(REP, MARCH, None, (), (deal(Outcome.WON, None, -2.0),)).figures


ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu")
MOMENTS = st.datetimes(datetime(2025, 11, 1), datetime(2026, 4, 30), timezones=st.just(ZoneInfo("UTC")))  # noqa: DTZ001


@st.composite
def calls_anywhen(draw: st.DrawFn) -> list[CallContribution]:
    found = draw(st.lists(st.tuples(MOMENTS, st.sampled_from(CallType), st.floats(-9, 9)), max_size=20))
    return [
        CallContribution(UUID(int=number), REP, at, kind, {"depth": value})
        for number, (at, kind, value) in enumerate(found)
    ]


@st.composite
def deals_anywhen(draw: st.DrawFn) -> list[DealContribution]:
    found = draw(st.lists(st.tuples(MOMENTS, MOMENTS, st.sampled_from(Outcome)), max_size=10))
    return [
        DealContribution(UUID(int=number), REP, opened, closed, outcome, 1.5)
        for number, (opened, closed, outcome) in enumerate(found)
    ]


@given(calls_anywhen(), deals_anywhen(), st.sampled_from(ZONES))
def test_cells_asked_for_are_those_made_of_everything(
    calls: list[CallContribution], deals: list[DealContribution], name: str
) -> None:
    zone = ZoneInfo(name)
    every = cells(REP, calls, deals, zone)
    slots = {slot for call in calls for slot in slots_of_call(call, zone)}
    slots |= {slot for deal in deals for slot in slots_of_deal(deal, zone)}
    assert every.keys() <= slots
    asked = cells(REP, calls, deals, zone, slots)
    assert {slot: found for slot, found in asked.items() if found.calls or found.figures} == every
    for kind in PeriodKind:
        of_kind = [found for slot, found in every.items() if slot.period.kind is kind]
        assert sum(found.calls for found in of_kind if found.call_type is None) == len(calls)
        assert sum(found.calls for found in of_kind if found.call_type is not None) == len(calls)


def test_a_slot_that_nothing_lies_in_has_an_empty_cell() -> None:
    slot = Slot(MARCH, CallType.DEMO)
    assert cells(REP, (), (), ZoneInfo("UTC"), {slot}) == {slot: Cell(REP, MARCH, CallType.DEMO, 0, {})}
