"""Why an item earns what it earns, in words."""

from __future__ import annotations

import math

from analysis.scorecards.points import outside
from core.figures import percent, quantity
from models.scorecard import Target


def explained(value: float, unit: str, target: Target, part: float) -> str:
    """Return in words why a value in a unit earns its share (0..1) of the points."""
    shown, aim, away = quantity(value, unit), described(target, unit), outside(value, target)
    if away == 0:
        return f"{shown} is on target: {aim}."
    bound = target.low if away < 0 else target.high
    just = "just " if shown == quantity(bound, unit) else ""
    side = "below" if away < 0 else "above"
    earns = percent(math.floor(100 * part) / 100)
    return f"{shown} is {just}{side} the target of {aim}; it earns {earns} of the points."


def described(target: Target, unit: str) -> str:
    """Return a target in words."""
    low, high = quantity(target.low, unit), quantity(target.high, unit)
    if target.low is None:
        return "anything" if target.high is None else f"at most {high}"
    return f"at least {low}" if target.high is None else f"{low} to {high}"
