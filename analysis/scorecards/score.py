"""A call scored by a scorecard: every item with its points, every point with its minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.scorecards.attribution import Shows, attributed
from analysis.scorecards.points import dealt, earned, outside, share
from models.call import CallType
from models.review import Evidence, Review, SentimentSummary, Side
from models.scorecard import (
    WHOLE,
    Answer,
    AnsweredBy,
    HumanItem,
    Item,
    ItemScore,
    Judgement,
    JudgementItem,
    MachineItem,
    MetricItem,
    Part,
    Score,
    Scorecard,
    Target,
    TrackerItem,
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
UNKNOWN_TRACKER = "The tracker was not looked for in this call."


@dataclass(frozen=True, slots=True)
class Found:
    """What an item looks at: a value with its evidence, or None with a reason."""

    value: float | None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()


Hits = Mapping[str, Sequence[Evidence]]
"""Where each tracker, by key, finds what it looks for."""


def score(card: Scorecard, review: Review, hits: Hits, answers: Sequence[Answer] = ()) -> Score:
    """Return the score of a call; a person's answer to an item stands before the machine's."""
    call_type = CallType(review.call_type)
    found = [_by_machine(item, review, hits, call_type) for item in card.items]
    return _total(card, found, call_type, answers)


def corrected(card: Scorecard, machine: Score, call_type: CallType, answers: Sequence[Answer]) -> Score:
    """Return the machine's score of a call with people's answers in the place of its own.

    It is what `score` makes of the same call and answers: answers change no other item than their own.
    """
    by_key = {item.key: item for item in machine.items}
    return _total(card, [by_key[item.key] for item in card.items], call_type, answers)


def _total(
    card: Scorecard, found: Sequence[ItemScore], call_type: CallType, answers: Sequence[Answer]
) -> Score:
    """Return items with points, dealt out over those that are answered, and what each minute brought."""
    given = {answer.item: answer for answer in answers}
    answered = [
        _by_person(item, given[item.key]) if item.key in given else one
        for item, one in zip(card.items, found, strict=True)
    ]
    every = [item.weight for item in card.items]
    weights = [0 if one.share is None else each for each, one in zip(every, answered, strict=True)]
    coverage = _ratio(sum(weights), sum(every))
    reason = _too_little(coverage, card)
    possible = dealt(WHOLE, weights) if sum(weights) else (0,) * len(weights)
    items, parts = list[ItemScore](), list[Part]()
    for item, one, most in zip(card.items, answered, possible, strict=True):
        scored = replace(one, possible=most, points=earned(most, one.share or 0.0))
        items.append(scored)
        parts += attributed(scored, _shows(item, one, call_type))
    points = None if reason else sum(item.points for item in items)
    return Score(points, reason, coverage, tuple(items), tuple(parts), VERSION)


def _shows(item: Item, found: ItemScore, call_type: CallType) -> Shows:
    """Return whether an item's evidence earned points or cost them: it cost them where there is too much."""
    if found.value is None or isinstance(item, HumanItem):
        return Shows.EARNED
    return Shows.LOST if outside(found.value, target_of(item, call_type)) > 0 else Shows.EARNED


def _too_little(coverage: float, card: Scorecard) -> str | None:
    """Return why so little is answered that there is no score, or None."""
    if coverage > 0 and coverage >= card.coverage:
        return None
    return f"Only {coverage:.0%} of the scorecard's weight is answered; a score takes {card.coverage:.0%}."


def _by_machine(item: Item, review: Review, hits: Hits, call_type: CallType) -> ItemScore:
    """Return an item's share of its points by what was measured, not yet how many those are."""
    if isinstance(item, HumanItem):
        return _open(item, UNANSWERED)
    found, target = _look(item, review, hits), target_of(item, call_type)
    if found.value is None:
        return _open(item, found.reason or UNANSWERED)
    part = share(found.value, target)
    words = explained(found.value, target, part)
    return ItemScore(item.key, AnsweredBy.MACHINE, found.value, part, None, 0, 0, words, found.evidence)


def _open(item: Item, reason: str) -> ItemScore:
    return ItemScore(item.key, AnsweredBy.NOBODY, None, None, reason, 0, 0, reason)


def _by_person(item: Item, answer: Answer) -> ItemScore:
    """Return what a person's answer earns; raises `ValueError` where it is none to the item."""
    if not answer.applicable:
        return replace(_open(item, LEFT_OUT), answered_by=AnsweredBy.HUMAN)
    part, words = chosen(item, answer)
    seconds = (
        () if answer.start is None else (answer.start, answer.start if answer.end is None else answer.end)
    )
    evidence = (Evidence(*seconds, answer.comment or words),) if seconds else ()
    return ItemScore(item.key, AnsweredBy.HUMAN, None, part, None, 0, 0, answer.comment or words, evidence)


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


def target_of(item: MachineItem, call_type: CallType) -> Target:
    """Return what an item aims at in calls of a type."""
    return item.by_call_type.get(call_type, item.target)


def explained(value: float, target: Target, part: float) -> str:
    """Return in words why a value earns its share."""
    aim = described(target)
    if part == 1:
        return f"{value:g} is {aim}."
    side = "below" if outside(value, target) < 0 else "above"
    return f"{value:g} is {side} the target, {aim}; it earns {part:.0%}."


def described(target: Target) -> str:
    """Return a target in words."""
    if target.low is None:
        return f"at most {target.high:g}" if target.high is not None else "anything"
    return f"at least {target.low:g}" if target.high is None else f"{target.low:g} to {target.high:g}"


def _look(item: MachineItem, review: Review, hits: Hits) -> Found:
    match item:
        case MetricItem():
            return _metric(item, review)
        case JudgementItem():
            return _judgement(item.judgement, review)
        case TrackerItem():
            return _tracker(item, hits)


def _metric(item: MetricItem, review: Review) -> Found:
    for metric in review.metrics:
        if (metric.name, metric.side) == (item.metric, item.side):
            return Found(metric.value, metric.reason, metric.evidence)
    return Found(None, "This call was measured before there was that metric.")


def _judgement(judgement: Judgement, review: Review) -> Found:
    if judgement is Judgement.DEPTH:
        evidence = tuple(one for part in review.depth.parts for one in part.evidence)
        return Found(review.depth.value, review.depth.reason, evidence)
    mood = next((one for one in review.sentiment if one.side is Side.CUSTOMER), None)
    if mood is None:
        return Found(None, "The customer's mood was not judged.")
    value = mood.score if judgement is Judgement.CUSTOMER_SENTIMENT else mood.change
    return Found(value, mood.reason, tuple(_moving(mood, review)))


def _moving(mood: SentimentSummary, review: Review) -> Iterator[Evidence]:
    """Yield the utterances that moved the mood most."""
    for index in mood.movers:
        said = review.transcript.utterances[index]
        yield Evidence(said.start, said.end, said.text)


def _tracker(item: TrackerItem, hits: Hits) -> Found:
    if item.tracker not in hits:
        return Found(None, UNKNOWN_TRACKER)
    found = tuple(hits[item.tracker])
    return Found(float(len(found)), None, found)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
