"""What the channels of a recording are to each other: copies, parties of the call, or a room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, share
from models.recording import SAMPLE_RATE, Audio
from transcription.listening.levels import FRAME_S, active, frame_levels, smooth

WINDOW_S = 2.0
SPOKEN_SHARE = 0.25
MOST_WINDOWS = 240
"""Windows whose waveforms are compared: eight minutes of sound say as much as three hours."""
MOST_LAG_S = 0.1
"""A copy may be this late; a longer delay is an echo on a line of its own."""
SMOOTH_FRAMES = 5
SPREAD_PERCENTILES = (2, 98)
COPY_CORRELATION, CODED_CORRELATION = 0.95, 0.5
"""Waveform correlation of a copy, and of one that went through a speech codec: 0.6 to 0.8 measured
for AMR at 12.2 kbit/s and Opus at 16 kbit/s; isolated parties are under 0.05."""
COPY_SPREAD_DB, ROOM_SPREAD_DB = 8.0, 30.0
"""Range of the level difference over speech, simulated: copies up to 7 dB, two microphones in one
room (speakers at 0.3 to 2 m) up to 21, two parties from 32, also with a leak of -6 dB each way."""
ROOM_ENVELOPE = 0.45
"""Envelope correlation from which both channels hear everybody: rooms from 0.63, parties at most
0.3 with a leak of -6 dB each way, and under 0 without."""
RANGE_PERCENTILES = (10, 90)
STEADY_LAG_S, STEADY_DB = 0.001, 3.0
LEAK_ENVELOPE, LEAK_DB = 0.7, 20.0
"""A channel that follows another like this and never outdoes it holds only what leaks into it."""
DOMINATES_DB = 8.0
OWN_S = 0.3
"""Seconds in which a channel must be the louder one to hold anything of its own."""
ENVELOPE_S = 10.0
ENVELOPE_CORRELATED = 0.7
LEAST_FRAMES = 25


class ChannelKind(StrEnum):
    """What the channels are to each other, and with it how they are to be heard."""

    MONO = "mono"
    DUAL_MONO = "dual_mono"
    ONE_SILENT = "one_silent"
    SEPARATE = "separate"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """The numbers that decided on channels `first` and `second`, over frames with speech energy.

    `correlation`: median of the waveform correlation at the best lag (`lag_s` > 0: `second` is
    later); `zero_lag_correlation`: the same at lag 0. `level_difference_db`: median of first less
    second, `spread_db` its range (2nd to 98th percentile). `first_dominates`,
    `second_dominates`: share of frames in which one is louder by 8 dB. `envelope_correlation`:
    of the levels in dB; `envelope_share`: share of 10 s windows in which that is over 0.7.
    `lag_range_s`, `level_range_db`: how far lag and level difference wander between windows of 2 s
    (10th to 90th percentile): a copy's stay, those of people at two microphones do not.
    """

    first: int
    second: int
    correlation: float
    zero_lag_correlation: float
    lag_s: float
    level_difference_db: float
    spread_db: float
    first_dominates: float
    second_dominates: float
    envelope_correlation: float
    envelope_share: float
    lag_range_s: float
    level_range_db: float


@dataclass(frozen=True, slots=True)
class ChannelLayout:
    """What the channels are. `channels` are those to be listened to.

    One channel for MONO, DUAL_MONO and ONE_SILENT; one for each party for SEPARATE; for MIXED
    the channels whose mix is to be diarized. `silent` are channels without sound of their own.
    """

    kind: ChannelKind
    channels: tuple[int, ...]
    silent: tuple[int, ...]
    evidence: tuple[PairEvidence, ...]
    warnings: tuple[str, ...] = ()


def channel_layout(audio: Audio, progress: Progress) -> ChannelLayout:
    """Return what the channels of a recording are to each other, by their sound alone."""
    levels = frame_levels(audio, share(progress, 0.0, 0.5))
    sounding = tuple(c for c in range(audio.channels) if active(levels[:, c]).sum() * FRAME_S >= OWN_S)
    silent = tuple(c for c in range(audio.channels) if c not in sounding)
    if audio.channels == 1 or not sounding:
        progress(1.0)
        return ChannelLayout(ChannelKind.MONO, (0,), silent, ())
    pairs = tuple(combinations(sounding, 2))
    parts = [
        share(progress, 0.5 + 0.5 * n / len(pairs), 0.5 + 0.5 * (n + 1) / len(pairs))
        for n in range(len(pairs))
    ]
    evidence = tuple(compare(audio, levels, i, j, part) for (i, j), part in zip(pairs, parts, strict=True))
    progress(1.0)
    return _decide(sounding, silent, evidence, levels)


def _decide(
    sounding: tuple[int, ...],
    silent: tuple[int, ...],
    evidence: tuple[PairEvidence, ...],
    levels: NDArray[np.float32],
) -> ChannelLayout:
    """Return the layout: copies count once, then what is left is one channel, parties, or a room."""
    kept = _without_copies(sounding, evidence, levels)
    if len(kept) == 1:
        kind = ChannelKind.DUAL_MONO if len(sounding) > 1 else ChannelKind.ONE_SILENT
        return ChannelLayout(kind, kept, silent, evidence, _heard(kept, len(sounding) + len(silent)))
    rooms = [pair for pair in evidence if {pair.first, pair.second} <= set(kept) and _room(pair)]
    kind = ChannelKind.MIXED if rooms else ChannelKind.SEPARATE
    return ChannelLayout(kind, kept, silent, evidence, _heard(kept, len(sounding) + len(silent)))


def _heard(kept: tuple[int, ...], channels: int) -> tuple[str, ...]:
    """Return the warning that names the channels used, for recordings of more than two."""
    if channels <= 2:  # noqa: PLR2004  (a call has two sides: nothing to explain)
        return ()
    names = ", ".join(str(c + 1) for c in kept)
    return (f"The recording has {channels} channels; {names} of them hold sound of their own and were used.",)


def _without_copies(
    sounding: tuple[int, ...], evidence: tuple[PairEvidence, ...], levels: NDArray[np.float32]
) -> tuple[int, ...]:
    """Return the channels left when of each set of copies the loudest is kept."""
    loudness = {c: float(np.percentile(levels[:, c], 95)) for c in sounding}
    same = {frozenset((pair.first, pair.second)) for pair in evidence if _same(pair)}
    kept: list[int] = []
    for channel in sorted(sounding, key=lambda c: (-round(loudness[c]), c)):
        if not any(frozenset((channel, other)) in same for other in kept):
            kept.append(channel)
    return tuple(sorted(kept))


def _same(pair: PairEvidence) -> bool:
    """Return whether one channel is a copy of the other, also weaker, later or coded.

    The lag found for a coded copy wanders, its waveform being another, but not its level.
    """
    steady = pair.lag_range_s <= STEADY_LAG_S
    exact = steady and pair.correlation >= COPY_CORRELATION
    coded = pair.correlation >= CODED_CORRELATION and pair.spread_db < COPY_SPREAD_DB
    return ((exact or coded) and pair.level_range_db <= STEADY_DB) or _leak(pair)


def _leak(pair: PairEvidence) -> bool:
    """Return whether one of the channels holds only what leaks from the other."""
    one_sided = (
        min(pair.first_dominates, pair.second_dominates) == 0 and pair.envelope_correlation >= LEAK_ENVELOPE
    )
    return one_sided and abs(pair.level_difference_db) >= LEAK_DB


def _room(pair: PairEvidence) -> bool:
    """Return whether both channels hear everybody at much the same level."""
    return pair.spread_db < ROOM_SPREAD_DB and pair.envelope_correlation >= ROOM_ENVELOPE


def compare(
    audio: Audio, levels: NDArray[np.float32], first: int, second: int, progress: Progress
) -> PairEvidence:
    """Return the evidence on two channels; `levels` is (20 ms frames, channels) in dBFS."""
    pair = smooth(levels[:, [first, second]], SMOOTH_FRAMES)
    speech = active(pair[:, 0]) | active(pair[:, 1])
    if not speech.any():  # music, steady but for beats too short to be left after smoothing
        speech = ~speech
    difference = pair[speech, 0] - pair[speech, 1]
    low, high = np.percentile(difference, SPREAD_PERCENTILES)
    (best, zero, lag_s), (lag_range, level_range) = _waveforms(audio, speech, first, second, progress)
    envelope, often = _envelopes(pair, speech)
    return PairEvidence(
        first=first,
        second=second,
        correlation=best,
        zero_lag_correlation=zero,
        lag_s=lag_s,
        level_difference_db=float(np.median(difference)),
        spread_db=float(high - low),
        first_dominates=float(np.mean(difference > DOMINATES_DB)),
        second_dominates=float(np.mean(difference < -DOMINATES_DB)),
        envelope_correlation=envelope,
        envelope_share=often,
        lag_range_s=lag_range,
        level_range_db=level_range,
    )


def _envelopes(pair: NDArray[np.float32], speech: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the correlation of the levels, and the share of 10 s windows in which it is over 0.7."""
    width = round(ENVELOPE_S / FRAME_S)
    parts = [
        _correlation(pair[at : at + width][speech[at : at + width]])
        for at in range(0, len(pair), width)
        if speech[at : at + width].sum() >= LEAST_FRAMES
    ]
    return _correlation(pair[speech]), float(np.mean(np.array(parts) > ENVELOPE_CORRELATED)) if parts else 0.0


def _correlation(columns: NDArray[np.float32]) -> float:
    """Return Pearson's correlation of two columns, 0 where one does not vary."""
    centred = columns - columns.mean(axis=0)
    scale = float(np.sqrt(np.prod(np.square(centred).sum(axis=0))))
    return float((centred[:, 0] * centred[:, 1]).sum()) / scale if scale > 0 else 0.0


def _waveforms(
    audio: Audio, speech: NDArray[np.bool_], first: int, second: int, progress: Progress
) -> tuple[tuple[float, float, float], tuple[float, float]]:
    """Return medians and ranges over 2 s windows with speech.

    Medians: correlation at the best lag, at lag 0, that lag in seconds. Ranges: of the lag in
    seconds and of the level difference in dB.
    """
    width = round(WINDOW_S / FRAME_S)
    starts = [at for at in range(0, len(speech), width) if speech[at : at + width].mean() > SPOKEN_SHARE]
    chosen = starts[:: -(-len(starts) // MOST_WINDOWS)] if starts else []
    found: list[tuple[float, float, float, float]] = []
    for number, at in enumerate(chosen, start=1):
        found.append(_aligned(audio, at * FRAME_S, first, second))
        progress(number / len(chosen))
    if not found:
        return (0.0, 0.0, 0.0), (0.0, 0.0)
    table = np.array(found)
    best, zero, lag, _ = np.median(table, axis=0)
    low, high = np.percentile(table[:, 2:], RANGE_PERCENTILES, axis=0)
    lag_range, level_range = high - low
    return (float(best), float(zero), float(lag)), (float(lag_range), float(level_range))


def _aligned(audio: Audio, start_s: float, first: int, second: int) -> tuple[float, float, float, float]:
    """Return the absolute correlation at the best lag and at 0, the lag in s, the level difference in dB.

    An inverted copy is a copy, hence the absolute value.
    """
    end_s = start_s + WINDOW_S
    a = np.diff(audio.window(start_s, end_s, first), prepend=np.float32(0))
    b = np.diff(audio.window(start_s, end_s, second), prepend=np.float32(0))
    powers = float(np.square(a).sum()), float(np.square(b).sum())
    scale = float(np.sqrt(powers[0] * powers[1]))
    if scale == 0:
        return 0.0, 0.0, 0.0, 0.0
    size = 2 * len(a)
    cross = np.abs(np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)) / scale
    most = round(MOST_LAG_S * SAMPLE_RATE)
    near = np.concatenate([cross[-most:], cross[: most + 1]])
    peak = int(near.argmax())
    level = 10 * float(np.log10(powers[0] / powers[1]))
    return float(near[peak]), float(near[most]), (peak - most) / SAMPLE_RATE, level
