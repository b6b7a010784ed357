"""Speech regions packed into the windows a recogniser decodes, and times mapped back.

A window is a few pieces of one channel laid end to end: long silences between them are cut out,
since a recogniser that reads 30 s at a time pays for silence and invents words in it. Measured with
Whisper base on 16 clips: keeping up to 2 s of silence, or windows of 20 or 15 s, made no better text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from models.recording import SAMPLE_RATE, Audio
from models.transcript import Region

QUIET_S = 0.2
"""Span over which loudness is averaged to find the quietest point of unbroken speech."""
HURRIED_CUT = 0.9
"""What cutting at no pause at all costs, in windows; a cut at `CALM_S` of silence is free."""
CALM_S = 1.0
UNEVEN = 0.2
"""What a full window costs more than an empty one, so that windows come out even."""

Cut = Callable[[Region], float]


@dataclass(frozen=True, slots=True)
class Packing:
    """How windows are made, all in seconds.

    Longest window, sound kept around speech, longest pause inside a window.
    """

    longest_s: float
    pad_s: float
    joined_s: float = inf


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of one channel in time order, decoded together; `speech` is what voice activity saw."""

    pieces: tuple[Region, ...]
    speech: tuple[Region, ...]

    @property
    def channel(self) -> int:
        """Return the channel all pieces are of."""
        return self.pieces[0].channel

    @property
    def start(self) -> float:
        """Return where the window begins in the recording."""
        return self.pieces[0].start

    @property
    def end(self) -> float:
        """Return where the window ends in the recording."""
        return self.pieces[-1].end

    @property
    def duration(self) -> float:
        """Return the seconds of sound in the window."""
        return sum(piece.duration for piece in self.pieces)

    @property
    def speech_s(self) -> float:
        """Return the seconds of speech in the window."""
        return sum(region.duration for region in self.speech)

    def within_speech(self, start: float, end: float, slack_s: float) -> tuple[float, float] | None:
        """Return the part of a span that lies in speech or `slack_s` around it, None where nothing does.

        A span over a pause belongs to the region that holds more of it: an aligner stretches the
        last word before a pause, or the first after it, over the pause.
        """
        held = [
            (min(end, r.end) - max(start, r.start), max(start, r.start - slack_s), min(end, r.end + slack_s))
            for r in self.speech
        ]
        best = max(held, key=lambda h: h[0])
        return (best[1], best[2]) if best[0] >= -slack_s and best[1] <= best[2] else None

    def sound(self, audio: Audio) -> NDArray[np.float32]:
        """Return the sound of the pieces end to end, float32 (frames,)."""
        return np.concatenate([audio.window(p.start, p.end, p.channel) for p in self.pieces])

    def place(self, start: float, end: float) -> tuple[float, float]:
        """Return the recording's times of a span of the window's sound.

        A span over a cut belongs to the piece that holds more of it and does not leave it.
        """
        offsets = [0.0, *accumulate(piece.duration for piece in self.pieces)]
        held = [min(end, b) - max(start, a) for a, b in pairwise(offsets)]
        index = max(range(len(held)), key=held.__getitem__)
        piece, shift = self.pieces[index], self.pieces[index].start - offsets[index]
        first = min(max(start + shift, piece.start), piece.end)
        return first, min(max(end + shift, first), piece.end)


def pack(audio: Audio, speech: Sequence[Region], packing: Packing) -> tuple[Window, ...]:
    """Return windows over all of `speech`, channel by channel, none longer than the packing says.

    Cuts lie in the longest pauses that cost no additional window; unbroken speech longer than a
    window is cut where it is quietest.
    """
    windows: list[Window] = []
    for channel in sorted({region.channel for region in speech}):
        own = sorted((r for r in speech if r.channel == channel), key=lambda r: r.start)
        parts = [p for r in own for p in _split(r, packing, lambda r: _quietest(audio, r))]
        padded = _pad(parts, packing.pad_s, audio.duration_s)
        cuts = _best_cuts(padded, _pauses(parts), packing)
        windows += [_window(padded[a:b], parts[a:b]) for a, b in cuts]
    return tuple(windows)


def even_batches(windows: Sequence[Window], most: int, parallel: int) -> tuple[tuple[Window, ...], ...]:
    """Return windows in batches of `most` at most, about equally large, a multiple of `parallel` of them.

    The first `parallel` batches hold windows spread evenly over all, the others follow in order.
    """
    count = min(-(-len(windows) // (most * parallel)) * parallel, len(windows))
    edges = [len(windows) * i // count for i in range(count + 1)] if count else []
    chosen = spread(len(windows), edges[min(parallel, count)]) if count else ()
    rest = sorted(set(range(len(windows))) - set(chosen))
    order = [windows[i] for i in (*chosen, *rest)]
    return tuple(tuple(order[a:b]) for a, b in pairwise(edges))


def spread(count: int, taken: int) -> tuple[int, ...]:
    """Return `taken` indexes evenly spread over `count`."""
    return tuple((2 * i + 1) * count // (2 * taken) for i in range(taken))


def _window(pieces: Sequence[Region], speech: Sequence[Region]) -> Window:
    """Return a window of pieces, those that touch made one."""
    joined: list[Region] = []
    for piece in pieces:
        if joined and piece.start <= joined[-1].end:
            joined[-1] = Region(joined[-1].start, piece.end, piece.channel)
        else:
            joined.append(piece)
    return Window(tuple(joined), tuple(speech))


def _split(region: Region, packing: Packing, quietest: Cut) -> list[Region]:
    """Return a region in parts that fit a window, cut where it is quietest."""
    limit = packing.longest_s - 2 * packing.pad_s
    if region.duration <= limit:
        return [region]
    search = Region(region.start + limit / 2, region.start + limit, region.channel)
    cut = quietest(search)
    rest = Region(cut, region.end, region.channel)
    return [Region(region.start, cut, region.channel), *_split(rest, packing, quietest)]


def _quietest(audio: Audio, region: Region) -> float:
    """Return the middle of the quietest `QUIET_S` of a region."""
    sound = audio.window(region.start, region.end, region.channel)
    size = round(QUIET_S * SAMPLE_RATE)
    if len(sound) <= size:
        return (region.start + region.end) / 2
    energy = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    return region.start + (int(np.argmin(energy[size:] - energy[:-size])) + size / 2) / SAMPLE_RATE


def _pad(parts: Sequence[Region], pad: float, duration: float) -> list[Region]:
    """Return parts grown by `pad` on both sides, at most to the middle of the gap between two."""
    walls = [0.0, *[(a.end + b.start) / 2 for a, b in pairwise(parts)], duration]
    return [
        Region(max(part.start - pad, walls[i], 0.0), min(part.end + pad, walls[i + 1]), part.channel)
        for i, part in enumerate(parts)
    ]


def _best_cuts(pieces: Sequence[Region], pauses: Sequence[float], packing: Packing) -> list[tuple[int, int]]:
    """Return (first, after last) piece of each window at the least cost (dynamic programme).

    A window costs 1, a cut up to `HURRIED_CUT` more the shorter the pause it falls in.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for last in range(1, len(pieces) + 1):
        options: list[tuple[float, int]] = []
        length = 0.0
        for first in range(last - 1, -1, -1):
            length += pieces[first].duration
            if first < last - 1 and (length > packing.longest_s or pauses[first + 1] > packing.joined_s):
                break
            fullness = UNEVEN * (length / packing.longest_s) ** 2
            options.append((best[first][0] + 1.0 + fullness + _cut_cost(pauses[first]), first))
        best.append(min(options))
    cuts: list[tuple[int, int]] = []
    after = len(pieces)
    while after:
        cuts.append((best[after][1], after))
        after = best[after][1]
    return cuts[::-1]


def _cut_cost(pause: float) -> float:
    """Return what it costs to begin a window behind a pause."""
    return HURRIED_CUT * max(0.0, 1.0 - pause / CALM_S)


def _pauses(parts: Sequence[Region]) -> list[float]:
    """Return the silence before each part, no end of it before the first."""
    return [inf, *[b.start - a.end for a, b in pairwise(parts)]]
