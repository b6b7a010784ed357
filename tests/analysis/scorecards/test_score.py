"""Calls scored: the parts add up, people come before machines, what is missing lowers the coverage alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.scorecards.document import shipped
from analysis.scorecards.looking import Hits
from analysis.scorecards.score import corrected, score
from models.call import CallType
from models.review import Evidence, Review, Side
from models.scorecard import (
    SCORE,
    WHOLE,
    Answer,
    AnsweredBy,
    HumanItem,
    Item,
    Judgement,
    JudgementItem,
    MetricItem,
    Option,
    Score,
    Scorecard,
    Section,
    Target,
    TrackerItem,
)
from tests.factories.reviews import chinese_call, sales_call

CALL = sales_call()
TALK = MetricItem("talk", "Talk", 3, "talk_share", Side.REP, Target(0.3, 0.6, 0.3))
PRICE = TrackerItem("price", "Price", 2, "pricing", Target(low=2, fade=2))
NEXT = HumanItem("next", "Next step", 5, (Option("yes", "Agreed", 1.0), Option("no", "Not", 0.0)))
HITS: Hits = {"pricing": (Evidence(5.0, 6.0, "the price is"),)}


def card(*items: Item, coverage: float = 0.0) -> Scorecard:
    return Scorecard("mine", "Mine", (Section("All", items),), coverage=coverage)


def adds_up(found: Score) -> None:
    assert sum(item.possible for item in found.items) == (0 if found.points is None else WHOLE)
    assert sum(part.points for part in found.parts) == sum(item.points for item in found.items)
    assert sum(part.points + part.lost for part in found.parts) == sum(item.possible for item in found.items)
    assert found.points in (None, sum(item.points for item in found.items))


@pytest.mark.parametrize("review", [CALL, chinese_call()], ids=["english", "chinese"])
@pytest.mark.parametrize("which", shipped(), ids=lambda one: one.key)
def test_every_shipped_scorecard_adds_up_on_every_call(which: Scorecard, review: Review) -> None:
    people = tuple(
        Answer(item.key, item.options[0].key) for item in which.items if isinstance(item, HumanItem)
    )
    without, found = score(which, review, {}), score(which, review, {}, people)
    adds_up(without)
    adds_up(found)
    assert without.coverage < found.coverage
    assert all(item.explanation for item in found.items)


def test_an_item_says_what_it_earned_why_and_where() -> None:
    found = score(card(PRICE, NEXT), CALL, HITS, (Answer("next", "yes", comment="Tuesday", start=61.0),))
    price, following = found.items
    assert found.points == price.points + following.points == 85_715
    assert (price.value, price.share, price.possible, price.points) == (1.0, 0.5, 28_571, 14_286)
    assert (following.answered_by, following.possible, following.points) == (AnsweredBy.HUMAN, 71_429, 71_429)
    assert (
        price.explanation
        == "1 is below the target of at least 2; it earns 50\N{NARROW NO-BREAK SPACE}% of the points."
    )
    assert [(part.item, part.minute, part.words) for part in found.parts] == [
        ("price", 0, "the price is"),
        ("price", None, ""),
        ("next", 1, "Tuesday"),
    ]


def test_what_is_not_answered_lowers_the_coverage_and_not_the_score() -> None:
    found = score(card(PRICE, NEXT), CALL, HITS)
    assert found.coverage == pytest.approx(2 / 7)
    assert found.points == 50_000
    assert found.items[1].reason == "Nobody has answered it yet."


def test_below_the_coverage_there_is_no_score_but_a_reason() -> None:
    found = score(card(PRICE, NEXT, coverage=0.6), CALL, HITS)
    assert found.points is None
    assert found.reason == "Only 29% of the scorecard's weight is answered; a score takes 60%."
    assert {item.points for item in found.items} == {item.possible for item in found.items} == {0}
    assert found.items[0].share == 0.5
    assert found.parts == ()
    assert score(card(NEXT), CALL, {}).points is None


def test_a_person_stands_before_the_machine_and_may_leave_an_item_out() -> None:
    by_hand = score(card(PRICE, TALK), CALL, HITS, (Answer("price", share=1.0),)).items[0]
    assert (by_hand.answered_by, by_hand.share) == (AnsweredBy.HUMAN, 1.0)
    left_out = score(card(PRICE, TALK), CALL, HITS, (Answer("price", applicable=False),))
    assert left_out.items[0].possible == 0
    assert left_out.items[1].possible == WHOLE


def test_the_seconds_that_a_person_names_earned_the_points_or_cost_them() -> None:
    for option, told in (("yes", (1, WHOLE, 0)), ("no", (1, 0, WHOLE))):
        (part,) = score(card(NEXT), CALL, {}, (Answer("next", option, start=61.0),)).parts
        assert (part.minute, part.points, part.lost) == told


@pytest.mark.parametrize("answer", [Answer("next", "perhaps"), Answer("next"), Answer("price", share=2.0)])
def test_an_answer_that_is_none_is_refused(answer: Answer) -> None:
    with pytest.raises(ValueError, match=answer.item):
        score(card(PRICE, NEXT), CALL, HITS, (answer,))


def test_a_measure_without_a_value_hands_on_its_reason() -> None:
    unknown = replace(CALL, metrics=(), sentiment=())
    mood = JudgementItem("mood", "Mood", 1, Judgement.CUSTOMER_SENTIMENT, Target(low=0))
    found = score(card(TALK, mood, PRICE), unknown, {})
    assert [item.share for item in found.items] == [None, None, None]
    assert all(item.reason for item in found.items)


def test_targets_follow_the_type_of_the_call() -> None:
    strict = replace(PRICE, by_call_type={CallType.DISCOVERY: Target(low=10)})
    assert score(card(strict), CALL, HITS).points == 0
    assert score(card(strict), replace(CALL, call_type="demo"), HITS).points == 50_000


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=12), st.data())
def test_points_add_up_whatever_the_weights_and_answers(weights: list[int], data: st.DataObject) -> None:
    items = tuple(replace(TALK, key=f"item{n}", weight=weight) for n, weight in enumerate(weights))
    chosen = data.draw(st.lists(st.sampled_from(items), unique_by=lambda item: item.key))
    answers = tuple(
        Answer(item.key, share=data.draw(st.floats(0, 1)), applicable=data.draw(st.booleans()), start=1.0)
        for item in chosen
    )
    adds_up(score(card(*items), CALL, {}, answers))


def answers_to(which: Scorecard, data: st.DataObject) -> tuple[Answer, ...]:
    found = list[Answer]()
    for item in data.draw(st.lists(st.sampled_from(which.items), unique_by=lambda one: one.key)):
        if isinstance(item, HumanItem):
            found.append(Answer(item.key, option=data.draw(st.sampled_from(item.options)).key))
        else:
            found.append(
                Answer(item.key, share=data.draw(st.floats(0, 1)), applicable=data.draw(st.booleans()))
            )
    return tuple(found)


@given(st.sampled_from(shipped()), st.data())
def test_answers_put_to_the_kept_score_give_what_scoring_the_call_with_them_gives(
    which: Scorecard, data: st.DataObject
) -> None:
    answers = answers_to(which, data)
    kept = SCORE.validate_python(SCORE.dump_python(score(which, CALL, HITS), mode="json"))
    found = corrected(which, kept, answers)
    assert found == score(which, CALL, HITS, answers)
    adds_up(found)
