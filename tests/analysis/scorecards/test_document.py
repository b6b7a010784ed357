"""Scorecards as files: read, written, refused with everything that is wrong."""

from __future__ import annotations

import pytest

from analysis.scorecards.document import read, shipped, write
from core.errors import Rejected
from models.call import CallType
from models.scorecard import MetricItem, Scorecard, TrackerItem

SMALL = """
key: mine
name: Mine
sections:
  - title: All
    items:
      - {kind: tracker, key: price, label: Price, weight: 3, tracker: pricing, target: {low: 1}}
      - kind: metric
        key: questions
        label: Questions
        weight: 7
        metric: questions
        side: rep
        target: {low: 11, high: 14, fade: 8}
        by_call_type: {service: {high: 5, fade: 5}}
"""


def test_a_file_says_what_it_says() -> None:
    card = read(SMALL, {"pricing"})
    price, questions = card.items
    assert isinstance(price, TrackerItem)
    assert isinstance(questions, MetricItem)
    assert questions.by_call_type[CallType.SERVICE].high == 5
    assert card.coverage == 0.6


@pytest.mark.parametrize("card", [*shipped(), read(SMALL, {"pricing"})], ids=lambda card: card.key)
def test_what_is_written_is_read_the_same(card: Scorecard) -> None:
    assert read(write(card), {"pricing"}) == card


def test_one_comes_with_debrief_for_every_kind_of_call_and_can_be_used() -> None:
    assert {card.key: card.applies.call_types for card in shipped()} == {kind: (kind,) for kind in CallType}
    for card in shipped():
        assert sum(item.weight for item in card.items) == 100
        assert read(write(card), ()) == card


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("metric: questions", "metric: charm", "there is no metric 'charm'"),
        ("side: rep", "side: call", "of rep or customer, not of call"),
        ("weight: 7", "weight: 0", "Item 'questions': its weight"),
        ("weight: 7", "weight: seven", "sections 1 items 2 metric weight"),
        ("key: price", "key: questions", "given to 2 items"),
        ("tracker: pricing", "tracker: nothing", "no tracker 'nothing'"),
        ("low: 11, high: 14", "low: 14, high: 11", "lies above"),
        ("{low: 1}", "{}", "needs a lower bound"),
        ("{low: 1}", "{low: .nan}", "holds numbers"),
        ("kind: tracker", "kind: guess", "sections 1 items 1"),
        ("key: mine", "key: Mine!", "lower-case letters"),
        ("name: Mine", "name: Mine\nanything: 1", "anything"),
        ("key: mine", "key: [", "while parsing"),
        ("title: All", "title: &a All\n  - title: *a\n    items: []\n  - title: b", "aliases"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(Rejected) as refused:
        read(SMALL.replace(old, new, 1), {"pricing"})
    assert said in refused.value.reason


def test_a_file_too_long_to_be_a_scorecard_is_refused() -> None:
    with pytest.raises(Rejected):
        read("#" * 300_000, ())
