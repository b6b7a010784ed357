"""How loud each channel is, every 20 ms, over a whole recording in little memory."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from core.progress import Progress
from models.recording import SAMPLE_RATE, Audio

FRAME_S = 0.02
FRAME = round(FRAME_S * SAMPLE_RATE)
BLOCK_S = 60.0
BAND_HZ = (300, 3400)
"""The telephone band, in which speech is; hum, rumble and hiss outside say nothing of it."""
QUIETEST_DB = -100.0
"""Level of digital silence, dBFS."""


def frame_levels(audio: Audio, progress: Progress) -> NDArray[np.float32]:
    """Return the level (20 ms frames, channels) of the speech band in dBFS; a last part frame is left out."""
    first_bin, last_bin = (round(hz * FRAME_S) for hz in BAND_HZ)
    frames = audio.samples.shape[0] // FRAME
    window = np.hanning(FRAME).astype(np.float32)[:, None]
    scale = np.float32(2 / (FRAME * float(np.square(window).sum())))
    levels = np.empty((frames, audio.channels), np.float32)
    step = round(BLOCK_S / FRAME_S)
    for first in range(0, frames, step):
        last = min(first + step, frames)
        block = audio.samples[first * FRAME : last * FRAME].astype(np.float32) / np.float32(32768)
        spectra = scipy.fft.rfft(block.reshape(last - first, FRAME, audio.channels) * window, axis=1)
        bins = spectra[:, first_bin : last_bin + 1]
        levels[first:last] = to_db((bins.real**2 + bins.imag**2).sum(axis=1) * scale)
        progress(last / frames)
    return levels


def to_db(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 10 log10 of a power, not below `QUIETEST_DB`."""
    return (10 * np.log10(np.maximum(power, 10 ** (QUIETEST_DB / 10)))).astype(np.float32)


def smooth(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return the running mean along the first axis over `width` (odd) frames, ends repeated."""
    pad = [(width // 2, width // 2)] + [(0, 0)] * (values.ndim - 1)
    total = np.cumsum(np.pad(values, pad, mode="edge"), axis=0, dtype=np.float64)
    total[width:] -= total[:-width].copy()
    return (total[width - 1 :] / width).astype(np.float32)


def active(levels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which frames of one channel stand out from its noise: 10 dB over its quiet, and audible."""
    floor = np.percentile(levels, QUIET_PERCENTILE) if levels.size else QUIETEST_DB
    return levels > max(float(floor) + ABOVE_NOISE_DB, AUDIBLE_DB)


QUIET_PERCENTILE = 15
ABOVE_NOISE_DB = 10.0
AUDIBLE_DB = -70.0
"""Under this a channel is silent whatever it holds: 16-bit speech at -70 dBFS is a few steps high."""
