"""A recording: what was handed in, and its decoded sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Sample rate of decoded sound, Hz; every engine here was trained at it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What was handed in: the original's properties, and its name for people."""

    name: str
    duration_s: float
    sample_rate_hz: int
    channels: int
    sha256: str
    container: str
    codec: str


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded sound at `SAMPLE_RATE`, time 0 being the start a player shows.

    `samples` is int16 of shape (frames, channels), memory-mapped from the canonical WAV file
    `path` so that hours of sound cost no memory; read it by the window.
    """

    path: Path
    samples: NDArray[np.int16]

    @property
    def channels(self) -> int:
        """Return the number of channels."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return float(self.samples.shape[0]) / SAMPLE_RATE

    def window(self, start_s: float, end_s: float, channel: int | None = None) -> NDArray[np.float32]:
        """Return float32 (frames,) in -1..1 of one channel, or the mean of all when None.

        Bounds outside the recording are clamped; the result may be empty.
        """
        first = min(max(round(start_s * SAMPLE_RATE), 0), self.samples.shape[0])
        last = min(max(round(end_s * SAMPLE_RATE), first), self.samples.shape[0])
        part = self.samples[first:last].astype(np.float32) / np.float32(32768)
        return part.mean(axis=1, dtype=np.float32) if channel is None else part[:, channel]
