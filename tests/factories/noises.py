"""Sounds made for tests: noise, tones, music, and recordings as decoded audio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.recording import SAMPLE_RATE, Audio

Sound = NDArray[np.float64]


def audio_of(*channels: Sound) -> Audio:
    """Return decoded audio with these channels, values in -1..1."""
    samples = np.clip(np.round(np.stack(channels, axis=1) * 32767), -32768, 32767).astype(np.int16)
    return Audio(Path("made.wav"), samples)


def recording(path: Path) -> Audio:
    """Return a 16 kHz recording as decoded audio."""
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    assert rate == SAMPLE_RATE
    return Audio(path, samples)


def clock(seconds: float) -> Sound:
    """Return the time of each sample."""
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def silence(seconds: float) -> Sound:
    """Return digital silence."""
    return np.zeros(round(seconds * SAMPLE_RATE))


def white_noise(seconds: float, level: float = 0.05) -> Sound:
    """Return white noise."""
    return np.random.default_rng(7).standard_normal(round(seconds * SAMPLE_RATE)) * level


def pink_noise(seconds: float, level: float = 0.05) -> Sound:
    """Return noise that falls 3 dB an octave, as rooms and lines do."""
    spectrum = np.fft.rfft(white_noise(seconds, 1.0))
    frequency = np.maximum(np.fft.rfftfreq(round(seconds * SAMPLE_RATE)), 1e-4)
    sound = np.fft.irfft(spectrum / np.sqrt(frequency))
    return np.asarray(sound / sound.std() * level)


def chord(seconds: float) -> Sound:
    """Return a held triad with four partials each."""
    t = clock(seconds)
    partials = [np.sin(2 * np.pi * f * k * t) / k for f in (261.6, 329.6, 392.0) for k in (1, 2, 3, 4)]
    return np.asarray(sum(partials) * 0.05)


def melody(seconds: float) -> Sound:
    """Return struck notes, two a second, that die away: hold music."""
    rng = np.random.default_rng(0)
    sound = silence(seconds)
    for first in range(0, len(sound), SAMPLE_RATE // 2):
        t = clock(0.5)[: len(sound) - first]
        pitch = 220 * 2 ** (rng.choice([0, 3, 5, 7, 10, 12, 15]) / 12)
        note = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 8)) * np.exp(-4 * t) * 0.2
        sound[first : first + len(t)] += note
    return sound


def ringing(seconds: float) -> Sound:
    """Return a North American ringback tone: two seconds in six."""
    t = clock(seconds)
    return np.asarray(0.1 * (np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)) * (t % 6 < 2))


def keys(seconds: float) -> Sound:
    """Return a telephone key pressed every two seconds."""
    t = clock(seconds)
    return np.asarray(0.2 * (np.sin(2 * np.pi * 770 * t) + np.sin(2 * np.pi * 1336 * t)) * (t % 2 < 0.2))


def hum(seconds: float) -> Sound:
    """Return mains hum with all odd harmonics."""
    return np.asarray(0.1 * np.sign(np.sin(2 * np.pi * 50 * clock(seconds))))


def clicks(seconds: float) -> Sound:
    """Return a click every half second."""
    sound = silence(seconds)
    sound[:: SAMPLE_RATE // 2] = 0.8
    return sound


NOT_SPEECH = {
    "silence": silence,
    "white noise": white_noise,
    "pink noise": pink_noise,
    "chord": chord,
    "melody": melody,
    "ringing": ringing,
    "keys": keys,
    "hum": hum,
    "clicks": clicks,
}
