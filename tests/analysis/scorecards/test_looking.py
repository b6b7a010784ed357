"""What points rest on: evidence counts for what it shows, and each number says why it is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.scorecards.document import shipped
from analysis.scorecards.looking import NOT_COMPARED, Found, grounds_of, look
from analysis.scorecards.score import UNANSWERED, score
from models.review import Evidence, Review, Side
from models.scorecard import Ground, HumanItem, Judgement, JudgementItem, MetricItem, Target
from tests.factories.reviews import Line, review_of, sales_call

CALL = sales_call()
PLACES = (0, 1, 2)
PIECES = (Evidence(0, 90, "90 s"), Evidence(100, 130, "30 s"), Evidence(140, 143, "3 s"))
MOOD = JudgementItem("mood", "Mood", 1, Judgement.CUSTOMER_SENTIMENT, Target(low=0))
CHANGE = JudgementItem("change", "Change", 1, Judgement.CUSTOMER_SENTIMENT_CHANGE, Target(low=0))


def told(item: MetricItem | JudgementItem, review: Review) -> Found:
    return look(item, review, {}, item.target)


def longest(name: str, side: Side, target: Target) -> Found:
    """Return what an item finds in a call whose longest piece of talk or silence takes 90 s."""
    review = replace(
        CALL,
        metrics=tuple(
            replace(one, value=90.0, evidence=PIECES) if (one.name, one.side) == (name, side) else one
            for one in CALL.metrics
        ),
    )
    return told(MetricItem("longest", "Longest", 1, name, side, target), review)


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (9.0, Target(low=5), (Ground(good=PLACES),)),
        (2.0, Target(low=5), (Ground(good=PLACES),)),
        (9.0, Target(high=5), (Ground(bad=PLACES),)),
        (2.0, Target(high=5), (Ground(bad=PLACES),)),
        (2.0, Target(3, 5), (Ground(good=PLACES),)),
        (9.0, Target(3, 5), (Ground(bad=PLACES),)),
        (4.0, Target(3, 5), ()),
    ],
)
def test_evidence_is_good_where_more_is_better_and_bad_where_less_is(
    value: float, target: Target, expected: tuple[Ground, ...]
) -> None:
    assert grounds_of(value, PLACES, target) == expected


def test_an_explanation_that_is_short_enough_takes_no_blame_and_no_credit() -> None:
    found = longest("longest_monologue", Side.REP, Target(high=60, fade=60))
    assert found.grounds == (Ground(bad=(0,)),)
    assert found.evidence == PIECES


def test_the_longest_story_alone_earns_until_one_is_long_enough() -> None:
    name, side = "longest_customer_story", Side.CUSTOMER
    assert longest(name, side, Target(low=120, fade=60)).grounds == (Ground(good=(0,)),)
    assert longest(name, side, Target(low=20)).grounds == (Ground(good=(0, 1)),)


def test_what_is_said_in_a_bad_mood_costs_and_never_earns() -> None:
    found = told(MOOD, CALL)
    (rests,) = found.grounds
    assert rests.bad
    assert rests.good
    assert all("mood +" in found.evidence[place].note for place in rests.good)
    assert all("mood \N{MINUS SIGN}" in found.evidence[place].note for place in rests.bad)
    assert found.unit == "score"


def test_a_change_of_mood_lies_in_the_last_quarter_and_is_told_beside_the_first() -> None:
    lines = [
        Line("S2", 10.0 * n, 10.0 * n + 4, "we have talked about the price for long", mood)
        for n, mood in enumerate([-0.5] * 4 + [0.0] * 8 + [0.5] * 4)
    ]
    found = told(CHANGE, review_of([Line("S1", 1.0, 2.0, "Hello there."), *lines]))
    assert found.value is not None
    assert found.value > 0
    last, first = found.evidence
    assert first.end < last.start
    assert "over 4 utterances" in first.note
    assert "in the last quarter" in last.note
    assert found.grounds == (Ground((0,), (0,)),)


def test_moods_that_cannot_be_compared_say_so() -> None:
    lines = [Line("S2", 5.0 + n, 5.9 + n, "we have talked about the price", 0.4) for n in range(4)]
    found = told(CHANGE, review_of([Line("S1", 0.5, 60.0, "Hello there."), *lines]))
    assert (found.value, found.reason) == (None, NOT_COMPARED)


def test_the_depth_is_earned_and_lost_by_its_parts() -> None:
    item = JudgementItem("depth", "Depth", 1, Judgement.DEPTH, Target(low=60, fade=60))
    found = told(item, CALL)
    scored = [part for part in CALL.depth.parts if part.score is not None]
    assert [one.earning + one.costing for one in found.grounds] == pytest.approx(
        [10_000 * part.weight for part in scored], abs=1
    )
    assert "Customer elaboration" in {one.words for one in found.grounds}
    assert not any(one.bad for one in found.grounds)
    asked = next(one for one in found.grounds if one.words == "Follow-up and open questions")
    shown = next(part.evidence for part in scored if part.name == "questions")
    assert tuple(found.evidence[place] for place in asked.good) == shown


def test_nothing_but_an_item_for_people_waits_for_an_answer() -> None:
    for review in (CALL, review_of([Line("unknown", 1.0, 2.0, "Hello.")]), review_of([])):
        for card in shipped():
            for item, scored in zip(card.items, score(card, review, {}).items, strict=True):
                assert (scored.reason == UNANSWERED) == isinstance(item, HumanItem), scored


def test_more_questions_than_usual_cost_nothing() -> None:
    for card in shipped():
        for item in card.items:
            if isinstance(item, MetricItem) and item.metric in {"questions_per_hour", "switches_per_minute"}:
                assert item.target.high is None, (card.key, item.key)


def test_an_ordinary_pace_is_on_target() -> None:
    """The references of the real recordings have 127 to 233 words a minute of speech, in the middle 190."""
    paces = [
        one for card in shipped() for one in card.items if getattr(one, "metric", "") == "words_per_minute"
    ]
    assert {one.key for one in paces} == {"pace"}
    for one in paces:
        assert isinstance(one, MetricItem)
        assert one.target.high is not None
        assert one.target.high > 190 > (one.target.low or 0)
