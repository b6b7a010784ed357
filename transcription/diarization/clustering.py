"""How many voices there are, and which stretch of speech is whose. Pure arithmetic.

Stretches are compared by the statistics pooled over them, so merging two is exact: their sums
add up, and the embedding of the union is that of the sound itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FRAME_S = 0.02
"""Seconds of one frame of features."""
NOISE_S = 0.7
"""Seconds of speech whose own variation is as large as the difference between voices.

The cosine of two halves of one voice, each of `d` seconds, is 1 / (1 + 0.7 / d): 0.88 at 5 s,
0.96 at 16 s, 0.985 at 47 s, on telephone and wide-band speech alike (measured on isolated
channels and read speech). Cosines are divided by that, after Spearman's correction for
attenuation, so that one threshold holds for two words and for two hours.
"""
BAND = (0.58, 0.76)
"""Between these similarities two clusters may be one voice or two, and the recording decides.

Measured: one voice 0.75 and more (from 3 s), two voices up to 0.66, both sexes, telephone and wide band.
"""
DOUBT = (0.5, 0.85)
"""Between these similarities the segmentation network is asked whether two clusters are one voice."""
GHOST_SHARE = 0.02
GHOST_TURN_S = 2.0
LEAST_VOICE_S = 1.5
"""Less clean speech than this is nobody's voice, unless it is all there is."""
LEAST_SECOND_S = 0.8
"""A call has two sides: where only one voice would be left, this much of another is one too."""
_BLOCK = 400
"""Most stretches that are compared pair by pair: keeps the time linear in hours of sound."""


class Verdict(Enum):
    """Whether two clusters are one voice or two."""

    ONE = auto()
    TWO = auto()


Judge = Callable[[Floats, int, int], Verdict | None]
"""Centroids of all clusters and the two in question to a verdict, None without evidence."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The last layer of the embedder: pooled mean and deviation to an embedding."""

    weight: Floats
    mean: Floats
    deviation: Floats

    def __call__(self, pooled: Pooled) -> Floats:
        """Return unit-length embeddings (n, dimension), a block of stretches at a time for memory's sake."""
        parts = [np.zeros((0, len(self.mean)))]
        for first in range(0, len(pooled.count), _BLOCK):
            rows = slice(first, first + _BLOCK)
            parts.append(self._block(Pooled(pooled.count[rows], pooled.total[rows], pooled.square[rows])))
        return np.concatenate(parts)

    def _block(self, pooled: Pooled) -> Floats:
        """Return unit-length embeddings (n, dimension)."""
        count = np.maximum(pooled.count, 1.0)[:, None]
        mean = pooled.total / count
        variance = np.maximum(pooled.square - count * mean**2, 0.0) / np.maximum(count - 1.0, 1.0)
        stacked = np.concatenate((mean, np.sqrt(variance)), axis=1)
        embedding = (stacked @ self.weight.T - self.mean) / self.deviation
        length = np.linalg.norm(embedding, axis=1, keepdims=True)
        return np.asarray(embedding / np.maximum(length, 1e-9), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Pooled:
    """Sums over the frames of each stretch: `count` (n,), `total` and `square` (n, channels)."""

    count: Floats
    total: Floats
    square: Floats

    @property
    def seconds(self) -> Floats:
        """Return the length of each stretch."""
        return self.count * FRAME_S

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Return which stretches have frames, all of them finite."""
        finite = np.isfinite(self.total).all(axis=1) & np.isfinite(self.square).all(axis=1)
        return finite & (self.count > 0)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Pooled:
        """Return some stretches."""
        return Pooled(self.count[rows], self.total[rows], self.square[rows])

    def grouped(self, groups: NDArray[np.int64], number: int) -> Pooled:
        """Return the sums of each group 0..number-1."""
        count = np.bincount(groups, self.count, number).astype(np.float64)
        total, square = np.zeros((2, number, self.total.shape[1]))
        np.add.at(total, groups, self.total)
        np.add.at(square, groups, self.square)
        return Pooled(count, total, square)


@dataclass(frozen=True, slots=True)
class Merge:
    """One step of the agglomeration: `absorbed` went into `kept` at a similarity."""

    kept: int
    absorbed: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Voices:
    """The voices found: unit centroids (voices, dimension), loudest evidence first.

    `separation` 0..1 says how far the deciding similarities lie from the threshold.
    """

    centroids: Floats
    separation: float


def no_verdict(_centroids: Floats, _a: int, _b: int) -> None:
    """Return no verdict: similarity decides alone."""


def find_voices(
    pooled: Pooled,
    project: Projection,
    least: int | None = None,
    most: int | None = None,
    judge: Judge = no_verdict,
) -> Voices:
    """Return the voices heard in stretches of clean speech that show each moment once.

    `judge` is asked where similarity leaves room for doubt.
    """
    pooled = pooled.take(pooled.usable)
    if len(pooled.count) == 0:
        return Voices(np.zeros((0, len(project.mean))), 0.0)
    pooled = _condensed(pooled, project)
    merges = agglomerate(pooled, project, judge)
    heights = np.minimum.accumulate(np.array([merge.similarity for merge in merges]))
    threshold = choose_threshold(heights)
    number = _bounded(1 + int((heights < threshold).sum()), least, most)
    groups, number = cut(merges, len(pooled.count), number)
    clusters = pooled.grouped(groups, number)
    longest = np.zeros(number)
    np.maximum.at(longest, groups, pooled.seconds)
    kept = _real(clusters.seconds, longest, least, most)
    centroids = project(clusters)
    if len(kept) == 1 and most != 1:
        kept = _with_second(kept, clusters.seconds, centroids, judge)
    return Voices(centroids[kept], _separation(heights, threshold))


def agglomerate(pooled: Pooled, project: Projection, judge: Judge = no_verdict) -> tuple[Merge, ...]:
    """Return merges down to one cluster, most similar pair first, similarity as `NOISE_S` says.

    Two clusters that are judged one voice count as similar as voices can be in doubt, two that
    are judged apart as less similar than any in doubt.
    """
    count, total, square = pooled.count.copy(), pooled.total.copy(), pooled.square.copy()
    embeddings = project(pooled)
    gain = np.sqrt(1.0 + NOISE_S / pooled.seconds)
    similarity = embeddings @ embeddings.T * gain[:, None] * gain[None]
    np.fill_diagonal(similarity, -np.inf)
    alive = np.ones(len(count), dtype=np.bool_)
    merges: list[Merge] = []
    while len(merges) < len(count) - 1:
        kept, absorbed = sorted(divmod(int(similarity.argmax()), len(count)))
        height = _judged(float(similarity[kept, absorbed]), embeddings, alive, (kept, absorbed), judge)
        if height < similarity[kept, absorbed]:
            similarity[kept, absorbed] = similarity[absorbed, kept] = height
            continue
        merges.append(Merge(kept, absorbed, height))
        alive[absorbed] = False
        count[kept] += count[absorbed]
        total[kept] += total[absorbed]
        square[kept] += square[absorbed]
        gain[kept] = np.sqrt(1.0 + NOISE_S / (count[kept] * FRAME_S))
        embeddings[kept] = project(Pooled(count[[kept]], total[[kept]], square[[kept]]))[0]
        row = embeddings @ embeddings[kept] * gain * gain[kept]
        row[~alive] = row[kept] = -np.inf
        similarity[kept] = similarity[:, kept] = row
        similarity[absorbed] = similarity[:, absorbed] = -np.inf
    return tuple(merges)


def _judged(
    similarity: float, embeddings: Floats, alive: NDArray[np.bool_], pair: tuple[int, int], judge: Judge
) -> float:
    """Return the similarity of a pair after the judge had a say."""
    low, high = DOUBT
    if not low < similarity < high:
        return similarity
    a, b = (int(alive[:index].sum()) for index in pair)
    match judge(embeddings[alive], a, b):
        case Verdict.ONE:
            return max(similarity, BAND[1])
        case Verdict.TWO:
            return low
        case None:
            return similarity


def cut(merges: tuple[Merge, ...], size: int, number: int) -> tuple[NDArray[np.int64], int]:
    """Return the cluster 0.. of each of `size` stretches once `number` clusters are left, and how many."""
    owner = np.arange(size)
    for merge in merges[: max(size - number, 0)]:
        owner[owner == merge.absorbed] = merge.kept
    names, groups = np.unique(owner, return_inverse=True)
    return groups.astype(np.int64), len(names)


def choose_threshold(heights: Floats) -> float:
    """Return the similarity that parts voices: the middle of the widest gap that meets `BAND`.

    `heights` fall merge by merge. The band's own borders count as heights, so that a recording
    without a say (one merge far above, the next far below) gets the middle of the band.
    """
    low, high = BAND
    inside = heights[(heights > low) & (heights < high)]
    edges = np.sort(np.concatenate(([low, high], inside)))
    widest = int(np.diff(edges).argmax())
    return float(edges[widest : widest + 2].mean())


def _separation(heights: Floats, threshold: float) -> float:
    """Return 0..1: distance of the nearest height from the threshold, 1 from 0.15 on."""
    nearest = float(np.abs(heights - threshold).min()) if len(heights) else 0.15
    return min(nearest / 0.15, 1.0)


def _bounded(number: int, least: int | None, most: int | None) -> int:
    """Return a number of clusters within the bounds that the caller knows."""
    number = max(number, least or 1)
    return number if most is None else min(number, max(most, 1))


def _real(seconds: Floats, longest: Floats, least: int | None, most: int | None) -> NDArray[np.int64]:
    """Return the clusters that are voices, most speech first; ghosts are left out.

    A ghost has under 2 % of the speech and no stretch over 2 s, or under 1.5 s in all. The
    largest cluster is never one, nor are the first `least`.
    """
    order = np.argsort(-seconds, kind="stable")
    small = (seconds < GHOST_SHARE * seconds.sum()) & (longest <= GHOST_TURN_S)
    ghost = small | (seconds < LEAST_VOICE_S)
    spared = set(order[: max(least or 1, 1)].tolist())
    kept = np.array([k for k in order if k in spared or not ghost[k]], dtype=np.int64)
    return kept if most is None else kept[: max(most, 1)]


def _with_second(
    kept: NDArray[np.int64], seconds: Floats, centroids: Floats, judge: Judge
) -> NDArray[np.int64]:
    """Return the only voice and the largest of the others that is heard apart from it, if one is.

    Of a 30 s meeting it brings back the second voice, 1.1 s; in 28 other recordings it changed nothing.
    """
    least = max(LEAST_SECOND_S, GHOST_SHARE * float(seconds.sum()))
    only = int(kept[0])
    others = [k for k in np.argsort(-seconds, kind="stable").tolist() if k != only and seconds[k] >= least]
    apart = [k for k in others if judge(centroids, only, k) is Verdict.TWO]
    return np.array([only, *apart[:1]], dtype=np.int64)


def _condensed(pooled: Pooled, project: Projection) -> Pooled:
    """Return at most `_BLOCK` clusters of as many stretches as hours of sound bring.

    Blocks in time order are agglomerated on their own, first down to merges that are certain
    (similarity above the band), and if that is not enough, until half are left.
    """
    while len(pooled.count) > _BLOCK:
        parts = [
            _certain(pooled.take(np.arange(first, min(first + _BLOCK, len(pooled.count)))), project)
            for first in range(0, len(pooled.count), _BLOCK)
        ]
        pooled = Pooled(
            np.concatenate([part.count for part in parts]),
            np.concatenate([part.total for part in parts]),
            np.concatenate([part.square for part in parts]),
        )
    return pooled


def _certain(block: Pooled, project: Projection) -> Pooled:
    """Return the clusters of a block after its certain merges, at most half as many as it had."""
    merges = agglomerate(block, project)
    heights = np.minimum.accumulate(np.array([merge.similarity for merge in merges]))
    size = len(block.count)
    number = min(1 + int((heights < BAND[1]).sum()), -(-size // 2))
    groups, number = cut(merges, size, number)
    return block.grouped(groups, number)
