"""Ranks correlate as scipy says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.correlation import rank_correlation

VALUES = st.sampled_from((-2.0, 0.1, 1 / 3, 7.0, 7.0, 1e4)) | st.floats(-1e3, 1e3)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=3, max_size=40))
def test_it_is_that_of_scipy(pairs: list[tuple[float, float]]) -> None:
    found = rank_correlation(pairs)
    if any(len(set(side)) == 1 for side in zip(*pairs, strict=True)):
        assert found is None
    else:
        assert found == pytest.approx(stats.spearmanr(pairs).statistic, abs=1e-12)


def test_the_same_order_is_exactly_one_and_the_reverse_minus_one() -> None:
    up = [(float(n), float(n**3)) for n in range(7)]
    assert rank_correlation(up) == 1
    assert rank_correlation([(one, -other) for one, other in up]) == -1


def test_two_are_in_no_order() -> None:
    assert rank_correlation([(1.0, 2.0), (2.0, 1.0)]) is None
