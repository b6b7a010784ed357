"""Which minute of a call earned or cost which points, and the words that did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.scorecards.points import dealt
from models.review import Evidence
from models.scorecard import Ground, ItemScore, Part

MINUTE_S = 60.0
GRAIN = 1000
"""Evidence is weighed by its milliseconds in a minute, in whole numbers."""
SHORTEST_S = 0.5
"""Evidence counts as at least so long: a single word is a moment."""


WHOLE_CALL = Ground()


def attributed(item: ItemScore) -> tuple[Part, ...]:
    """Return an item's points by minute; they add up to its points and to what it lost, exactly."""
    found: dict[int | None, list[Part]] = {}
    for part in _parts(item):
        found.setdefault(part.minute, []).append(part)
    minutes = sorted(found, key=lambda minute: (minute is None, minute))
    return tuple(_together(found[minute]) for minute in minutes)


def _parts(item: ItemScore) -> Iterator[Part]:
    """Yield what each ground earned and cost, by minute."""
    grounds = item.grounds or (WHOLE_CALL,)
    points = _dealt(item.points, [ground.earning for ground in grounds])
    lost = _dealt(item.possible - item.points, [ground.costing for ground in grounds])
    for ground, some, gone in zip(grounds, points, lost, strict=True):
        good, bad = ([item.evidence[place] for place in places] for places in (ground.good, ground.bad))
        for minute, amount, words in _by_minute(some, good, ground.words):
            yield Part(item.key, minute, amount, 0, words)
        for minute, amount, words in _by_minute(gone, bad, ground.words):
            yield Part(item.key, minute, 0, amount, words)


def _dealt(whole: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return points dealt out to grounds, evenly where none weighs anything."""
    return dealt(whole, weights if any(weights) else [1] * len(weights))


def _together(parts: Sequence[Part]) -> Part:
    """Return the parts of one minute as one, with the words of the weightiest."""
    most = max(parts, key=lambda part: part.points + part.lost)
    points, lost = sum(part.points for part in parts), sum(part.lost for part in parts)
    return Part(most.item, most.minute, points, lost, most.words)


def _by_minute(
    amount: int, evidence: Sequence[Evidence], words: str
) -> Iterator[tuple[int | None, int, str]]:
    """Yield an amount dealt out to the minutes in which evidence lies, or all of it to none of them."""
    if amount and not evidence:
        yield None, amount, words
    if not amount or not evidence:
        return
    weights, told = _weighed(evidence)
    minutes = sorted(weights)
    for minute, part in zip(minutes, dealt(amount, [weights[one] for one in minutes]), strict=True):
        if part:
            yield minute, part, told[minute]


def _weighed(evidence: Sequence[Evidence]) -> tuple[dict[int, int], dict[int, str]]:
    """Return how much evidence lies in each minute, and the words of the most telling: the first there."""
    weights, words = dict[int, int](), dict[int, str]()
    for one in evidence:
        for minute, weight in _minutes(one):
            weights[minute] = weights.get(minute, 0) + weight
            words.setdefault(minute, one.note)
    return weights, words


def _minutes(one: Evidence) -> Iterator[tuple[int, int]]:
    """Yield the minutes that evidence lies in, each with its milliseconds there."""
    start, end = max(one.start, 0.0), max(one.end, one.start + SHORTEST_S, SHORTEST_S)
    for minute in range(int(start // MINUTE_S), int(end // MINUTE_S) + 1):
        within = min(end, (minute + 1) * MINUTE_S) - max(start, minute * MINUTE_S)
        if (weight := round(within * GRAIN)) > 0:
            yield minute, weight
