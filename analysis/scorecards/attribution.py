"""Which minute of a call earned or cost which points, and the words that did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from analysis.scorecards.points import dealt
from models.review import Evidence
from models.scorecard import ItemScore, Part

MINUTE_S = 60.0
GRAIN = 1000
"""Evidence is weighed by its milliseconds in a minute, in whole numbers."""
SHORTEST_S = 0.5
"""Evidence counts as at least so long: a single word is a moment."""


class Shows(Enum):
    """What evidence shows: what earned points (the rest is missing), or what cost them (the rest is well)."""

    EARNED = "earned"
    LOST = "lost"


def attributed(item: ItemScore, shows: Shows) -> tuple[Part, ...]:
    """Return an item's points by minute; they add up to its points and to what it lost, exactly.

    Evidence of a good thing earned the points, and what was lost is lost for want of more, by the call as a
    whole. Evidence of a bad thing cost points, and what was earned was by the rest of the call.
    """
    points, lost = item.points, item.possible - item.points
    if not item.evidence:
        return _whole(item, points, lost)
    if shows is Shows.EARNED:
        return (*_by_minute(item, points, 0), *_whole(item, 0, lost))
    return (*_by_minute(item, 0, lost), *_whole(item, points, 0))


def _whole(item: ItemScore, points: int, lost: int) -> tuple[Part, ...]:
    return (Part(item.key, None, points, lost, ""),) if points or lost else ()


def _by_minute(item: ItemScore, points: int, lost: int) -> Iterator[Part]:
    """Yield points dealt out to the minutes in which evidence lies."""
    weights, words = _weighed(item.evidence)
    minutes = sorted(weights)
    by_weight = [weights[minute] for minute in minutes]
    for minute, some, gone in zip(minutes, dealt(points, by_weight), dealt(lost, by_weight), strict=True):
        if some or gone:
            yield Part(item.key, minute, some, gone, words[minute])


def _weighed(evidence: Sequence[Evidence]) -> tuple[dict[int, int], dict[int, str]]:
    """Return how much evidence lies in each minute, and the words of the longest there."""
    weights: dict[int, int] = {}
    longest: dict[int, tuple[int, str]] = {}
    for one in evidence:
        for minute, weight in _minutes(one):
            weights[minute] = weights.get(minute, 0) + weight
            if weight > longest.get(minute, (0, ""))[0]:
                longest[minute] = (weight, one.note)
    return weights, {minute: words for minute, (_, words) in longest.items()}


def _minutes(one: Evidence) -> Iterator[tuple[int, int]]:
    """Yield the minutes that evidence lies in, each with its milliseconds there."""
    start, end = max(one.start, 0.0), max(one.end, one.start + SHORTEST_S, SHORTEST_S)
    for minute in range(int(start // MINUTE_S), int(end // MINUTE_S) + 1):
        within = min(end, (minute + 1) * MINUTE_S) - max(start, minute * MINUTE_S)
        if (weight := round(within * GRAIN)) > 0:
            yield minute, weight
