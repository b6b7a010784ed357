"""Silero fed block by block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.recording import SAMPLE_RATE
from tests.factories import noises
from transcription.engines.silero import Silero
from transcription.listening.speech import FRAME


def test_blocks_give_what_the_whole_gives(sample: Path) -> None:
    sound = noises.recording(sample).window(0, 20, 0)
    silero = Silero()
    whole = np.concatenate(list(silero.probabilities([sound])))

    @settings(max_examples=10, deadline=None)
    @given(st.integers(1, 300))
    def check(frames: int) -> None:
        size = frames * FRAME
        blocks = [sound[i : i + size] for i in range(0, len(sound), size)]
        parts = np.concatenate(list(silero.probabilities(blocks)))
        np.testing.assert_allclose(parts, whole, atol=1e-4)

    check()


def test_one_probability_a_frame(sample: Path) -> None:
    sound = noises.recording(sample).window(0, 20, 0)
    out = np.concatenate(list(Silero().probabilities([sound])))
    assert len(out) == -(-20 * SAMPLE_RATE // FRAME)
    assert 0 <= out.min() <= out.max() <= 1


def test_no_sound_gives_nothing() -> None:
    assert list(Silero().probabilities([])) == []
    assert list(Silero().probabilities([np.zeros(0, np.float32)])) == []


def test_the_fingerprint_names_the_network() -> None:
    assert Silero().fingerprint.startswith("silero@")
    assert Silero().fingerprint == Silero(threads=2).fingerprint
