from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transcription.diarization.runs import LONGEST_FRAMES, find_runs

FRAMES = 100


def active(*spans: tuple[int, int, int]) -> np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]:
    out = np.zeros((1, FRAMES, 3), dtype=np.bool_)
    for local, begin, end in spans:
        out[0, begin:end, local] = True
    return out


def found(heard: np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]) -> list[tuple[int, int, int]]:
    runs = find_runs(heard, np.array([0]))
    return list(zip(runs.local.tolist(), runs.begin.tolist(), runs.end.tolist(), strict=True))


def test_a_short_pause_does_not_end_a_run() -> None:
    assert found(active((1, 10, 30), (1, 35, 50))) == [(1, 10, 50)]


def test_a_pause_in_which_somebody_speaks_does() -> None:
    assert found(active((1, 10, 30), (0, 31, 34), (1, 35, 50))) == [(0, 31, 34), (1, 10, 30), (1, 35, 50)]


def test_overlap_is_in_no_run() -> None:
    assert found(active((0, 10, 40), (1, 30, 60))) == [(0, 10, 30), (1, 40, 60)]


def test_silence_has_no_runs() -> None:
    assert len(find_runs(active(), np.array([0]))) == 0


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_tiled_runs_show_each_moment_once(seed: int, windows: int) -> None:
    starts = np.arange(windows) * 200
    heard = np.zeros((windows, 589, 3), dtype=np.bool_)
    length = int(starts[-1]) + 589
    speaking = np.random.default_rng(seed).random(length // 30 + 1).repeat(30)[:length] > 0.4
    for window, start in enumerate(starts):
        heard[window, :, window % 3] = speaking[start : start + 589]
    runs = find_runs(heard, starts)
    times = np.zeros(length, dtype=int)
    for index in np.nonzero(runs.tiled)[0]:
        first = int(starts[runs.window[index]])
        times[first + int(runs.begin[index]) : first + int(runs.end[index])] += 1
    assert times.max(initial=0) <= 1
    assert (times[speaking] == 1).all()
    assert int((runs.end - runs.begin).max(initial=0)) <= LONGEST_FRAMES
