"""What the segmentation network says of two clusters: one voice, or two that it hears apart.

Within a window the network tells people from each other by hearing them together, which an embedding
of a word or two cannot. Two clusters that it gives to the same local speaker of a window are one
voice; two that it gives to different ones are two. Measured on 29 recordings of one to four voices,
at similarities where it is asked: the share heard apart was 0.32 at most where it is one voice, 0.74
and more where there are two. Asking it put the number of voices right in two recordings more (25 of 29)
and the mean DER from 14.8 to 14.4 %; no recording became worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcription.diarization.clustering import Floats, Pooled, Projection, Verdict
from transcription.diarization.runs import Runs

LEAST_S = 1.0
"""Seconds of both clusters in common windows under which the network has no say."""
ONE_VOICE = 0.4
TWO_VOICES = 0.6
"""Share of those seconds that is heard apart: under the first one voice, over the second two."""
LEAST_RUN_S = 0.3
"""A run shorter than this cannot be told to belong to either."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Runs of all windows: cells (window x local speaker), seconds and embeddings, one row a run."""

    cell: NDArray[np.int64]
    seconds: Floats
    embeddings: Floats
    shape: tuple[int, int]

    @classmethod
    def of(cls, runs: Runs, pooled: Pooled, project: Projection) -> Witness:
        """Return the witness of a recording."""
        rows = np.flatnonzero(pooled.usable & (pooled.seconds >= LEAST_RUN_S))
        locals_ = int(runs.local.max(initial=0)) + 1
        windows = int(runs.window.max(initial=0)) + 1
        cell = (runs.window * locals_ + runs.local)[rows]
        some = pooled.take(rows)
        return cls(cell, some.seconds, project(some), (windows, locals_))

    def __call__(self, centroids: Floats, a: int, b: int) -> Verdict | None:
        """Return whether clusters `a` and `b` among all `centroids` are one voice, None without a say."""
        nearest = (self.embeddings @ centroids.T).argmax(axis=1)
        first, second = (self._seconds(nearest == one) for one in (a, b))
        both = np.minimum(first[:, :, None], second[:, None, :])
        together = float(np.einsum("wll->", both))
        everything = float(both.sum())
        if everything < LEAST_S:
            return None
        apart = 1.0 - together / everything
        if apart < ONE_VOICE:
            return Verdict.ONE
        return Verdict.TWO if apart > TWO_VOICES else None

    def _seconds(self, rows: NDArray[np.bool_]) -> Floats:
        """Return the seconds of some runs in each window (windows, locals)."""
        total = np.bincount(self.cell[rows], self.seconds[rows], self.shape[0] * self.shape[1])
        return np.asarray(total.reshape(self.shape), dtype=np.float64)
