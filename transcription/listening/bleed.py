"""Speech that is only the other side leaking in is taken out of a channel, by its sound alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, ignore, share
from models.recording import Audio
from models.transcript import Region
from transcription.listening.leak import HOP_S, Explained, causal, correlogram, explain, is_crosstalk, peaks

BLOCK_S = 30.0
"""Lags and filters are fitted anew for each block: jitter buffers and loudspeakers change."""
SMOOTH_FRAMES = 7
NOISE_PERCENTILE = 10
LOUDER = 4.0
"""Power over the noise from which a frame counts; below it nothing can be told."""
MISFIT_MARGIN = 3.0
LEAST_MISFIT, MOST_MISFIT = 0.15, 0.8
"""Share of the predicted leak that may stay over before somebody is speaking: what the fit itself
leaves (a codec or loudspeaker bends the leak) with a margin, but never as much as the leak."""
EVIDENCE = 0.25
MOST_EVIDENCE = 0.75
SWITCH = 3.0
"""Cost of going from leak to speech and back, in units of `EVIDENCE` a frame: 40 ms of the
clearest frames, or 120 ms of frames that are out by a factor of e."""
PAD_S = 0.06
"""Kept on both sides of real speech, whose onsets are weak."""
LEAST_CUT_S, LEAST_KEPT_S = 0.2, 0.1


@dataclass(frozen=True, slots=True)
class Leak:
    """One side heard on the other's channel: `lag_s` later, `gain_db` weaker, `seconds` cut out."""

    source: int
    target: int
    lag_s: float
    gain_db: float
    seconds: float


@dataclass(frozen=True, slots=True)
class BleedResult:
    """Speech without the other side's leak. `share` is that of the speech time removed, 0..1."""

    speech: tuple[Region, ...]
    removed: tuple[Region, ...]
    share: float
    leaks: tuple[Leak, ...]


def suppress_bleed(audio: Audio, speech: tuple[Region, ...], progress: Progress = ignore) -> BleedResult:
    """Return the speech regions of each channel less what the other channels' sound explains.

    A person who speaks while the other side leaks in keeps the region. Regions without any leak
    come back unchanged. A leak is later than its source, or within 5 ms and weaker.
    """
    channels = sorted({region.channel for region in speech})
    kept, removed, leaks = speech, [], []
    pairs = list(permutations(channels, 2))
    for number, (source, target) in enumerate(pairs):
        part = share(progress, number / len(pairs), (number + 1) / len(pairs))
        cuts, leak = _cuts(audio, source, target, kept, part)
        kept = tuple(piece for region in kept for piece in _without(region, cuts))
        removed.extend(cuts)
        leaks.extend(leak)
    total = sum(region.duration for region in speech)
    gone = sum(region.duration for region in removed)
    order = sorted(kept, key=lambda r: (r.start, r.channel))
    progress(1.0)
    return BleedResult(
        tuple(order),
        tuple(sorted(removed, key=lambda r: r.start)),
        gone / total if total else 0.0,
        tuple(leaks),
    )


def _cuts(
    audio: Audio, source: int, target: int, speech: tuple[Region, ...], progress: Progress
) -> tuple[list[Region], list[Leak]]:
    """Return what `source` explains of the speech on `target`, and the leak it came by, if any."""
    mine = [region for region in speech if region.channel == target]
    starts = [at for at in np.arange(0.0, audio.duration_s, BLOCK_S) if _overlap(mine, at, at + BLOCK_S)]
    tables = []
    for number, at in enumerate(starts, start=1):
        tables.append(correlogram(audio, source, target, at, min(at + BLOCK_S, audio.duration_s)))
        progress(0.5 * number / len(starts))
    everywhere = causal(peaks(np.sum(tables, axis=0))) if tables else ()
    cuts: list[Region] = []
    gains: list[float] = []
    lags: list[float] = []
    for number, (at, table) in enumerate(zip(starts, tables, strict=True), start=1):
        here = causal(peaks(table)) or everywhere
        end = min(at + BLOCK_S, audio.duration_s)
        if here:
            found = explain(audio, source, target, here, at, end)
            new = _leaked_regions(found, mine, at, end, target, crosstalk=is_crosstalk(here))
            cuts.extend(new)
            if new:
                lags.append(here[0])
                gains.append(_gain_db(found))
        progress(0.5 + 0.5 * number / len(starts))
    if not cuts:
        return [], []
    seconds = sum(cut.duration for cut in cuts)
    return cuts, [Leak(source, target, float(np.median(lags)), float(np.median(gains)), seconds)]


def _overlap(regions: list[Region], start: float, end: float) -> bool:
    """Return whether any region touches `start`..`end`."""
    return any(region.start < end and region.end > start for region in regions)


def _gain_db(found: Explained) -> float:
    """Return how much weaker the leak is than its source, in dB."""
    return float(10 * np.log10((found.leaked.sum() + 1e-12) / (found.source.sum() + 1e-12)))


def _leaked_regions(
    found: Explained, mine: list[Region], start: float, end: float, channel: int, *, crosstalk: bool
) -> list[Region]:
    """Return the parts of the regions inside `start`..`end` that are leak."""
    evidence = _evidence(found, crosstalk=crosstalk)
    cuts: list[Region] = []
    for region in mine:
        first = max(round((region.start - start) / HOP_S), 0)
        last = min(round((region.end - start) / HOP_S), len(evidence))
        if first >= last:
            continue
        bounds = Region(max(region.start, start), min(region.end, end), channel)
        leak = best_states(evidence[first:last])
        cuts.extend(_cut(leak, start + first * HOP_S, bounds))
    return cuts


def _evidence(found: Explained, *, crosstalk: bool) -> NDArray[np.float64]:
    """Return by frame how much speaks for leak (> 0) or for somebody speaking (< 0)."""
    noise = float(np.percentile(found.target, NOISE_PERCENTILE))
    leaked, rest, whole = (_smooth(p) for p in (found.leaked, found.rest, found.target))
    over = np.maximum(rest - 2 * noise, 1e-9)
    told = whole > LOUDER * noise
    sure = told & (leaked > LOUDER * noise)
    misfit = float(np.median(over[sure] / leaked[sure])) if sure.any() else 1.0
    most = min(max(MISFIT_MARGIN * misfit, LEAST_MISFIT), MOST_MISFIT)
    odds = np.log(most * np.maximum(leaked, 1e-9) / over)
    if crosstalk:
        odds = np.where(_smooth(found.source) > whole, odds, -1.0)
    return np.where(told, np.clip(EVIDENCE * odds, -MOST_EVIDENCE, MOST_EVIDENCE), 0.0)


def _smooth(power: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the running mean over 70 ms."""
    return np.convolve(power, np.ones(SMOOTH_FRAMES) / SMOOTH_FRAMES, mode="same")


def best_states(evidence: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return by frame whether it is leak: the most likely run of states with a cost for each change.

    Viterbi over two states; frames of which nothing can be told (0) go with their neighbours, a
    tie with speech.
    """
    speech, leak = 0.0, 0.0
    came_from = np.zeros((len(evidence), 2), np.bool_)
    for frame, value in enumerate(evidence):
        to_speech, to_leak = leak - SWITCH > speech, speech - SWITCH > leak
        came_from[frame] = to_speech, not to_leak
        speech, leak = (
            (leak - SWITCH if to_speech else speech) - value,
            (speech - SWITCH if to_leak else leak) + value,
        )
    states = np.zeros(len(evidence), np.bool_)
    state = leak > speech
    for frame in range(len(evidence) - 1, -1, -1):
        states[frame] = state
        state = bool(came_from[frame, int(state)])
    return states


def _cut(leak: NDArray[np.bool_], start: float, bounds: Region) -> list[Region]:
    """Return the runs of leak in one region, less the padding of real speech beside them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], leak, [False]])))
    cuts: list[Region] = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        begin = bounds.start if first == 0 else start + first * HOP_S + PAD_S
        end = bounds.end if last == len(leak) else start + last * HOP_S - PAD_S
        if end - begin >= min(LEAST_CUT_S, bounds.duration):
            cuts.append(Region(begin, end, bounds.channel))
    return cuts


def _without(region: Region, cuts: list[Region]) -> tuple[Region, ...]:
    """Return what is left of a region; leftovers under 0.1 s go with what was cut."""
    pieces = [region]
    for cut in cuts:
        if cut.channel == region.channel:
            pieces = [part for piece in pieces for part in _split(piece, cut)]
    return tuple(piece for piece in pieces if piece == region or piece.duration >= LEAST_KEPT_S)


def _split(piece: Region, cut: Region) -> tuple[Region, ...]:
    """Return the parts of a region outside another."""
    if cut.end <= piece.start or cut.start >= piece.end:
        return (piece,)
    left = Region(piece.start, cut.start, piece.channel)
    right = Region(cut.end, piece.end, piece.channel)
    return tuple(part for part in (left, right) if part.duration > 0)
