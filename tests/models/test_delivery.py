"""What becomes of a delivery, whatever comes of an attempt."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.clock import now
from core.standard_webhooks import Answer, Outcome
from models.delivery import JITTER, LONGEST_WAIT, MEANS, SCHEDULE, DeliveryState, after

chances = st.floats(0, 1)
failures = st.sampled_from([one for one in Outcome if one not in {Outcome.DELIVERED, Outcome.GONE}])


@given(failures, st.integers(1, len(SCHEDULE)), chances)
def test_a_failure_is_tried_again_after_the_pause_and_up_to_a_fifth_more(
    outcome: Outcome, count: int, chance: float
) -> None:
    at, pause = now(), SCHEDULE[count - 1]
    found = after(Answer(outcome, 1), count, at, chance, active=True)
    assert found.state is DeliveryState.WAITING
    assert found.at is not None
    assert pause <= found.at - at <= pause * (1 + JITTER)


@given(failures, st.integers(1, 40), chances)
def test_after_ten_failures_it_is_dead(outcome: Outcome, count: int, chance: float) -> None:
    found = after(Answer(outcome, 1), count, now(), chance, active=True)
    assert (found.state is DeliveryState.DEAD) is (count >= 10)


@given(st.floats(0, 1e12), st.integers(1, len(SCHEDULE)), chances)
def test_who_asks_to_be_left_alone_is_within_a_day(wait_s: float, count: int, chance: float) -> None:
    at = now()
    found = after(Answer(Outcome.ANSWERED, 1, 503, retry_after_s=wait_s), count, at, chance, active=True)
    assert found.at is not None
    asked = min(timedelta(seconds=min(wait_s, 1e6)), LONGEST_WAIT)
    assert found.at - at >= max(asked, SCHEDULE[count - 1])
    assert found.at - at <= max(LONGEST_WAIT, SCHEDULE[count - 1] * (1 + JITTER))


@given(st.sampled_from(Outcome), st.integers(0, 20), chances)
def test_what_arrived_is_delivered_and_what_an_endpoint_that_is_none_missed_is_held(
    outcome: Outcome, count: int, chance: float
) -> None:
    found = after(Answer(outcome, 1), count, now(), chance, active=False)
    arrived = outcome is Outcome.DELIVERED
    assert found.state is (DeliveryState.DELIVERED if arrived else DeliveryState.HELD)
    assert found.at is None
    assert after(Answer(Outcome.GONE, 1), 1, now(), chance, active=True).state is DeliveryState.HELD


def test_the_schedule_takes_three_days_and_every_state_is_explained() -> None:
    assert timedelta(days=3) < sum(SCHEDULE, timedelta()) < timedelta(days=3.5)
    assert list(SCHEDULE) == sorted(SCHEDULE)
    assert set(MEANS) == set(DeliveryState)
