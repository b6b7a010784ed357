"""Changes and trends say how sure they are, and nothing on too little."""

from __future__ import annotations

import random
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.records.cells import figure
from analysis.records.relation import relation
from analysis.records.trends import change, interval, pooled, spread, standing, trend
from models.record import Cell, Figure, Period, PeriodKind

MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance = random.Random(3)  # noqa: S311 - made-up figures
    held = 0
    for _ in range(400):
        found = interval(figure(chance.gauss(50, 10) for _ in range(8)))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 50 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_one_value_has_no_interval() -> None:
    assert interval(figure((3.0,))).low is None


def test_a_clear_change_is_told_from_chance() -> None:
    past = figure((50, 52, 48, 51, 49, 50))
    assert change(figure((60, 61, 59, 62, 58)), past) is not None
    assert change(figure((60, 61, 59, 62, 58)), past).clear  # type: ignore[union-attr]
    assert not change(figure((50, 53, 47, 52, 49)), past).clear  # type: ignore[union-attr]
    assert change(figure((60, 61, 59, 62)), past) is None
    assert change(figure((5.0,) * 5), figure((4.0,) * 5)).clear  # type: ignore[union-attr]


def test_a_trend_is_not_turned_by_one_odd_period() -> None:
    means = [50.0, 52.0, 54.0, 10.0, 58.0, 60.0, 62.0]
    found = trend([(n, Figure(9, mean, 1.0)) for n, mean in enumerate(means)])
    assert found is not None
    assert found.slope.value == pytest.approx(2, abs=0.4)
    assert found.periods == 7
    assert trend([(n, Figure(4, mean, 1.0)) for n, mean in enumerate(means)]) is None


def test_a_team_shows_its_middle_half_and_nobody_alone() -> None:
    def of(number: int, mean: float, n: int = 9) -> Cell:
        return Cell(UUID(int=number), MARCH, None, n, {"depth": Figure(n, mean, 1.0)})

    cells = [of(n, 10.0 * n) for n in range(1, 6)]
    found = spread(cells, "depth")
    assert found is not None
    assert (found.low, found.middle, found.high, found.reps) == (20.0, 30.0, 40.0, 5)
    assert spread(cells[:2], "depth") is None
    assert spread([of(n, 1.0, 4) for n in range(6)], "depth") is None
    assert spread(cells, "score") is None


def test_a_relation_says_how_sure_it_is_and_is_silent_on_little() -> None:
    chance = random.Random(5)  # noqa: S311 - made-up figures
    linked = [(x := chance.gauss(0, 1), x + chance.gauss(0, 0.5)) for _ in range(60)]
    apart = [(chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(60)]
    found, none = relation(linked), relation(apart)
    assert found is not None
    assert none is not None
    assert found.clear
    assert found.correlation.value > 0.7
    assert "not that one brings about the other" in found.caution
    assert none.correlation.low is not None
    assert none.correlation.high is not None
    assert none.correlation.low < none.correlation.value < none.correlation.high
    assert relation(linked[:11]) is None
    assert relation([(1.0, y) for _, y in linked]) is None
    assert relation([(float(n), float(n)) for n in range(20)]).clear  # type: ignore[union-attr]


@given(st.lists(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=9), min_size=1, max_size=6))
def test_pooled_figures_are_those_of_all_their_values(groups: list[list[float]]) -> None:
    found = pooled("depth", [figure(group) for group in groups])
    every = figure(value for group in groups for value in group)
    assert found is not None
    assert found.n == every.n
    assert found.mean == pytest.approx(every.mean, abs=1e-6)
    if every.deviation is not None:
        assert found.deviation == pytest.approx(every.deviation, rel=1e-6, abs=1e-6)


def test_counts_are_added_and_nothing_is_pooled_out_of_nothing() -> None:
    won = [Figure(4, 3.0), Figure(2, 1.0)]
    assert pooled("deals_won", won) == Figure(6, 4.0)
    assert pooled("depth", []) is None


def cell(*values: float) -> Cell:
    return Cell(UUID(int=1), MARCH, None, len(values), {"depth": figure(values)} if values else {})


LOW, HIGH = (50.0, 51.0, 49.0, 50.5, 49.5), (60.0, 61.0, 59.0, 60.5, 59.5)


def test_a_rep_is_compared_with_their_own_past_of_four_periods_and_not_with_older_ones() -> None:
    history = [cell(*HIGH), cell(*LOW), cell(), cell(*LOW), cell(*LOW), cell(*HIGH)]
    found = standing("depth", history, 6, [])
    assert found.change is not None
    assert found.change.difference.value == pytest.approx(10.0)
    assert (found.change.now_calls, found.change.past_calls) == (5, 15)
    assert found.change.clear
    assert found.trend is not None
    assert found.trend.periods == 5
    assert found.band is None
    assert standing("depth", history, 3, []).trend is None


def test_where_there_is_nothing_to_compare_nothing_is_said() -> None:
    assert standing("depth", [cell(*LOW), cell()], 2, []).change is None
    assert standing("depth", [cell(), cell(*LOW)], 2, []).change is None
    assert standing("mood", [cell(*LOW), cell(*LOW)], 2, [cell(*LOW)] * 3).band is None
    assert standing("depth", [cell(*LOW)], 1, [cell(*LOW)] * 3).band is not None


SOME = st.sampled_from((-2.0, 0.1, 1 / 3, 7.0, 7.0, 1e4)) | st.floats(-1e3, 1e3)


@given(st.lists(SOME, min_size=4, max_size=20), st.randoms(use_true_random=False))
def test_trends_are_those_of_scipy(means: list[float], chance: random.Random) -> None:
    numbers = sorted(chance.sample(range(2 * len(means)), len(means)))
    found = trend([(n, Figure(9, mean, 1.0)) for n, mean in zip(numbers, means, strict=True)])
    scipys = stats.theilslopes(means, numbers, 0.95)
    assert found is not None
    assert found.slope.value == scipys.slope
    assert (found.slope.low, found.slope.high) == (scipys.low_slope, scipys.high_slope)
