"""When calls will be finished."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.estimate import Pace, Pending, finishes, pace_of
from models.stages import Lane, StageName

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PACE = Pace(
    {
        StageName.DECODE: 0.01,
        StageName.RENDER: 0.04,
        StageName.LISTEN: 0.05,
        StageName.TRANSCRIBE: 0.3,
        StageName.DIARIZE: 0.1,
        StageName.ATTRIBUTE: 0.01,
        StageName.JUDGE: 0.02,
        StageName.MEASURE: 0.01,
        StageName.SCORE: 0.01,
    },
    {Lane.CPU: 1, Lane.GPU: 1},
)


def call(number: int, duration_s: float | None = 100.0, progress: float = 0.0) -> Pending:
    return Pending(UUID(int=number), duration_s, progress)


def seconds(queue: list[Pending], pace: Pace = PACE) -> list[float]:
    return [(at - AT).total_seconds() for at in finishes(queue, pace, AT).values()]


def test_alone_a_call_takes_its_longest_way_through_the_stages() -> None:
    assert seconds([call(1)]) == [pytest.approx(100 * (0.01 + 0.05 + 0.3 + 0.01 + 0.02 + 0.01 + 0.01))]


def test_half_done_it_takes_half() -> None:
    assert seconds([call(1, progress=0.5)]) == [pytest.approx(20.5)]


def test_those_before_it_are_waited_for_in_the_slower_lane() -> None:
    first, second = seconds([call(1), call(2)])
    assert second == pytest.approx(first + 100 * (0.3 + 0.1 + 0.02))


def test_two_workers_halve_the_wait() -> None:
    double = Pace(PACE.seconds, {Lane.CPU: 1, Lane.GPU: 2})
    alone, one = seconds([call(1), call(2)])
    _, two = seconds([call(1), call(2)], double)
    assert two - alone == pytest.approx((one - alone) / 2)


def test_what_is_not_decoded_is_taken_to_be_typical() -> None:
    usual = Pace(PACE.seconds, PACE.workers, typical_s=200.0)
    assert seconds([call(1, None)], usual) == seconds([call(1, 200.0)], usual)


def test_before_anything_was_measured_there_is_an_estimate() -> None:
    assert seconds([call(1, None)], Pace({}, {}))[0] > 0


@given(st.lists(st.tuples(st.floats(1, 20_000), st.floats(-0.5, 1.5)), max_size=30))
def test_nobody_is_finished_in_the_past_and_one_more_hastens_nobody(calls: list[tuple[float, float]]) -> None:
    queue = [call(i, duration, progress) for i, (duration, progress) in enumerate(calls)]
    before, after = seconds(queue), seconds([call(99, 50.0), *queue])[1:]
    assert all(one >= 0 for one in before)
    assert all(late >= early for early, late in zip(before, after, strict=True))


def test_the_pace_is_what_recent_work_took() -> None:
    pace = pace_of([(StageName.TRANSCRIBE, 30.0, 100.0), (StageName.JUDGE, 1.0, 0.0)], {Lane.GPU: 3})
    assert pace.of(StageName.TRANSCRIBE) == 0.3
    assert pace.of(StageName.JUDGE) == 0.02
    assert pace.workers == {Lane.GPU: 3}
