"""Two versions of a scorecard side by side, over calls that both have scored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from scipy import stats

from analysis.correlation import rank_correlation
from analysis.records.cells import figure
from analysis.records.trends import LEAST_REPS, Interval, interval
from models.record import LEAST_CALLS
from models.scorecard import POINT, Score, Scorecard


@dataclass(frozen=True, slots=True)
class Pair:
    """A call's points by two versions, thousandths of a point of 100; None where one gives no score."""

    call_id: UUID
    rep_id: UUID | None
    this: int | None
    other: int | None

    @property
    def difference(self) -> int | None:
        """Return the other's points less this one's; None where either gives none."""
        return None if self.this is None or self.other is None else self.other - self.this


@dataclass(frozen=True, slots=True)
class RepCompared:
    """A rep's calls with a score by both: means of 100, and the mean difference, none under five calls."""

    rep_id: UUID
    calls: int
    this: float
    other: float
    difference: Interval | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What two versions give the same calls, points of 100.

    `calls` have a score by both, `without` lack one. `correlation` is Spearman's over calls, -1..1; `moved`
    is the share of reps with five calls or more who are in another place by the other version. None where
    there are too few to tell.
    """

    calls: int
    without: int
    this: float | None
    other: float | None
    difference: Interval | None
    deviation: float | None
    correlation: float | None
    moved: float | None
    reps: tuple[RepCompared, ...]


@dataclass(frozen=True, slots=True)
class ItemCompared:
    """An item by two versions: mean shares (0..1) over calls in which all that have it answer it."""

    key: str
    label: str
    calls: int
    this: float | None
    other: float | None

    @property
    def difference(self) -> float | None:
        """Return the other's mean share less this one's; None where it is not in both."""
        return None if self.this is None or self.other is None else self.other - self.this


def compared(pairs: Iterable[Pair]) -> Compared:
    """Return what two versions give calls, over all and rep by rep."""
    every = tuple(pairs)
    known = [(pair, *_points(pair)) for pair in every if pair.difference is not None]
    apart = [other - this for _, this, other in known]
    summed = figure(apart) if apart else None
    by_rep: dict[UUID, list[tuple[float, float]]] = {}
    for pair, this, other in known:
        if pair.rep_id is not None:
            by_rep.setdefault(pair.rep_id, []).append((this, other))
    reps = tuple(_rep(rep_id, points) for rep_id, points in sorted(by_rep.items()))
    return Compared(
        len(known),
        len(every) - len(known),
        _mean([this for _, this, _ in known]),
        _mean([other for _, _, other in known]),
        None if summed is None else interval(summed),
        None if summed is None else summed.deviation,
        rank_correlation([(this, other) for _, this, other in known]),
        _moved(reps),
        reps,
    )


def items(
    this: Scorecard, other: Scorecard, scores: Sequence[tuple[Score, Score]]
) -> tuple[ItemCompared, ...]:
    """Return the items of two versions by key, those that differ most first, then those of one alone."""
    labels = {
        **{item.key: item.label for item in other.items},
        **{item.key: item.label for item in this.items},
    }
    shares = [(_shares(one), _shares(two)) for one, two in scores]
    asked = {item.key for item in this.items}, {item.key for item in other.items}
    found = [_item(key, label, shares, (key in asked[0], key in asked[1])) for key, label in labels.items()]
    return tuple(sorted(found, key=lambda one: (one.difference is None, -abs(one.difference or 0.0))))


def _points(pair: Pair) -> tuple[float, float]:
    return (pair.this or 0) / POINT, (pair.other or 0) / POINT


def _rep(rep_id: UUID, points: Sequence[tuple[float, float]]) -> RepCompared:
    this, other = (sum(one) / len(points) for one in zip(*points, strict=True))
    enough = len(points) >= LEAST_CALLS
    apart = interval(figure(b - a for a, b in points)) if enough else None
    return RepCompared(rep_id, len(points), this, other, apart)


def _moved(reps: Sequence[RepCompared]) -> float | None:
    """Return the share of reps in another place; equal means share one, and fewer than three have none."""
    ranked = [rep for rep in reps if rep.calls >= LEAST_CALLS]
    if len(ranked) < LEAST_REPS:
        return None
    before = stats.rankdata([round(rep.this, 6) for rep in ranked])
    after = stats.rankdata([round(rep.other, 6) for rep in ranked])
    return sum(bool(a != b) for a, b in zip(before, after, strict=True)) / len(ranked)


def _shares(score: Score) -> Mapping[str, float]:
    return {item.key: item.share for item in score.items if item.share is not None}


def _item(
    key: str,
    label: str,
    shares: Sequence[tuple[Mapping[str, float], Mapping[str, float]]],
    asked: tuple[bool, bool],
) -> ItemCompared:
    answered = [
        pair for pair in shares if all(key in one for one, wanted in zip(pair, asked, strict=True) if wanted)
    ]
    this, other = (_mean([pair[side][key] for pair in answered]) if asked[side] else None for side in (0, 1))
    return ItemCompared(key, label, len(answered), this, other)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
