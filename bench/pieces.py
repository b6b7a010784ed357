"""Short calls: each another piece of the sample call."""

from __future__ import annotations

import wave
from pathlib import Path

from bench.benchmark import sample

CALLS = 40
SECONDS = 6.0
STEP_S = 0.6
"""Each call begins so much later in the sample call than the one before."""


def cut(folder: Path) -> tuple[Path, ...]:
    """Return short calls, each another piece of the sample call."""
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(sample())) as whole:
        rate, frames = whole.getframerate(), whole.readframes(whole.getnframes())
        width = whole.getsampwidth() * whole.getnchannels()
        paths = []
        for number in range(CALLS):
            begin = round(number * STEP_S * rate) * width
            path = folder / f"call-{number:02d}.wav"
            with wave.open(str(path), "wb") as piece:
                piece.setparams(whole.getparams())
                piece.writeframes(frames[begin : begin + round(SECONDS * rate) * width])
            paths.append(path)
    return tuple(paths)
