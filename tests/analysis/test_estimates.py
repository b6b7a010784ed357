"""Means over the calls of several reps: textbook intervals with one call a rep, honest ones with many."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from analysis.estimates import Value, difference, enough, estimate, holm

numbers = st.floats(0, 100, width=32).map(lambda value: round(value, 3))


def apart(values: list[float], first: int = 0) -> list[Value]:
    """Return values, each of a rep of its own."""
    return [(UUID(int=first + place), value) for place, value in enumerate(values)]


@given(st.lists(numbers, min_size=5, max_size=20))
def test_with_one_call_a_rep_the_interval_is_students(values: list[float]) -> None:
    assume(max(values) - min(values) > 0.1)
    found = estimate(apart(values))
    assert found is not None
    told = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((told.low, told.high), rel=1e-6, abs=1e-6)
    assert (found.n, found.reps) == (len(values), len(values))


@given(st.lists(numbers, min_size=5, max_size=12), st.lists(numbers, min_size=5, max_size=12))
def test_with_one_call_a_rep_the_difference_is_welchs(ones: list[float], others: list[float]) -> None:
    assume(max(ones) - min(ones) > 0.1)
    assume(max(others) - min(others) > 0.1)
    one, other = estimate(apart(ones)), estimate(apart(others, 100))
    assert one is not None
    assert other is not None
    found, told = difference(one, other), stats.ttest_ind(ones, others, equal_var=False)
    interval = told.confidence_interval(0.95)
    assert found.p == pytest.approx(told.pvalue, rel=1e-5, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-5, abs=1e-5)


@given(st.lists(numbers, min_size=3, max_size=9), st.integers(2, 30))
def test_saying_the_same_more_often_does_not_make_it_surer(values: list[float], times: int) -> None:
    once = [(rep, value) for rep, value in apart(values) for _ in range(2)]
    often = [(rep, value) for rep, value in apart(values) for _ in range(2 * times)]
    one, other = estimate(once), estimate(often)
    assert one is not None
    assert other is not None
    assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=1e-6, abs=1e-6)


def test_intervals_hold_the_truth_as_often_as_they_say_where_reps_differ() -> None:
    chance = random.Random(5)  # noqa: S311 - made-up scores, no secret
    held, plain, times = 0, 0, 400
    for _ in range(times):
        level = {rep: chance.gauss(60, 8) for rep in range(10)}
        values = [(UUID(int=rep), chance.gauss(level[rep], 5)) for rep in level for _ in range(20)]
        found = estimate(values)
        assert found is not None
        held += found.low <= 60 <= found.high
        naive = stats.ttest_1samp([value for _, value in values], 0).confidence_interval(0.95)
        plain += naive.low <= 60 <= naive.high
    assert 0.92 < held / times < 0.98
    assert plain / times < 0.6  # what counting calls would have claimed to be 95 %


@pytest.mark.parametrize(
    ("calls", "reps", "tell"), [(4, 4, False), (5, 2, False), (5, 3, True), (0, 0, False)]
)
def test_too_few_calls_or_reps_tell_nothing(calls: int, reps: int, *, tell: bool) -> None:
    values = [(UUID(int=number % reps), float(number)) for number in range(calls)]
    assert enough(values) is tell
    assert (estimate(values) is not None) is tell


def test_where_nothing_varies_a_difference_is_certain_or_none() -> None:
    same, higher = estimate(apart([50.0] * 5)), estimate(apart([60.0] * 5, 100))
    assert same is not None
    assert higher is not None
    assert difference(same, same).p == 1
    assert (difference(higher, same).low, difference(higher, same).p) == (10, 0)


def test_p_values_are_adjusted_as_holm_does() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjusted_p_values_are_larger_in_the_same_order_and_at_most_bonferronis(values: list[float]) -> None:
    found = holm(values)
    for before, after in zip(values, found, strict=True):
        assert before <= after <= min(1.0, before * len(values)) or after == pytest.approx(before)
    pairs = sorted(zip(values, found, strict=True))
    assert [after for _, after in pairs] == sorted(after for _, after in pairs)
