"""How steady a sound's spectrum is: tones and held notes stand still, voices never do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WINDOW = 1024
"""Samples of one spectrum: 64 ms, bins 15.6 Hz apart."""
HOP = 256
BAND = slice(8, 220)
"""Bins 125 to 3440 Hz: above mains hum, within the telephone band."""
LOUD_SHARE = 0.1
"""Spectra weaker than this share of the strongest say nothing."""


def steadiness(sound: NDArray[np.float32]) -> float:
    """Return 0..1, the median cosine between spectra 32 ms apart; 0 for silence."""
    padded = np.pad(sound, (0, max(0, WINDOW + 3 * HOP - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1))[:, BAND]
    norm = np.linalg.norm(spectra, axis=1)
    loud = norm[:-2] > norm.max() * LOUD_SHARE
    if not loud.any():
        return 0.0
    products = (spectra[:-2] * spectra[2:]).sum(axis=1)
    cosine = products / np.maximum(norm[:-2] * norm[2:], np.finfo(np.float32).tiny)
    return float(np.median(cosine[loud]))
