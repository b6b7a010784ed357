from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.diarization import windows


def test_the_grid_is_that_of_the_network() -> None:
    assert windows.second_of(0) == pytest.approx(0.0225)
    assert windows.second_of(1) - windows.second_of(0) == pytest.approx(0.016875)


@given(st.integers(1, 16_000 * 7_200), st.integers(59, 296))
def test_windows_cover_the_recording_in_order(samples: int, hop: int) -> None:
    first = windows.starts(samples, hop)
    assert first[0] == 0
    assert all(0 < after - before <= hop for before, after in pairwise(first))
    end = first[-1] * windows.FRAME_SAMPLES + windows.WINDOW_SAMPLES
    assert samples - end < windows.FRAME_SAMPLES
    assert len(first) == 1 or end <= samples


@given(st.integers(1, 16_000 * 20_000))
def test_the_hop_stays_between_one_and_five_seconds(samples: int) -> None:
    seconds = windows.choose_hop(samples) * windows.FRAME_SAMPLES / 16_000
    assert 0.99 < seconds < 5.0
