"""An explanation is true to the eye: figures in their units, and no bound that looks like the value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.scorecards.points import share
from analysis.scorecards.wording import described, explained
from models.scorecard import Target

TALK = Target(0.3, 0.45, 0.25)


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        (0.483, "ratio", Target(0.45, 0.65), "48 % is on target: 45 % to 65 %."),
        (0.6098, "ratio", TALK, "61 % is above the target of 30 % to 45 %; it earns 36 % of the points."),
        (
            0.4501,
            "ratio",
            TALK,
            "45 % is just above the target of 30 % to 45 %; it earns 99 % of the points.",
        ),
        (
            0.2999,
            "ratio",
            TALK,
            "30 % is just below the target of 30 % to 45 %; it earns 99 % of the points.",
        ),
        (
            95.0,
            "s",
            Target(high=76),
            "1:35 min is above the target of at most 1:16 min; it earns 0 % of the points.",
        ),
        (0.0, "per 10 min", Target(high=2), "0 /10 min is on target: at most 2 /10 min."),
        (
            -0.2,
            "score",
            Target(low=0, fade=0.4),
            "-0.20 is below the target of at least 0.00; it earns 50 % of the points.",
        ),
        (2.0, "count", Target(low=1), "2 is on target: at least 1."),
    ],
)
def test_an_explanation_says_value_target_and_what_it_earns(
    value: float, unit: str, target: Target, expected: str
) -> None:
    found = explained(value, unit, target, share(value, target))
    assert found.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-") == expected


@given(st.floats(-2, 3))
def test_nothing_outside_its_target_is_said_to_earn_everything(value: float) -> None:
    part = share(value, TALK)
    assert ("on target" in explained(value, "ratio", TALK, part)) == (part == 1)
    assert "100" not in explained(min(max(value, 0), 0.9), "ratio", TALK, min(part, 0.9999))


def test_a_target_without_bounds_is_anything() -> None:
    assert described(Target(), "s") == "anything"
