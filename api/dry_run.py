"""A scorecard tried on past calls before it is put to use, changing nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

import zstandard

from analysis.scorecards.score import Hits, score
from analysis.trackers import evidence, find
from analysis.turns import conversation
from api.schemas.scorecards import CallTried, ItemTried, TriedShape
from models.review import Review
from models.scorecard import POINT, Score, Scorecard
from models.tracker import Watched
from report.reading import read

TENS = 10


def tried(
    card: Scorecard, calls: Sequence[tuple[UUID, str, bytes]], trackers: Sequence[Watched]
) -> TriedShape:
    """Return what a scorecard would have given calls, each a key, a title and its review as kept (zstd)."""
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


def _score(card: Scorecard, document: bytes, watched: Sequence[Watched]) -> Score:
    review = read(json.loads(zstandard.ZstdDecompressor().decompress(document)))
    return score(card, review, _hits(review, watched))


def _hits(review: Review, watched: Sequence[Watched]) -> Hits:
    if not watched:
        return {}
    talk = conversation(review.transcript, review.judged)
    return {one.tracker.key: evidence(find(one.tracker, talk)) for one in watched}


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
