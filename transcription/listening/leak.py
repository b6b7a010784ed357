"""How one channel leaks into another: at which lags, through which filter, and what that leaves.

The lags come from the phase transform of the cross-spectrum (GCC-PHAT, Knapp and Carter 1976),
averaged over windows so that one person's echo stands out and speech that is merely similar does
not. The filter is fitted in each frequency bin over neighbouring frames (convolutive transfer
function, Talmon, Cohen and Gannot 2009), frames weighted by the inverse of what stays unexplained
(as in WPE, Nakatani et al. 2010), so a person speaking over the leak does not bend the fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from models.recording import SAMPLE_RATE, Audio

MOST_LAG_S = 0.5
WINDOW_S, WINDOW_STEP_S = 2.0, 1.0
FFT_SIZE = 1 << 16
LAG_RATE = SAMPLE_RATE // 2
"""Lags are resolved to 1/8000 s: the telephone band ends below 4 kHz."""
BAND_HZ = (300, 3400)
SIGNIFICANT = 7.5
"""Peaks over the spread of all lags; noise reaches about 4.5 over 8000 lags."""
PATH_S = (-0.010, 0.060)
"""How much around a peak one filter covers: two frames before, and the room after it."""
MOST_PATHS = 2
CROSSTALK_S = 0.005
"""Within this lag nothing tells which channel is the source but their levels."""

NFFT, HOP = 512, 160
HOP_S = HOP / SAMPLE_RATE
FIRST_BIN, LAST_BIN = 10, 109
TAPS = 8
ROUNDS = 3
RIDGE = 1e-3


def correlogram(audio: Audio, source: int, target: int, start_s: float, end_s: float) -> NDArray[np.float32]:
    """Return the averaged phase-transform correlation at lags -0.5..0.5 s, unscaled sum over windows.

    A peak at a positive lag says that `target` repeats `source` that much later.
    """
    low, high = (round(hz * FFT_SIZE / SAMPLE_RATE) for hz in BAND_HZ)
    total = np.zeros(FFT_SIZE // 4 + 1, np.complex64)
    for at in np.arange(start_s, max(end_s - WINDOW_S / 2, start_s + HOP_S), WINDOW_STEP_S):
        first = scipy.fft.rfft(audio.window(at, at + WINDOW_S, source), FFT_SIZE)[low:high]
        second = scipy.fft.rfft(audio.window(at, at + WINDOW_S, target), FFT_SIZE)[low:high]
        cross = np.conj(first) * second
        size = np.abs(cross)
        total[low:high] += np.divide(cross, size, out=np.zeros_like(cross), where=size > 0)
    lags = scipy.fft.irfft(total, FFT_SIZE // 2)
    most = round(MOST_LAG_S * LAG_RATE)
    return np.concatenate([lags[-most:], lags[: most + 1]]).astype(np.float32)


def peaks(correlation: NDArray[np.float32]) -> tuple[float, ...]:
    """Return the lags, in seconds, that stand out from a correlogram, the strongest first."""
    most = (len(correlation) - 1) // 2
    spread = 1.4826 * float(np.median(np.abs(correlation)))
    left = np.abs(correlation)
    found: list[float] = []
    while spread > 0 and len(found) < 2 * MOST_PATHS and left.max() > SIGNIFICANT * spread:
        peak = int(left.argmax())
        found.append((peak - most) / LAG_RATE)
        reach = round(PATH_S[1] * LAG_RATE)
        left = left.copy()
        left[max(peak - reach, 0) : peak + reach] = 0
    return tuple(found)


def causal(lags: tuple[float, ...]) -> tuple[float, ...]:
    """Return the lags at which the target can repeat the source: a leak is never early."""
    return tuple(lag for lag in lags if lag > -CROSSTALK_S)[:MOST_PATHS]


def is_crosstalk(lags: tuple[float, ...]) -> bool:
    """Return whether a leak is too prompt to tell by its lag which channel is the source."""
    return any(abs(lag) <= CROSSTALK_S for lag in lags)


@dataclass(frozen=True, slots=True)
class Explained:
    """Power in the speech band every 10 ms, relative to the target's own mean spectrum.

    `target`: what is on the channel; `leaked`: the part predicted from the other channel; `rest`:
    what the prediction leaves; `source`: the other channel at the lag of the leak.
    """

    target: NDArray[np.float32]
    leaked: NDArray[np.float32]
    rest: NDArray[np.float32]
    source: NDArray[np.float32]


def explain(
    audio: Audio, source: int, target: int, lags: tuple[float, ...], start_s: float, end_s: float
) -> Explained:
    """Return what of `target` in `start_s`..`end_s` the sound of `source` explains at these lags."""
    margin = MOST_LAG_S + 0.1
    frames = max(int((end_s - start_s) / HOP_S), 1)
    heard = _stft(_span(audio, target, start_s, frames))
    before = round(margin / HOP_S)
    other = _stft(_span(audio, source, start_s - before * HOP_S, frames + 2 * before))
    white = np.sqrt(np.mean(np.abs(heard) ** 2, axis=0)) + np.float32(1e-8)
    heard, other = heard / white, other / white
    delays = _delays(lags)
    stack = np.stack([other[before - d : before - d + frames] for d in delays], axis=-1)
    predicted = _fit(stack, heard, crosstalk=is_crosstalk(lags))
    main = round(lags[0] / HOP_S) if lags else 0
    return Explained(
        target=_power(heard),
        leaked=_power(predicted),
        rest=_power(heard - predicted),
        source=_power(other[before - main : before - main + frames]),
    )


def _delays(lags: tuple[float, ...]) -> tuple[int, ...]:
    """Return the delays, in frames, of all filters over the lags."""
    firsts = (int(np.floor((lag + PATH_S[0]) / HOP_S)) for lag in lags)
    return tuple(sorted({first + tap for first in firsts for tap in range(TAPS)}))


def _span(audio: Audio, channel: int, start_s: float, frames: int) -> NDArray[np.float32]:
    """Return the samples of `frames` STFT frames from `start_s`, zeros outside the recording."""
    first = round(start_s * SAMPLE_RATE) - (NFFT - HOP) // 2
    wanted = (frames - 1) * HOP + NFFT
    result = np.zeros(wanted, np.float32)
    begin, end = max(first, 0), min(first + wanted, audio.samples.shape[0])
    if begin < end:
        result[begin - first : end - first] = audio.samples[begin:end, channel] / np.float32(32768)
    return result


def _stft(samples: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Return the spectra (frames, bins) of the telephone band, 32 ms windows every 10 ms."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, NFFT)[::HOP]
    spectra: NDArray[np.complex64] = scipy.fft.rfft(windows * np.hanning(NFFT).astype(np.float32), axis=1)
    return spectra[:, FIRST_BIN : LAST_BIN + 1]


def _power(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Return the mean power over bins, by frame."""
    power: NDArray[np.float32] = (spectra.real**2 + spectra.imag**2).mean(axis=1)
    return power


def _fit(
    stack: NDArray[np.complex64], heard: NDArray[np.complex64], *, crosstalk: bool
) -> NDArray[np.complex64]:
    """Return the prediction of `heard` (frames, bins) from `stack` (frames, bins, taps).

    For crosstalk only frames in which the source is the louder one teach the filter: at lag 0 the
    leak of the target into the source would fit just as well.
    """
    columns = np.ascontiguousarray(stack.transpose(1, 0, 2))
    goal = np.ascontiguousarray(heard.T)[..., None]
    rest = _power(heard)
    usable = _power(stack[..., stack.shape[2] // 4]) > rest if crosstalk else np.ones(len(rest), np.bool_)
    predicted = np.zeros_like(goal)
    for _ in range(ROUNDS):
        weight = (usable / np.maximum(rest, 1e-3)).astype(np.float32)
        weighted = (columns * weight[None, :, None]).conj().transpose(0, 2, 1)
        normal = weighted @ columns
        ridge = RIDGE * np.trace(normal, axis1=1, axis2=2).real / normal.shape[1] + 1e-9
        normal += ridge[:, None, None] * np.eye(normal.shape[1], dtype=np.complex64)
        predicted = columns @ np.linalg.solve(normal, weighted @ goal)
        rest = _power((goal - predicted)[..., 0].T)
    return predicted[..., 0].T
