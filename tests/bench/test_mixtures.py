from __future__ import annotations

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import formats
from bench.mixtures import Clip, Plan, clip, first, load_clips, mix, save, speech_spans
from core.errors import Rejected
from models.recording import SAMPLE_RATE
from models.transcript import Turn


def tone(*parts: tuple[float, bool], hz: float = 300.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return sound that is a tone where a part (seconds, voiced) says so, near silence elsewhere."""
    pieces = [
        np.sin(2 * np.pi * hz * np.arange(round(s * SAMPLE_RATE)) / SAMPLE_RATE) * (0.3 if on else 1e-4)
        for s, on in parts
    ]
    return np.concatenate(pieces).astype(np.float32)


def clips() -> tuple[Clip, ...]:
    return tuple(
        clip(speaker, tone((0.2, False), (length, True), (0.2, False), hz=hz))
        for speaker, hz in (("a", 200.0), ("b", 330.0), ("c", 440.0))
        for length in (1.0, 2.0)
    )


def test_spans_are_where_there_is_sound_and_short_pauses_are_kept() -> None:
    sound = tone((0.5, False), (1.0, True), (0.2, False), (0.5, True), (0.6, False), (1.0, True))
    assert np.allclose(speech_spans(sound), [(0.5, 2.2), (2.8, 3.8)], atol=0.02)
    assert speech_spans(np.zeros(0, dtype=np.float32)) == ()


def test_the_noise_of_a_clip_is_not_speech() -> None:
    sound = tone((0.5, False), (2.0, True), (0.5, False))
    loud = float(np.sqrt(np.mean(np.square(sound[SAMPLE_RATE : 2 * SAMPLE_RATE]))))
    noise = np.random.default_rng(0).standard_normal(len(sound), dtype=np.float32)
    for below_db in (22, 28, 33):
        noisy = sound + noise * np.float32(loud * 10 ** (-below_db / 20))
        assert np.allclose(speech_spans(noisy), [(0.5, 2.5)], atol=0.04)


def test_turns_are_where_the_mixture_has_sound() -> None:
    made = mix(clips(), Plan(seconds=30.0, seed=3))
    mono = made.samples[:, 0]
    spans = speech_spans(mono)
    voiced = sum(end - start for start, end in spans)
    assert {t.speaker for t in made.turns} == {"a", "b"}
    assert sum(t.duration for t in made.turns) == pytest.approx(voiced, rel=0.15)
    outside = np.ones(len(mono), dtype=bool)
    for turn in made.turns:
        outside[round(turn.start * SAMPLE_RATE) : round(turn.end * SAMPLE_RATE) + 1] = False
    assert np.abs(mono[outside]).max() < 1e-3


def test_the_same_seed_gives_the_same_samples() -> None:
    plan = Plan(seconds=10.0, overlap=0.5, noise_db=-60.0, seed=7)
    one, other = mix(clips(), plan), mix(clips(), plan)
    assert np.array_equal(one.samples, other.samples)
    assert one.turns == other.turns
    assert mix(clips(), Plan(seconds=10.0, seed=8)).turns != mix(clips(), Plan(seconds=10.0, seed=7)).turns


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 0.5, 1.0]), st.integers(1, 3))
def test_nobody_overlaps_themself_and_turns_stay_inside(seed: int, overlap: float, speakers: int) -> None:
    made = mix(clips(), Plan(seconds=12.0, speakers=speakers, overlap=overlap, seed=seed))
    for name in {t.speaker for t in made.turns}:
        mine = sorted((t for t in made.turns if t.speaker == name), key=lambda t: t.start)
        assert all(before.end <= after.start for before, after in itertools.pairwise(mine))
    assert all(0 <= t.start < t.end <= 12.0 for t in made.turns)
    if not overlap:
        everybody = sorted(made.turns, key=lambda t: t.start)
        assert all(a.end <= b.start for a, b in itertools.pairwise(everybody))


def test_two_channels_keep_the_sides_apart_or_bleed() -> None:
    apart = mix(clips(), Plan(seconds=20.0, channels=2))
    left = next(t for t in apart.turns if t.speaker == "a")
    inside = slice(round(left.start * SAMPLE_RATE), round(left.end * SAMPLE_RATE))
    assert not apart.samples[inside, 1].any()
    bled = mix(clips(), Plan(seconds=20.0, channels=2, bleed_db=-20.0))
    ratio = np.abs(bled.samples[inside, 1]).max() / np.abs(bled.samples[inside, 0]).max()
    assert ratio == pytest.approx(0.1, rel=0.01)


def test_a_beginning_is_cut_with_its_turns() -> None:
    made = mix(clips(), Plan(seconds=20.0))
    half = first(made, 10.0)
    assert len(half.samples) == 10 * SAMPLE_RATE
    assert max(t.end for t in half.turns) <= 10.0
    assert half.turns[0] == made.turns[0]


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    made = mix(clips(), Plan(seconds=5.0, channels=2))
    path = save(made, tmp_path / "new", "call")
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (
            SAMPLE_RATE,
            2,
            5 * SAMPLE_RATE,
        )
    turns = formats.rttm(tmp_path / "new" / "call.rttm")
    assert [t.speaker for t in turns] == [t.speaker for t in made.turns]
    assert np.allclose([(t.start, t.end) for t in turns], [(t.start, t.end) for t in made.turns], atol=0.002)


def test_too_few_speakers_and_no_clips_are_said(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="have 3 speakers"):
        mix(clips(), Plan(seconds=5.0, speakers=4))
    with pytest.raises(Rejected, match="No clips"):
        load_clips(tmp_path)


def test_clips_are_read_with_their_speakers(tmp_path: Path) -> None:
    made = first(mix(clips(), Plan(seconds=5.0, speakers=1)), 3.0)
    save(made, tmp_path, "1688-142285-0000")
    (loaded,) = load_clips(tmp_path)
    assert loaded.speaker == "1688"
    assert loaded.duration_s == pytest.approx(3.0)


@pytest.mark.shared
def test_real_clips_make_a_conversation(shared: Path) -> None:
    real = load_clips(shared / "audio" / "speakers")
    assert len({c.speaker for c in real}) == 10
    made = mix(real, Plan(seconds=60.0, speakers=4, overlap=0.3))
    talk = sum(t.duration for t in made.turns)
    assert 40.0 < talk < 80.0
    assert isinstance(made.turns[0], Turn)
