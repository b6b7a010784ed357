"""A scorecard or a tracker tried on past calls before it is put to use, keeping nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from analysis.scorecards.score import score
from analysis.trackers import evidence, tracked
from api.schemas.assessments import CallTracked, TrackerTriedShape
from api.schemas.scorecards import CallTried, ItemTried, TriedShape
from models.scorecard import POINT, Score, Scorecard
from models.tracker import Tracker, Watched
from report.reading import read_json

TENS = 10
NOBODYS = UUID(int=0)


Calls = Sequence[tuple[UUID, str, bytes]]
"""Calls to try something on: key, title and review as JSON."""


def scorecard_tried(card: Scorecard, calls: Calls, trackers: Sequence[Watched]) -> TriedShape:
    """Return what a scorecard would have given calls."""
    named = {item.tracker for item in card.items if item.kind == "tracker"}
    watched = [one for one in trackers if one.tracker.key in named]
    scores = [(call_id, title, _score(card, document, watched)) for call_id, title, document in calls]
    points = [one.points / POINT for _, _, one in scores if one.points is not None]
    return TriedShape(
        calls=[_call(call_id, title, one) for call_id, title, one in scores],
        distribution=[sum(_ten(one) == ten for one in points) for ten in range(TENS)],
        without_score=len(scores) - len(points),
        mean=sum(points) / len(points) if points else None,
        items=[_item(card, number, [one for _, _, one in scores]) for number in range(len(card.items))],
    )


def tracker_tried(tracker: Tracker, calls: Calls) -> TrackerTriedShape:
    """Return what a tracker would find in calls."""
    watched = [Watched(NOBODYS, tracker)]
    found = [(call_id, title, tracked(watched, read_json(one))[0].hits) for call_id, title, one in calls]
    shown = [CallTracked(call_id=key, title=title, hits=list(hits)) for key, title, hits in found if hits]
    return TrackerTriedShape(looked_through=len(calls), calls=shown)


def _score(card: Scorecard, document: bytes, watched: Sequence[Watched]) -> Score:
    review = read_json(document)
    return score(card, review, {one.key: evidence(one.hits) for one in tracked(watched, review)})


def _call(call_id: UUID, title: str, found: Score) -> CallTried:
    points = None if found.points is None else found.points / POINT
    return CallTried(
        call_id=call_id, title=title, points=points, coverage=found.coverage, reason=found.reason
    )


def _ten(points: float) -> int:
    """Return which ten points a score lies in; 100 is in the last."""
    return min(int(points // TENS), TENS - 1)


def _item(card: Scorecard, number: int, scores: Sequence[Score]) -> ItemTried:
    shares = [one.items[number].share for one in scores]
    known = [share for share in shares if share is not None]
    item = card.items[number]
    mean = sum(known) / len(known) if known else None
    return ItemTried(key=item.key, label=item.label, answered=len(known), share=mean)
