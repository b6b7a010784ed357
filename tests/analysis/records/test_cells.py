"""A cell is what contributes to it, in whatever order that came, to the last digit."""

from __future__ import annotations

import math
import random
from datetime import date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records.cells import cell, figure
from models.call import CallType
from models.record import CallContribution, DealContribution, Outcome, Period, PeriodKind

REP = UUID(int=1)
MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))
AT = datetime.fromisoformat("2026-03-05T10:00:00+00:00")
VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60)


def call(number: int, call_type: CallType = CallType.DEMO, **measures: float) -> CallContribution:
    return CallContribution(UUID(int=number), REP, AT, call_type, measures)


def deal(
    outcome: Outcome, amount: float | None = None, days: float | None = None, *stages: str
) -> DealContribution:
    return DealContribution(UUID(int=9), REP, AT, outcome, amount, days, stages)


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
