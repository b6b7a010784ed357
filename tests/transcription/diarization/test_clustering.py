from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transcription.diarization.factory import DIMENSION, PROJECT
from transcription.diarization.clustering import (
    BAND,
    FRAME_S,
    NOISE_S,
    Floats,
    Pooled,
    agglomerate,
    choose_threshold,
    cut,
    find_voices,
)


def stretches(rng: np.random.Generator, voices: Floats, whose: list[int], seconds: list[float]) -> Pooled:
    """Pool stretches whose own variation shrinks with their length as `NOISE_S` says."""
    lengths = np.array(seconds)
    noise = rng.standard_normal((len(whose), DIMENSION)) * np.sqrt(NOISE_S / lengths / DIMENSION)[:, None]
    mean = voices[whose] + noise
    count = lengths / FRAME_S
    return Pooled(count, mean * count[:, None], mean**2 * count[:, None])


def voices_apart(rng: np.random.Generator, number: int) -> Floats:
    """Return unit voices with cosines near 0."""
    axes, _ = np.linalg.qr(rng.standard_normal((DIMENSION, number)))
    return axes.T


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_the_number_of_voices_is_found(seed: int, number: int) -> None:
    rng = np.random.default_rng(seed)
    whose = list(range(number)) * 8
    pooled = stretches(rng, voices_apart(rng, number), whose, list(rng.uniform(1.0, 3.0, len(whose))))
    assert len(find_voices(pooled, PROJECT).centroids) == number


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_order_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pooled = stretches(rng, voices_apart(rng, 3), [0, 1, 2] * 6, list(rng.uniform(0.8, 3.0, 18)))
    straight = find_voices(pooled, PROJECT).centroids
    mixed = find_voices(pooled.take(rng.permutation(18)), PROJECT).centroids
    assert len(straight) == len(mixed)
    assert np.allclose((straight @ mixed.T).max(axis=1), 1.0, atol=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(0, 3))
def test_bounds_are_kept(seed: int, least: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    pooled = stretches(rng, voices_apart(rng, 3), [0, 1, 2] * 6, list(rng.uniform(0.8, 3.0, 18)))
    assert least <= len(find_voices(pooled, PROJECT, least, least + more).centroids) <= least + more


def test_a_ghost_is_no_voice() -> None:
    rng = np.random.default_rng(1)
    pooled = stretches(rng, voices_apart(rng, 3), [0, 1] * 20 + [2], [3.0] * 40 + [1.6])
    assert len(find_voices(pooled, PROJECT).centroids) == 2


def test_one_clear_turn_of_a_third_is_a_voice() -> None:
    rng = np.random.default_rng(1)
    pooled = stretches(rng, voices_apart(rng, 3), [0, 1] * 20 + [2], [3.0] * 40 + [2.6])
    assert len(find_voices(pooled, PROJECT).centroids) == 3


def test_the_only_voice_may_be_short() -> None:
    rng = np.random.default_rng(1)
    assert len(find_voices(stretches(rng, voices_apart(rng, 1), [0], [0.4]), PROJECT).centroids) == 1


def test_what_is_not_finite_is_left_out() -> None:
    rng = np.random.default_rng(1)
    pooled = stretches(rng, voices_apart(rng, 2), [0, 1] * 5, [2.0] * 10)
    pooled.total[3] = np.nan
    voices = find_voices(pooled, PROJECT)
    assert len(voices.centroids) == 2
    assert np.isfinite(voices.centroids).all()


def test_nothing_has_no_voices() -> None:
    nothing = Pooled(np.zeros(0), np.zeros((0, DIMENSION)), np.zeros((0, DIMENSION)))
    assert len(find_voices(nothing, PROJECT).centroids) == 0


def test_similar_voices_are_kept_apart_when_the_recording_says_so() -> None:
    """Two voices with a cosine of 0.65: merged by a fixed distance, parted by the gap."""
    rng = np.random.default_rng(2)
    first, second = voices_apart(rng, 2)
    alike = np.stack((first, 0.65 * first + np.sqrt(1 - 0.65**2) * second))
    pooled = stretches(rng, alike, [0, 1] * 15, [3.0] * 30)
    assert len(find_voices(pooled, PROJECT).centroids) == 2


def test_hours_of_stretches_are_condensed() -> None:
    rng = np.random.default_rng(3)
    pooled = stretches(rng, voices_apart(rng, 3), [0, 1, 2] * 500, [2.5] * 1500)
    assert len(find_voices(pooled, PROJECT).centroids) == 3


def test_a_dendrogram_is_cut_to_any_number() -> None:
    rng = np.random.default_rng(4)
    merges = agglomerate(stretches(rng, voices_apart(rng, 2), [0, 1] * 5, [2.0] * 10), PROJECT)
    assert len(merges) == 9
    assert [cut(merges, 10, number)[1] for number in range(1, 11)] == list(range(1, 11))


@given(st.lists(st.floats(-1, 1.5), max_size=20))
def test_the_threshold_lies_in_the_band(heights: list[float]) -> None:
    falling = np.sort(np.array(heights, dtype=np.float64))[::-1]
    assert BAND[0] < choose_threshold(falling) < BAND[1]


def test_the_threshold_lies_in_the_widest_gap() -> None:
    assert choose_threshold(np.array([0.9, 0.74, 0.72, 0.6, 0.2])) == pytest.approx(0.66)
