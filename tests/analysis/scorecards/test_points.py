"""Points are dealt out whole, and earned in step with the distance from the target."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.scorecards.points import dealt, earned, outside, share
from models.scorecard import WHOLE, Target

WEIGHTS = st.lists(st.integers(0, 1000), min_size=1, max_size=40)


@given(st.integers(0, WHOLE), WEIGHTS.filter(any))
def test_what_is_dealt_out_is_all_there_and_each_within_one_of_its_share(
    whole: int, weights: list[int]
) -> None:
    found = dealt(whole, weights)
    assert sum(found) == whole
    for part, weight in zip(found, weights, strict=True):
        assert (
            math.floor(whole * weight / sum(weights) + 1e-9) - 1 <= part <= whole * weight / sum(weights) + 1
        )


def test_equal_weights_differ_by_one_at_most_and_the_earlier_get_it() -> None:
    assert dealt(100, (1, 1, 1)) == (34, 33, 33)
    assert dealt(0, (0, 0)) == (0, 0)
    with pytest.raises(ValueError, match="nothing"):
        dealt(1, (0, 0))


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (0.4, Target(0.3, 0.45, 0.25), 1.0),
        (0.3, Target(0.3, 0.45, 0.25), 1.0),
        (0.575, Target(0.3, 0.45, 0.25), 0.5),
        (0.175, Target(0.3, 0.45, 0.25), 0.5),
        (0.9, Target(0.3, 0.45, 0.25), 0.0),
        (80.0, Target(high=76), 0.0),
        (-5.0, Target(high=76), 1.0),
        (3.0, Target(low=4, fade=4), 0.75),
    ],
)
def test_a_value_earns_less_the_further_it_lies_outside(
    value: float, target: Target, expected: float
) -> None:
    assert share(value, target) == pytest.approx(expected)


@given(st.floats(-1e6, 1e6), st.floats(-1e3, 1e3), st.floats(0, 1e3), st.floats(0, 1e3))
def test_a_share_is_a_share_and_whole_inside_alone(
    value: float, low: float, width: float, fade: float
) -> None:
    target = Target(low, low + width, fade)
    part = share(value, target)
    assert 0 <= part <= 1
    assert outside(value, target) != 0 or part == 1
    assert 0 <= earned(WHOLE, part) <= WHOLE
