"""Trackers find words in their forms, whoever says them, where they are looked for."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.trackers import evidence, find, problems
from analysis.turns import Conversation, conversation
from models.review import Review, Side
from models.tracker import Hit, Tracker
from tests.factories.reviews import Line, review_of

LINES = (
    Line("S1", 0, 4, "Thank you for calling, how can I help you with your pricing?"),
    Line("S2", 5, 9, "The prices went up and the price of oil did not. What is the list price?"),
    Line("S1", 10, 14, "I can offer a ten percent discount if you renew."),
    Line("S2", 15, 19, "I want to cancel, we are cancelling everything."),
)


def heard(review: Review) -> Conversation:
    return conversation(review.transcript, review.judged)


CALL = heard(review_of(LINES, duration_s=20.0))
CHINESE = heard(
    review_of(
        (Line("S1", 0, 4, "您好，请问有什么可以帮您？"), Line("S2", 5, 9, "我想取消订单，价格太高了。")),
        language="zh",
    )
)


def words(tracker: Tracker, call: Conversation = CALL) -> list[str]:
    return [hit.words for hit in find(tracker, call)]


@pytest.mark.parametrize(
    ("phrases", "more", "expected"),
    [
        (("price",), {}, ["pricing?", "prices", "price", "price?"]),
        (("price",), {"exact": True}, ["price", "price?"]),
        (("price",), {"but_not": ("price of oil",)}, ["pricing?", "prices", "price?"]),
        (("price",), {"questions": True, "side": Side.CUSTOMER}, ["price?"]),
        (("cancel*",), {}, ["cancel,", "cancelling"]),
        (("list price", "price"), {"side": Side.CUSTOMER}, ["prices", "price", "list price?"]),
        (("ten * discount",), {}, ["ten percent discount"]),
        (("DISCOUNT",), {"side": Side.CUSTOMER}, []),
        (("discount",), {"since": 0.75}, []),
        (("discount",), {"since": 0.5, "until": 0.75}, ["discount"]),
        (("renewal",), {}, []),
    ],
)
def test_words_are_found_as_asked(
    phrases: tuple[str, ...], more: dict[str, object], expected: list[str]
) -> None:
    assert words(replace(Tracker("t", "T", phrases), **more)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("phrase", "there"), [("取消", True), ("取消订单", True), ("价格", True), ("消取", False)]
)
def test_chinese_is_found_without_spaces(phrase: str, *, there: bool) -> None:
    assert bool(words(Tracker("t", "T", (phrase,)), CHINESE)) is there


def test_a_hit_says_where_who_and_in_what() -> None:
    (hit,) = find(Tracker("t", "T", ("discount",)), CALL)
    assert (hit.utterance, hit.side) == (2, Side.REP)
    assert 10 <= hit.start < hit.end <= 14
    assert hit.context == LINES[2].text
    assert evidence((hit,))[0].note == LINES[2].text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "No!"}, "lower-case"),
        ({"name": " "}, "name"),
        ({"phrases": ()}, "1 to 200 phrases"),
        ({"phrases": ("price", "* *")}, "'* *' holds no word"),
        ({"phrases": ("?!",)}, "holds no word"),
        ({"but_not": ("a " * 20,)}, "longer than 12"),
        ({"since": 0.6, "until": 0.5}, "part of the call"),
    ],
)
def test_what_cannot_be_used_is_said(change: dict[str, object], said: str) -> None:
    tracker = replace(Tracker("price", "Price", ("price",)), **change)  # type: ignore[arg-type]
    assert any(said in problem for problem in problems(tracker))
    assert not list(problems(Tracker("price", "Price", ("price", "how much"))))


@given(st.lists(st.text(alphabet="ab* 取", min_size=1, max_size=8), min_size=1, max_size=5))
def test_hits_are_in_order_and_lie_in_their_utterance(phrases: list[str]) -> None:
    call = heard(review_of([Line("S1", 0, 4, "a ab b a b 取a ab 取 b"), Line("S2", 5, 9, "ab ab a b")]))
    hits = find(Tracker("t", "T", tuple(phrases)), call)
    assert list(hits) == sorted(hits, key=_time)
    for before, after in pairwise(hits):
        assert before.start <= after.start
        assert before.end <= after.end
    for hit in hits:
        said = call.transcript.utterances[hit.utterance]
        assert said.start <= hit.start <= hit.end <= said.end + 1e-6


def _time(hit: Hit) -> tuple[int, float]:
    return hit.utterance, hit.start
