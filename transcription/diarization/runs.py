"""Runs: stretches of one window in which one local speaker, and nobody else, is heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

GAP_FRAMES = 12
"""Pauses of a speaker up to 0.2 s do not end a run."""
LONGEST_FRAMES = 178
"""Runs are cut at 3 s: where the network takes two people for one, pieces tell them apart."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of all windows, one row each; `begin` and `end` are frames within the window.

    `tiled` says that the run lies in the part of its window that no other window's middle
    covers: tiled runs show each moment of the recording once.
    """

    window: NDArray[np.int64]
    local: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    tiled: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.window)


def find_runs(active: NDArray[np.bool_], starts: NDArray[np.int64]) -> Runs:
    """Return the runs in who is heard (windows, frames, local speakers), windows from `starts`."""
    rows = [
        (window, local, begin, end, low <= begin and end <= high)
        for window, (low, high) in enumerate(_tiles(starts, active.shape[1]))
        for local, first, last in _stretches(active[window])
        for begin, end in _pieces(first, last, (low, high))
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    return Runs(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4] > 0)


def _tiles(starts: NDArray[np.int64], frames: int) -> list[tuple[int, int]]:
    """Return for each window the part (frames within it) nearer to its middle than to any other's."""
    borders = (starts[1:] + starts[:-1] + frames) // 2
    lows = np.concatenate(([starts[0]], borders)) - starts
    highs = np.concatenate((borders, [starts[-1] + frames])) - starts
    return [(int(low), int(high)) for low, high in zip(lows, highs, strict=True)]


def _stretches(active: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Yield (local, begin, end) where one local speaker is heard alone, short pauses included."""
    heard = active.sum(axis=1)
    for local in range(active.shape[1]):
        frames = np.nonzero(active[:, local] & (heard == 1))[0]
        if len(frames) == 0:
            continue
        steps = np.nonzero(np.diff(frames) > 1)[0]
        breaks = [int(step) for step in steps if _breaks(heard, int(frames[step]) + 1, int(frames[step + 1]))]
        bounds: list[int] = [-1, *breaks, len(frames) - 1]
        for before, last in pairwise(bounds):
            yield local, int(frames[before + 1]), int(frames[last]) + 1


def _breaks(heard: NDArray[np.int64], begin: int, end: int) -> bool:
    """Return whether a gap ends a run: it is long, or somebody is heard in it."""
    return end - begin > GAP_FRAMES or bool(heard[begin:end].any())


def _pieces(begin: int, end: int, tile: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield a stretch cut at the borders of its window's tile, then into equal parts of 3 s at most."""
    cuts = sorted({begin, end, *(border for border in tile if begin < border < end)})
    for first, last in pairwise(cuts):
        parts = -(-(last - first) // LONGEST_FRAMES)
        edges = np.linspace(first, last, parts + 1).round().astype(int).tolist()
        yield from pairwise(edges)
