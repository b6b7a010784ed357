"""What an item of a scorecard looks at in a call: a value, its evidence, and what the points rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.depth import PARTS
from analysis.metrics.metric import note
from analysis.scorecards.points import outside
from core.figures import signed
from models.call import CallType
from models.review import DepthPart, Evidence, MetricValue, Review, SentimentPeriod, SentimentSummary, Side
from models.scorecard import Ground, Judgement, JudgementItem, MachineItem, MetricItem, Target, TrackerItem

UNKNOWN_TRACKER = "The tracker was not looked for in this call."
UNKNOWN_METRIC = "This call was measured before there was that metric."
NOT_JUDGED = "The customer's mood was not judged."
NOT_COMPARED = "The first or the last quarter has too few utterances to compare them."
OF_ONE_PIECE = frozenset({"longest_monologue", "longest_customer_story", "longest_silence"})
"""Metrics whose value is the length of one piece of evidence, so that shorter pieces did nothing to it."""
SHOWN_BY_EVIDENCE = frozenset(
    {"customer_elaboration", "rep_responsiveness", "questions", "customer_initiative"}
)
"""Parts of the depth whose evidence is of good things; that of the others is of amounts."""
GRAIN = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """What an item looks at: a value with its unit, evidence and grounds, or None with a reason."""

    value: float | None
    reason: str | None = None
    unit: str = ""
    evidence: tuple[Evidence, ...] = ()
    grounds: tuple[Ground, ...] = ()


Hits = Mapping[str, Sequence[Evidence]]
"""Where each tracker, by key, finds what it looks for."""


def look(item: MachineItem, review: Review, hits: Hits, target: Target) -> Found:
    """Return what an item finds in a call, and what its points rest on where it aims at a target."""
    match item:
        case MetricItem():
            return _metric(item, review, target)
        case JudgementItem(judgement=Judgement.DEPTH):
            return _depth(review)
        case JudgementItem():
            return _mood(item.judgement, review)
        case TrackerItem():
            return _tracker(item, hits, target)


def target_of(item: MachineItem, call_type: CallType) -> Target:
    """Return what an item aims at in calls of a type."""
    return item.by_call_type.get(call_type, item.target)


def grounds_of(value: float, places: tuple[int, ...], target: Target) -> tuple[Ground, ...]:
    """Return what points rest on: evidence is good where there cannot be too much of it, bad where there can.

    Of what should be neither too much nor too little, evidence is good while there is too little, and bad
    once there is too much; the right amount is nobody's in particular.
    """
    away = outside(value, target)
    if target.high is None or away < 0:
        return (Ground(good=places),)
    return (Ground(bad=places),) if target.low is None or away > 0 else ()


def _metric(item: MetricItem, review: Review, target: Target) -> Found:
    for metric in review.metrics:
        if (metric.name, metric.side) == (item.metric, item.side):
            if metric.value is None:
                return Found(None, metric.reason)
            grounds = grounds_of(metric.value, _telling(metric, target), target)
            return Found(metric.value, None, metric.unit, metric.evidence, grounds)
    return Found(None, UNKNOWN_METRIC)


def _telling(metric: MetricValue, target: Target) -> tuple[int, ...]:
    """Return the places of the evidence that made a value what it is, by what an item aims at."""
    places = tuple(range(len(metric.evidence)))
    if metric.name not in OF_ONE_PIECE:
        return places
    bound = target.low if target.high is None else target.high
    lengths = [one.end - one.start for one in metric.evidence]
    return tuple(place for place in places if bound is not None and lengths[place] >= bound) or places[:1]


def _depth(review: Review) -> Found:
    depth = review.depth
    evidence = tuple(one for part in depth.parts for one in part.evidence)
    return Found(depth.value, depth.reason, "", evidence, tuple(_of_parts(depth.parts)))


def _of_parts(parts: Sequence[DepthPart]) -> Iterator[Ground]:
    """Yield what each part of the depth earned and cost; their evidence stands one after the other."""
    labels, at = {part.name: part.label for part in PARTS}, 0
    for part in parts:
        places, at = tuple(range(at, at + len(part.evidence))), at + len(part.evidence)
        if part.score is not None:
            good = places if part.name in SHOWN_BY_EVIDENCE else ()
            earning, costing = part.weight * part.score, part.weight * (1 - part.score)
            words = labels.get(part.name, part.name)
            yield Ground(good, (), round(GRAIN * earning), round(GRAIN * costing), words)


def _mood(judgement: Judgement, review: Review) -> Found:
    mood = next((one for one in review.sentiment if one.side is Side.CUSTOMER), None)
    if mood is None:
        return Found(None, NOT_JUDGED)
    if mood.reason is not None:
        return Found(None, mood.reason)
    return _level(mood, review) if judgement is Judgement.CUSTOMER_SENTIMENT else _change(mood)


def _level(mood: SentimentSummary, review: Review) -> Found:
    """Return the mood over the call: what is said in a good mood earns, what is said in a bad one costs."""
    moving = tuple(_moving(mood, review))
    good = tuple(place for place, (score, _) in enumerate(moving) if score > 0)
    bad = tuple(place for place, (score, _) in enumerate(moving) if score < 0)
    return Found(mood.score, None, "score", tuple(told for _, told in moving), (Ground(good, bad),))


def _moving(mood: SentimentSummary, review: Review) -> Iterator[tuple[float, Evidence]]:
    """Yield the utterances that moved the mood most, each with its score."""
    judged = {one.index: one.sentiment for one in review.judged}
    for index in mood.movers:
        said, found = review.transcript.utterances[index], judged.get(index)
        score = 0.0 if found is None else found.score
        yield score, Evidence(said.start, said.end, note(f"mood {signed(score)}", said.text))


def _change(mood: SentimentSummary) -> Found:
    """Return the change of mood: by the last quarter of the call, told beside the first."""
    if mood.change is None:
        return Found(None, NOT_COMPARED)
    first, last = mood.periods[0], mood.periods[-1]
    told = (_quarter(last, "last"), _quarter(first, "first"))
    return Found(mood.change, None, "score", told, (Ground((0,), (0,)),))


def _quarter(period: SentimentPeriod, which: str) -> Evidence:
    score = signed(period.score or 0.0)
    words = f"mood {score} in the {which} quarter of the call, over {period.utterances} utterances"
    return Evidence(period.start, period.end, words)


def _tracker(item: TrackerItem, hits: Hits, target: Target) -> Found:
    if item.tracker not in hits:
        return Found(None, UNKNOWN_TRACKER)
    found = tuple(hits[item.tracker])
    value = float(len(found))
    return Found(value, None, "count", found, grounds_of(value, tuple(range(len(found))), target))
