"""Every metric in one tuple, and the function that takes them all."""

from __future__ import annotations

import math

from analysis.metrics import asking, exchange, listening, silence, speech, talk
from analysis.metrics.metric import Metric
from analysis.turns import Conversation
from models.review import MetricValue, Side

METRICS: tuple[Metric, ...] = (
    *talk.METRICS,
    *exchange.METRICS,
    *asking.METRICS,
    *speech.METRICS,
    *silence.METRICS,
    *listening.METRICS,
)
"""The registry; docs, schema and legends are made from it."""


def measure(conversation: Conversation) -> tuple[MetricValue, ...]:
    """Return every metric for each of its sides, in the order of the registry; unmeasurable ones as None."""
    return tuple(_value(m, conversation, side) for m in METRICS for side in m.sides)


def _value(metric: Metric, conversation: Conversation, side: Side) -> MetricValue:
    """Return one metric of one side; a value that is no number at all would be a bug, never a result."""
    measured = metric.compute(conversation, side)
    if measured.value is not None and not math.isfinite(measured.value):
        raise ArithmeticError(f"{metric.name} of the {side.value} is {measured.value}")
    return MetricValue(
        name=metric.name,
        side=side,
        value=None if measured.value is None else float(measured.value),
        unit=metric.unit,
        reason=measured.reason,
        version=metric.version,
        evidence=measured.evidence,
    )
