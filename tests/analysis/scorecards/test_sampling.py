"""The uncertain, the extreme and a random sample come first, each with its reason."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from analysis.scorecards.sampling import SAMPLE, drawn, queued
from models.assessment import Place
from models.review import Review, Side
from models.scorecard import (
    AnsweredBy,
    HumanItem,
    ItemScore,
    MetricItem,
    Option,
    Score,
    Scorecard,
    Section,
    Target,
)
from tests.factories.reviews import sales_call

SURE = sales_call()
SURE = replace(
    SURE,
    transcript=replace(
        SURE.transcript,
        speakers=tuple(replace(speaker, role_confidence=0.95) for speaker in SURE.transcript.speakers),
    ),
)
UNSURE = replace(
    SURE,
    transcript=replace(
        SURE.transcript,
        speakers=tuple(replace(speaker, role_confidence=0.6) for speaker in SURE.transcript.speakers),
    ),
)
PAST = [60_000 + 500 * n for n in range(40)]
ORDINARY = next(UUID(int=n) for n in range(99) if not drawn(UUID(int=n)))
CHOSEN = next(UUID(int=n) for n in range(999) if drawn(UUID(int=n)))


MEASURED = tuple(
    MetricItem(f"talk{n}", "Talk", weight, "talk_share", Side.REP, Target(low=0))
    for n, weight in enumerate((65, 35))
)
ASKED = HumanItem("next", "Next step", 900, (Option("yes", "Agreed", 1.0), Option("no", "Not", 0.0)))
CARD = Scorecard("mine", "Mine", (Section("All", (*MEASURED, ASKED)),))


def score(points: int | None = 70_000, answered: int = 2) -> Score:
    """Return a score in which so many of the machine's two items are answered, and no person has answered."""
    shares = [0.5] * answered + [None] * (3 - answered)
    items = tuple(
        ItemScore(item.key, AnsweredBy.MACHINE, None, share, None, 0, 0, "")
        for item, share in zip(CARD.items, shares, strict=True)
    )
    return Score(points, None, 0.1, items, (), "1")


@pytest.mark.parametrize(
    ("call_id", "found", "review", "place", "why"),
    [
        (ORDINARY, score(), UNSURE, Place.UNCERTAIN, "60% sure"),
        (ORDINARY, score(answered=1), SURE, Place.UNCERTAIN, "Only 65% of what is not left to people"),
        (ORDINARY, score(99_000), SURE, Place.EXTREME, "99 is among the highest scores of the last 40"),
        (ORDINARY, score(12_000), SURE, Place.EXTREME, "12 is among the lowest"),
        (CHOSEN, score(), SURE, Place.SAMPLE, "chance"),
        (ORDINARY, score(), SURE, Place.ORDINARY, "Nothing"),
        (ORDINARY, score(None), SURE, Place.ORDINARY, "Nothing"),
    ],
)
def test_a_place_in_the_queue_has_its_reason(
    call_id: UUID, found: Score, review: Review, place: Place, why: str
) -> None:
    queue = queued(call_id, CARD, found, review, PAST)
    assert queue.place is place
    assert why in queue.why


def test_few_past_calls_make_nothing_extreme() -> None:
    assert queued(ORDINARY, CARD, score(99_000), SURE, PAST[:19]).place is Place.ORDINARY
    assert queued(ORDINARY, CARD, score(70_000), SURE, [70_000] * 40).place is Place.ORDINARY


def test_as_many_are_drawn_as_should_be() -> None:
    found = sum(drawn(uuid4()) for _ in range(5000)) / 5000
    assert found == pytest.approx(SAMPLE, abs=0.02)


def test_a_scorecard_of_questions_to_people_alone_makes_no_call_uncertain() -> None:
    only = replace(CARD, sections=(Section("All", (ASKED,)),))
    assert queued(ORDINARY, only, score(answered=0), SURE, PAST).place is Place.ORDINARY
