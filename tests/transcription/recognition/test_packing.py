"""Windows: all speech, nothing twice, never too long, times that map back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.transcript import Region
from tests.factories import noises
from transcription.recognition.packing import Packing, Window, even_batches, pack

AUDIO = noises.audio_of(noises.white_noise(400.0), noises.white_noise(400.0))
PACKING = Packing(longest_s=28.0, pad_s=0.3)


@st.composite
def speech(draw: st.DrawFn) -> tuple[Region, ...]:
    """Return regions of two channels, apart, within the recording."""
    regions: list[Region] = []
    for channel in (0, 1):
        time = draw(st.floats(0, 5))
        for _ in range(draw(st.integers(0, 12))):
            start = time + draw(st.floats(0.25, 12))
            end = start + draw(st.floats(0.1, 70) | st.floats(0.1, 3))
            if end >= 400:
                break
            regions.append(Region(start, end, channel))
            time = end
    return tuple(regions)


@settings(deadline=None, max_examples=40)
@given(speech())
def test_windows_hold_all_speech_once_and_fit(regions: tuple[Region, ...]) -> None:
    windows = pack(AUDIO, regions, PACKING)
    assert all(window.duration <= 28.0 + 1e-6 for window in windows)
    for channel in (0, 1):
        own = [window for window in windows if window.channel == channel]
        pieces = [piece for window in own for piece in window.pieces]
        assert all(a.end <= b.start + 1e-9 for a, b in pairwise(pieces))
        for region in (r for r in regions if r.channel == channel):
            held = sum(max(0.0, min(p.end, region.end) - max(p.start, region.start)) for p in pieces)
            assert abs(held - region.duration) < 1e-6
        total = sum(window.speech_s for window in own)
        assert abs(total - sum(r.duration for r in regions if r.channel == channel)) < 1e-6


@settings(deadline=None, max_examples=40)
@given(speech(), st.floats(0, 1), st.floats(0, 2))
def test_times_map_back_into_the_window(regions: tuple[Region, ...], share: float, length: float) -> None:
    for window in pack(AUDIO, regions, PACKING):
        at = share * window.duration
        start, end = window.place(at, min(at + length, window.duration))
        assert window.start - 1e-6 <= start <= end <= window.end + 1e-6
        assert any(p.start - 1e-6 <= start and end <= p.end + 1e-6 for p in window.pieces)


@settings(deadline=None, max_examples=10)
@given(speech())
def test_the_sound_is_as_long_as_the_window_says(regions: tuple[Region, ...]) -> None:
    for window in pack(AUDIO, regions, PACKING):
        assert abs(len(window.sound(AUDIO)) / 16_000 - window.duration) < 0.001 * len(window.pieces)


def test_cuts_fall_into_the_longest_pause() -> None:
    regions = (Region(0.5, 10), Region(10.3, 18), Region(20, 27), Region(27.3, 34))
    windows = pack(AUDIO, regions, PACKING)
    assert [len(window.speech) for window in windows] == [2, 2]


def test_unbroken_speech_is_cut_where_it_is_quietest() -> None:
    sound = noises.white_noise(60.0)
    sound[22 * 16_000 : 22 * 16_000 + 6_400] *= 0.01
    windows = pack(noises.audio_of(sound), (Region(0.0, 40.0),), PACKING)
    assert abs(windows[0].end - 22.2) < 0.2


def test_long_silence_is_cut_out_and_short_kept() -> None:
    windows = pack(AUDIO, (Region(1, 3), Region(3.5, 5), Region(19, 22)), PACKING)
    assert [(round(p.start, 2), round(p.end, 2)) for p in windows[0].pieces] == [(0.7, 5.3), (18.7, 22.3)]


def test_a_pause_may_be_kept_from_joining() -> None:
    windows = pack(AUDIO, (Region(1, 3), Region(4, 5)), Packing(28.0, 0.3, joined_s=0.6))
    assert len(windows) == 2


def test_a_word_over_a_cut_stays_on_one_side() -> None:
    window = Window((Region(10, 12), Region(20, 22)), (Region(10, 12), Region(20, 22)))
    assert window.place(1.8, 2.1) == (11.8, 12.0)
    assert window.place(1.95, 2.4) == (20.0, 20.4)
    assert np.isclose(window.duration, 4.0)


@given(st.integers(0, 300), st.integers(1, 20), st.integers(1, 8))
def test_batches_hold_every_window_once_and_are_even(count: int, most: int, parallel: int) -> None:
    windows = [Window((Region(i, i + 1.0),), ()) for i in range(count)]
    batches = even_batches(windows, most, parallel)
    assert sorted(window.start for batch in batches for window in batch) == list(range(count))
    sizes = [len(batch) for batch in batches]
    assert max(sizes, default=0) <= most
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert len(batches) % parallel == 0 or len(batches) == count


def test_the_first_batches_are_of_the_whole_recording() -> None:
    windows = [Window((Region(i, i + 1.0),), ()) for i in range(100)]
    first, second, *_ = even_batches(windows, 8, 2)
    starts = [window.start for window in (*first, *second)]
    assert starts == sorted(starts)
    assert starts[0] < 10
    assert starts[-1] >= 90
    assert max(b - a for a, b in pairwise(starts)) < 10
