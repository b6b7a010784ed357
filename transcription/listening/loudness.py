"""How loud a channel is over time: its floor, its speech, the gain that suits voice activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.recording import SAMPLE_RATE, Audio

HOP = 160
"""Samples of one level: 10 ms."""
HOP_S = HOP / SAMPLE_RATE
BLOCK_S = 60.0
SILENCE_DB = -90.0
"""Full-scale level at or under which 16-bit sound is nothing but dither."""
TARGET_DB = -38.0
"""Speech level at which Silero v6 tells best. On both isolated channels of a service call the mean
probability over speech was .81 and .69 at -33 to -35 dBFS against .75 and .60 at the recorded -13
to -15, and at -55 false alarms rose threefold."""
MOST_GAIN_DB = 40.0
EDGE_BELOW_SPEECH_DB = 40.0
EDGE_ABOVE_FLOOR_DB = 8.0
CLEAN_DB = 24.0
"""Speech this far above the edge level: the channel is quiet enough for energy to place edges."""
REACH_S = 0.4
"""How far from where voice activity saw it speech may begin; Silero's onsets were up to 0.31 s late."""
UNBROKEN_HOPS = 6
"""Hops of silence inside one sound: the closure of a stop."""
LOST_BELOW_SPEECH_DB = 26.0
LOST_ABOVE_FLOOR_DB = 12.0

Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Loudness:
    """Levels of one channel: `db` (hops,) in dBFS every `HOP_S`, its `floor` and `speech` levels."""

    db: NDArray[np.float32]
    floor: float
    speech: float

    @property
    def sounding(self) -> bool:
        """Return whether there is anything but digital silence."""
        return self.speech > SILENCE_DB

    @property
    def gain(self) -> float:
        """Return the factor that brings speech to the level voice activity likes."""
        return _factor(TARGET_DB - self.speech)

    @property
    def edge(self) -> float | None:
        """Return the level under which a clean channel is not speaking; None on a noisy one."""
        level = max(self.floor + EDGE_ABOVE_FLOOR_DB, self.speech - EDGE_BELOW_SPEECH_DB)
        return level if self.speech - level >= CLEAN_DB else None

    @property
    def lost(self) -> float:
        """Return the level above which sound needs an explanation."""
        return max(self.floor + LOST_ABOVE_FLOOR_DB, self.speech - LOST_BELOW_SPEECH_DB)

    def gain_of(self, span: Stretch) -> float:
        """Return the factor that brings one stretch by itself to the level voice activity likes."""
        part = self.db[round(span[0] / HOP_S) : max(round(span[1] / HOP_S), round(span[0] / HOP_S) + 1)]
        return _factor(TARGET_DB - float(np.percentile(part, 90))) if len(part) else self.gain


def measure(audio: Audio, channel: int) -> Loudness:
    """Return the levels of a channel, read block by block."""
    starts = np.arange(0.0, audio.duration_s, BLOCK_S)
    parts = [_levels(audio.window(float(s), float(s) + BLOCK_S, channel)) for s in starts]
    db = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    alive = db[db > SILENCE_DB]
    if not len(alive):
        return Loudness(db, SILENCE_DB, SILENCE_DB)
    floor = max(float(np.percentile(db, 10)), SILENCE_DB)
    sounding = alive[alive > floor + LOST_ABOVE_FLOOR_DB]
    speech = np.percentile(sounding if len(sounding) * HOP_S >= 1.0 else alive, 90)
    return Loudness(db, floor, float(speech))


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, after last) of every run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def tighten(speech: Sequence[Stretch], loud: Loudness, pause_s: float) -> list[Stretch]:
    """Return speech cut at silences of `pause_s` and more, each part as long as its sound.

    As given where the channel is too noisy for energy to tell.
    """
    if loud.edge is None:
        return list(speech)
    sound = loud.db > loud.edge
    out: list[Stretch] = []
    for stretch, reach in zip(speech, _reach(speech, len(loud.db) * HOP_S), strict=True):
        out += _sounding(sound, stretch, reach, pause_s)
    return out


def _sounding(sound: NDArray[np.bool_], stretch: Stretch, reach: Stretch, pause_s: float) -> list[Stretch]:
    """Return the sounding parts of a stretch, each whole as far as it runs on within `reach`."""
    origin = round(reach[0] / HOP_S)
    low, high = round(stretch[0] / HOP_S), round(stretch[1] / HOP_S)
    unbroken = _bridge(runs(sound[origin : round(reach[1] / HOP_S)]), UNBROKEN_HOPS)
    touching = [(origin + a, origin + b) for a, b in unbroken if origin + b > low and origin + a < high]
    return [(a * HOP_S, b * HOP_S) for a, b in _bridge(touching, round(pause_s / HOP_S))]


def uncovered(found: Sequence[Stretch], loud: Loudness, least_s: float) -> list[Stretch]:
    """Return loud stretches outside `found` with at least `least_s` of loud sound in them."""
    flags = loud.db > loud.lost
    for start, end in found:
        flags[max(round((start - 0.1) / HOP_S), 0) : round((end + 0.1) / HOP_S)] = False
    groups = _bridge(runs(flags), round(0.5 / HOP_S))
    return [(a * HOP_S, b * HOP_S) for a, b in groups if flags[a:b].sum() * HOP_S >= least_s]


def _reach(speech: Sequence[Stretch], duration: float) -> list[Stretch]:
    """Return how far each stretch may grow: `REACH_S`, and at most to the middle of a gap."""
    walls = [-1e9, *[(a[1] + b[0]) / 2 for a, b in pairwise(speech)], 1e9]
    return [
        (max(start - REACH_S, walls[i], 0.0), min(end + REACH_S, walls[i + 1], duration))
        for i, (start, end) in enumerate(speech)
    ]


def _bridge(spans: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Return spans with those less than `gap` apart made one."""
    out: list[tuple[int, int]] = []
    for first, last in spans:
        if out and first - out[-1][1] < gap:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def _levels(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the level in dBFS of every 10 ms; a short last piece counts as it is."""
    padded = np.pad(sound, (0, -len(sound) % HOP)).reshape(-1, HOP)
    power: NDArray[np.float32] = np.square(padded).mean(axis=1, dtype=np.float32)
    db: NDArray[np.float32] = np.float32(10) * np.log10(power + np.float32(1e-12))
    return db


def _factor(gain_db: float) -> float:
    """Return the amplitude factor of a gain, bounded so that a silent channel stays one."""
    return float(10 ** (min(gain_db, MOST_GAIN_DB) / 20))
