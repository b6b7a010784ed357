"""Several channels that hear the same room, as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.recording import Audio
from transcription.decoding.canonical import Shape, header
from transcription.decoding.decode import open_audio

BLOCK = 1 << 20
"""Frames mixed at once."""


def downmix(audio: Audio, channels: tuple[int, ...], path: Path) -> Audio:
    """Return the mean of some channels as the one channel of a canonical file at `path`."""
    frames = audio.samples.shape[0]
    with path.open("wb") as file:
        file.write(header(Shape(frames=frames, channels=1)))
        for first in range(0, frames, BLOCK):
            block = audio.samples[first : first + BLOCK, list(channels)]
            file.write(block.mean(axis=1, dtype=np.float32).round().astype("<i2").tobytes())
    return open_audio(path)
