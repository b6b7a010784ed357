"""The segmentation network's say in how many voices there are."""

from __future__ import annotations

import numpy as np

from tests.transcription.diarization.factory import PROJECT, voices_near
from transcription.diarization.clustering import FRAME_S, Floats, Pooled, Verdict, find_voices
from transcription.diarization.runs import Runs
from transcription.diarization.witness import Witness


def conversation(locals_: list[int], whose: list[int], voices: Floats) -> tuple[Runs, Pooled]:
    """Return runs of 2 s, two a window, each of a voice and given to a local speaker."""
    number = len(whose)
    position = np.arange(number)
    runs = Runs(
        window=position // 2,
        local=np.array(locals_),
        begin=position % 2 * 200,
        end=position % 2 * 200 + 118,
        tiled=np.ones(number, dtype=np.bool_),
    )
    count = np.full(number, 2.0 / FRAME_S)
    mean = voices[whose]
    return runs, Pooled(count, mean * count[:, None], mean**2 * count[:, None])


VOICES = voices_near(0.68)
WHOSE = [0, 1] * 6


def test_clusters_given_to_one_local_speaker_are_one_voice() -> None:
    runs, pooled = conversation([0, 0] * 6, WHOSE, VOICES)
    witness = Witness.of(runs, pooled, PROJECT)
    assert witness(VOICES, 0, 1) is Verdict.ONE
    assert len(find_voices(pooled, PROJECT, judge=witness).centroids) == 1


def test_clusters_given_to_different_local_speakers_are_two_voices() -> None:
    runs, pooled = conversation([0, 1] * 6, WHOSE, VOICES)
    witness = Witness.of(runs, pooled, PROJECT)
    assert witness(VOICES, 0, 1) is Verdict.TWO
    assert len(find_voices(pooled, PROJECT, judge=witness).centroids) == 2


def test_the_order_of_local_speakers_means_nothing() -> None:
    runs, pooled = conversation([0, 1, 1, 0] * 3, [0, 1] * 6, VOICES)
    assert Witness.of(runs, pooled, PROJECT)(VOICES, 0, 1) is Verdict.TWO


def test_clusters_that_share_no_window_get_no_verdict() -> None:
    runs, pooled = conversation([0, 1] * 6, [0, 0, 1, 1] * 3, VOICES)
    assert Witness.of(runs, pooled, PROJECT)(VOICES, 0, 1) is None


def test_half_and_half_is_no_verdict() -> None:
    runs, pooled = conversation([0, 0, 0, 1] * 3, WHOSE, VOICES)
    assert Witness.of(runs, pooled, PROJECT)(VOICES, 0, 1) is None


def test_voices_far_apart_stay_so_whatever_the_network_says() -> None:
    far = voices_near(0.2)
    runs, pooled = conversation([0, 0] * 6, WHOSE, far)
    assert len(find_voices(pooled, PROJECT, judge=Witness.of(runs, pooled, PROJECT)).centroids) == 2


def test_bounds_of_the_caller_come_before_the_network() -> None:
    runs, pooled = conversation([0, 1] * 6, WHOSE, VOICES)
    judge = Witness.of(runs, pooled, PROJECT)
    assert len(find_voices(pooled, PROJECT, most=1, judge=judge).centroids) == 1


def short_second(locals_: list[int]) -> tuple[Runs, Pooled]:
    """Return a conversation whose second voice says 1.2 s in all."""
    runs, pooled = conversation(locals_, [0] * 11 + [1], voices_near(0.2))
    share = np.append(np.ones(11), 0.6)
    return runs, Pooled(pooled.count * share, pooled.total * share[:, None], pooled.square * share[:, None])


def test_a_call_has_two_sides_where_the_network_hears_another() -> None:
    runs, pooled = short_second([0, 0] * 5 + [0, 1])
    voices = find_voices(pooled, PROJECT, judge=Witness.of(runs, pooled, PROJECT))
    assert len(voices.centroids) == 2


def test_a_short_sound_that_the_network_gives_to_the_only_voice_is_no_second_voice() -> None:
    runs, pooled = short_second([0, 0] * 6)
    voices = find_voices(pooled, PROJECT, judge=Witness.of(runs, pooled, PROJECT))
    assert len(voices.centroids) == 1


def test_one_voice_stays_one_where_the_caller_says_so() -> None:
    runs, pooled = short_second([0, 0] * 5 + [0, 1])
    voices = find_voices(pooled, PROJECT, most=1, judge=Witness.of(runs, pooled, PROJECT))
    assert len(voices.centroids) == 1
