"""A review to scores by the scorecards that apply, and to the places where trackers find something."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from analysis.scorecards.looking import Hits
from analysis.scorecards.sampling import queued
from analysis.scorecards.score import score
from analysis.trackers import evidence, tracked
from core.progress import Progress
from models.review import Review
from models.scorecard import InForce, Proposal
from models.stages import StageName
from models.tracker import Watched
from worker import assemble
from worker.case import Case, Product
from worker.products import Scored

SCORED = Product(StageName.SCORE, Scored)
NOBODYS = UUID(int=0)


def run(case: Case, _progress: Progress) -> Scored:
    """Return every score of the call."""
    asked = case.request
    return scored(assemble.review(case), asked.call_id or NOBODYS, asked.scorecards, asked.trackers)


def scored(
    review: Review, call_id: UUID, scorecards: Sequence[InForce], trackers: Sequence[Watched]
) -> Scored:
    """Return the scores of a review, and where trackers find something in it."""
    found = tracked(trackers, review)
    hits = {one.key: evidence(one.hits) for one in found}
    return Scored(tuple(_proposal(one, call_id, review, hits) for one in scorecards), found)


def _proposal(force: InForce, call_id: UUID, review: Review, hits: Hits) -> Proposal:
    """Return the score by one scorecard, with and without what a reviewer answered before."""
    machine = score(force.card, review, hits)
    shown = score(force.card, review, hits, force.answers) if force.answers else machine
    place = queued(call_id, force.card, machine, review, force.past)
    return Proposal(force.version_id, machine, shown, int(place.place), place.why)
