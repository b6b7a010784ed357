"""A call scored by a scorecard: every item with its points, every point with its minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.scorecards.attribution import attributed
from analysis.scorecards.looking import Hits, look, target_of
from analysis.scorecards.points import dealt, earned, share
from analysis.scorecards.wording import explained
from models.call import CallType
from models.review import Evidence, Review
from models.scorecard import (
    WHOLE,
    Answer,
    AnsweredBy,
    Ground,
    HumanItem,
    Item,
    ItemScore,
    Score,
    Scorecard,
)

VERSION = "1"
"""Of the formula below; part of what every score says of itself."""
FORMULA = (
    "Each answered item can earn its weight's share of 100 points, all answered items together 100. It earns "
    "all of them inside its target, less in step with the distance outside, none from `fade` away on. The "
    "score is the sum. Items without an answer are left out, and lower the coverage."
)
UNANSWERED = "Nobody has answered it yet."
LEFT_OUT = "It does not apply to this call."
NOTHING_FOUND = "Nothing was found to answer it."


def score(card: Scorecard, review: Review, hits: Hits, answers: Sequence[Answer] = ()) -> Score:
    """Return the score of a call; a person's answer to an item stands before the machine's."""
    call_type = CallType(review.call_type)
    found = [_by_machine(item, review, hits, call_type) for item in card.items]
    return _total(card, found, answers)


def corrected(card: Scorecard, machine: Score, answers: Sequence[Answer]) -> Score:
    """Return the machine's score of a call with people's answers in the place of its own.

    It is what `score` makes of the same call and answers: answers change no other item than their own.
    """
    by_key = {item.key: item for item in machine.items}
    return _total(card, [by_key[item.key] for item in card.items], answers)


def _total(card: Scorecard, found: Sequence[ItemScore], answers: Sequence[Answer]) -> Score:
    """Return items with points, dealt out over those that are answered, and what each minute brought.

    Where there is no score, nothing has points.
    """
    given = {answer.item: answer for answer in answers}
    answered = [
        _by_person(item, given[item.key]) if item.key in given else one
        for item, one in zip(card.items, found, strict=True)
    ]
    every = [item.weight for item in card.items]
    weights = [0 if one.share is None else each for each, one in zip(every, answered, strict=True)]
    coverage = _ratio(sum(weights), sum(every))
    reason = _too_little(coverage, card)
    possible = (0,) * len(weights) if reason else dealt(WHOLE, weights)
    items = tuple(
        replace(one, possible=most, points=earned(most, one.share or 0.0))
        for one, most in zip(answered, possible, strict=True)
    )
    parts = tuple(part for item in items for part in attributed(item))
    points = None if reason else sum(item.points for item in items)
    return Score(points, reason, coverage, items, parts, VERSION)


def _too_little(coverage: float, card: Scorecard) -> str | None:
    """Return why so little is answered that there is no score, or None."""
    if coverage > 0 and coverage >= card.coverage:
        return None
    return f"Only {coverage:.0%} of the scorecard's weight is answered; a score takes {card.coverage:.0%}."


def _by_machine(item: Item, review: Review, hits: Hits, call_type: CallType) -> ItemScore:
    """Return an item's share of its points by what was measured, not yet how many those are."""
    if isinstance(item, HumanItem):
        return _open(item, UNANSWERED)
    target = target_of(item, call_type)
    found = look(item, review, hits, target)
    if found.value is None:
        return _open(item, found.reason or NOTHING_FOUND)
    part = share(found.value, target)
    words = explained(found.value, found.unit, target, part)
    by = AnsweredBy.MACHINE
    return ItemScore(item.key, by, found.value, part, None, 0, 0, words, found.evidence, found.grounds)


def _open(item: Item, reason: str) -> ItemScore:
    return ItemScore(item.key, AnsweredBy.NOBODY, None, None, reason, 0, 0, reason)


def _by_person(item: Item, answer: Answer) -> ItemScore:
    """Return what a person's answer earns; raises `ValueError` where it is none to the item.

    The seconds that it names earned the points, or cost them where there are none.
    """
    if not answer.applicable:
        return replace(_open(item, LEFT_OUT), answered_by=AnsweredBy.HUMAN)
    part, words = chosen(item, answer)
    told = answer.comment or words
    evidence = tuple(_pointed(answer, told))
    every = tuple(range(len(evidence)))
    grounds = (Ground(good=every) if part else Ground(bad=every),)
    return ItemScore(item.key, AnsweredBy.HUMAN, None, part, None, 0, 0, told, evidence, grounds)


def _pointed(answer: Answer, words: str) -> Iterator[Evidence]:
    """Yield the seconds that an answer names, if it names any."""
    if answer.start is not None:
        yield Evidence(answer.start, answer.start if answer.end is None else answer.end, words)


def chosen(item: Item, answer: Answer) -> tuple[float, str]:
    """Return the share that an answer earns and what it says; raises `ValueError` where it fits not."""
    if isinstance(item, HumanItem):
        for option in item.options:
            if option.key == answer.option:
                return option.share, option.label
        raise ValueError(f"{item.key} has no answer {answer.option!r}")
    if answer.share is None or not 0 <= answer.share <= 1:
        raise ValueError(f"{item.key} takes a share of its points between 0 and 1")
    return answer.share, f"{answer.share:.0%} by hand"


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
