"""Several channels that hear the same room, as one."""

from __future__ import annotations

import secrets
from pathlib import Path

import numpy as np

from models.recording import Audio
from transcription.decoding.canonical import Shape, header
from transcription.decoding.decode import open_audio

BLOCK = 1 << 20
"""Frames mixed at once."""


def downmix(audio: Audio, channels: tuple[int, ...], path: Path) -> Audio:
    """Return the mean of some channels as the one channel of a canonical file at `path`.

    The file appears whole or not at all: two stages of one call may make it at the same time.
    """
    frames = audio.samples.shape[0]
    part = path.parent / f".mix-{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            file.write(header(Shape(frames=frames, channels=1)))
            for first in range(0, frames, BLOCK):
                block = audio.samples[first : first + BLOCK, list(channels)]
                file.write(block.mean(axis=1, dtype=np.float32).round().astype("<i2").tobytes())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return open_audio(path)
