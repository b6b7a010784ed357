"""Whether people's answers fit the items of a scorecard."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from analysis.scorecards.score import chosen
from models.scorecard import Answer, Scorecard

LONGEST = 3000
"""Letters of a comment."""


def problems(card: Scorecard, answers: Sequence[Answer]) -> Iterator[str]:
    """Yield what is wrong with answers to a scorecard; nothing where they can be used."""
    items = {item.key: item for item in card.items}
    seen = set[str]()
    for answer in answers:
        if answer.item in seen:
            yield f"Item '{answer.item}' is answered twice."
        seen.add(answer.item)
        if answer.item not in items:
            yield f"The scorecard has no item '{answer.item}'."
            continue
        yield from (f"Item '{answer.item}': {problem}" for problem in _of_seconds(answer))
        if answer.applicable:
            try:
                chosen(items[answer.item], answer)
            except ValueError as error:
                yield f"{error}."


def _of_seconds(answer: Answer) -> Iterator[str]:
    """Yield what is wrong with where an answer points and what it says."""
    bounds = [bound for bound in (answer.start, answer.end) if bound is not None]
    if not all(math.isfinite(bound) and bound >= 0 for bound in bounds):
        yield "seconds are numbers from 0."
    elif answer.start is None and answer.end is not None:
        yield "an end needs a start."
    elif len(bounds) == 2 and bounds[0] > bounds[1]:  # noqa: PLR2004 - both are given
        yield "the end lies before the start."
    if len(answer.comment) > LONGEST or "\0" in answer.comment:
        yield f"a comment has at most {LONGEST} letters, none of them NUL."
