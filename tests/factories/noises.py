"""Speech-like sound made from noise, and recordings made of arrays: for tests of what sound decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recording import SAMPLE_RATE, Audio
from models.transcript import Region

Sound = NDArray[np.float32]


def voice(seconds: float, seed: int) -> Sound:
    """Return noise shaped like speech: a low spectrum, syllables four times a second, level 0.05."""
    rng = np.random.default_rng(seed)
    count = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    shaped = np.fft.irfft(spectrum / (1 + (hertz / 800) ** 2), count)
    knots = rng.uniform(0.02, 1.0, max(round(4 * seconds), 2)) ** 2
    envelope = np.interp(np.arange(count), np.linspace(0, count, len(knots)), knots)
    sound = shaped * envelope
    return (0.05 * sound / np.sqrt(np.mean(sound**2))).astype(np.float32)


def spoken(regions: tuple[Region, ...], seconds: float, channels: int = 2, seed: int = 0) -> Sound:
    """Return (frames, channels) with a voice of its own in every region."""
    result = np.zeros((round(seconds * SAMPLE_RATE), channels), np.float32)
    for number, region in enumerate(regions):
        first = round(region.start * SAMPLE_RATE)
        part = voice(region.duration, seed + number)[: len(result) - first]
        result[first : first + len(part), region.channel] += part
    return result


def delayed(sound: Sound, seconds: float, gain_db: float) -> Sound:
    """Return sound later and weaker, along the first axis."""
    lag = round(seconds * SAMPLE_RATE)
    padded = np.concatenate([np.zeros((lag, *sound.shape[1:]), np.float32), sound])
    return (padded[: len(sound)] * 10 ** (gain_db / 20)).astype(np.float32)


def hiss(shape: tuple[int, ...], level_db: float, seed: int = 99) -> Sound:
    """Return white noise of a level in dBFS."""
    noise = np.random.default_rng(seed).standard_normal(shape) * 10 ** (level_db / 20)
    return noise.astype(np.float32)


def recording(sound: Sound) -> Audio:
    """Return a recording of (frames, channels) or (frames,) in -1..1."""
    columns = sound.reshape(len(sound), -1)
    return Audio(Path("made.wav"), np.clip(np.round(columns * 32768), -32768, 32767).astype(np.int16))
