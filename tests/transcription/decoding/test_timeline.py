"""Time stamps to places: in step within reason, gaps kept, a broken clock ignored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.decoding.timeline import Timeline

FRAME = 0.02
HOUR = 3600.0


def placed(
    stamps: list[float | None], origin: float = 0.0, limit: float = HOUR
) -> tuple[list[float | None], Timeline]:
    timeline = Timeline(origin, limit)
    return [timeline.place(stamp, FRAME) for stamp in stamps], timeline


@given(st.lists(st.floats(-0.012, 0.012), min_size=1, max_size=100), st.floats(-100, 100))
def test_jitter_changes_nothing(jitter: list[float], origin: float) -> None:
    stamps: list[float | None] = [origin + FRAME * n + (j if n else 0.0) for n, j in enumerate(jitter)]
    places, timeline = placed(stamps, origin)
    assert places[0] == pytest.approx(0.0, abs=1e-9)
    assert places[1:] == [None] * (len(jitter) - 1)
    assert timeline.disorder.jumps == 0


@given(st.floats(0.02, 1000))
def test_a_gap_keeps_its_length(gap: float) -> None:
    places, timeline = placed([0.0, FRAME + gap])
    assert places[1] == pytest.approx(FRAME + gap)
    assert timeline.disorder.gaps_s == pytest.approx(gap)


@given(st.floats(1.1, 1e6))
def test_a_clock_that_steps_back_or_leaps_away_is_ignored(step: float) -> None:
    for jump in (-step, HOUR + step):
        places, timeline = placed([500.0, 500.0 + FRAME + jump, 500.0 + 2 * FRAME + jump], 500.0)
        assert places == [0.0, None, None]
        assert timeline.disorder.jumps == 1


def test_frames_without_a_stamp_go_on() -> None:
    assert placed([None, None, 2 * FRAME])[0] == [0.0, None, None]


def test_a_late_start_is_kept_and_an_overlap_is_placed_where_it_says() -> None:
    places, timeline = placed([1.5, 1.0])
    assert places[0] == 1.5
    assert places[1] == pytest.approx(1.0)
    assert timeline.disorder.gaps_s == 0.0


def test_lost_sound_moves_what_follows() -> None:
    timeline = Timeline(0.0, HOUR)
    timeline.place(0.0, FRAME)
    timeline.shift(0.5)
    assert timeline.place(FRAME, FRAME) == pytest.approx(FRAME + 0.5)
