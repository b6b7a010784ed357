"""What the calls of a deal come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.conversation import conversation
from models.conversation import CallHeld

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
MEASURE = st.none() | st.floats(-1, 1)
CALLS = st.lists(st.tuples(MEASURE, MEASURE, MEASURE), max_size=8)


def test_no_calls_come_to_nothing() -> None:
    found = conversation(())
    assert (found.calls, found.last_call_at, found.calls_measured) == (0, None, 0)
    assert (found.talk_share, found.depth, found.customer_sentiment) == (None, None, None)
    assert found.customer_sentiment_change is None


def test_the_change_is_the_last_mood_less_those_before() -> None:
    calls = [
        CallHeld(BEGAN, 0.4, 50.0, 0.5),
        CallHeld(BEGAN + timedelta(days=1), 0.6, None, 0.1),
        CallHeld(BEGAN + timedelta(days=2), None, 70.0, -0.3),
        CallHeld(BEGAN + timedelta(days=3)),
    ]
    found = conversation(calls)
    assert (found.calls, found.calls_measured) == (4, 3)
    assert found.last_call_at == BEGAN + timedelta(days=3)
    assert (found.talk_share, found.depth) == (0.5, 60.0)
    assert found.customer_sentiment == pytest.approx(0.1)
    assert found.customer_sentiment_change == pytest.approx(-0.6)


@given(CALLS)
def test_means_lie_among_their_values(measures: list[tuple[float | None, ...]]) -> None:
    calls = [CallHeld(BEGAN + timedelta(days=day), *one) for day, one in enumerate(measures)]
    found = conversation(calls)
    for name in ("talk_share", "depth", "customer_sentiment"):
        values = [getattr(call, name) for call in calls if getattr(call, name) is not None]
        mean = getattr(found, name)
        assert (mean is None) is (not values)
        assert mean is None or min(values) - 1e-9 <= mean <= max(values) + 1e-9
    assert found.calls_measured == sum(any(one is not None for one in measured) for measured in measures)
