"""Two versions compared: call by call, rep by rep, over all, and silence where there are few."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.scorecards.comparison import Pair, compared, items
from models.review import Side
from models.scorecard import AnsweredBy, ItemScore, MetricItem, Score, Scorecard, Section, Target

REPS = [UUID(int=n) for n in range(1, 5)]


def pair(rep: int, this: float | None, other: float | None) -> Pair:
    points = [None if one is None else round(1000 * one) for one in (this, other)]
    return Pair(UUID(int=0), REPS[rep], *points)


def item(key: str) -> MetricItem:
    return MetricItem(key, key.title(), 1, "talk_share", Side.REP, Target(low=0))


def card(*keys: str) -> Scorecard:
    return Scorecard("mine", "Mine", (Section("All", tuple(item(key) for key in keys)),))


def score(**shares: float | None) -> Score:
    found = (ItemScore(key, AnsweredBy.MACHINE, None, share, None, 0, 0, "") for key, share in shares.items())
    return Score(None, None, 1.0, tuple(found), (), "1")


def test_the_mean_difference_has_the_interval_of_a_paired_t_test() -> None:
    this, other = [60.0, 70.0, 80.0, 55.0, 65.0], [64.0, 71.0, 83.0, 61.0, 66.0]
    found = compared([pair(0, one, two) for one, two in zip(this, other, strict=True)])
    assert found.difference is not None
    expected = stats.ttest_rel(other, this).confidence_interval(0.95)
    assert (found.calls, found.without) == (5, 0)
    assert (found.this, found.other) == (66.0, 69.0)
    assert found.difference.value == pytest.approx(3.0)
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(expected))
    assert found.deviation == pytest.approx(np.std(np.subtract(other, this), ddof=1))
    (rep,) = found.reps
    assert rep.difference == found.difference


def test_calls_without_a_score_by_both_are_counted_and_left_out() -> None:
    found = compared([pair(0, 60, None), pair(0, None, None), pair(1, 50, 70)])
    assert (found.calls, found.without, found.this, found.other) == (1, 2, 50.0, 70.0)
    assert found.difference is not None
    assert (found.difference.low, found.deviation, found.correlation, found.moved) == (None,) * 4
    assert [(rep.rep_id, rep.calls, rep.difference) for rep in found.reps] == [(REPS[1], 1, None)]


def test_no_calls_tell_nothing() -> None:
    found = compared([])
    assert (found.calls, found.this, found.difference, found.correlation, found.reps) == (
        0,
        None,
        None,
        None,
        (),
    )


def test_a_rep_under_five_calls_has_no_difference_and_no_place() -> None:
    found = compared([pair(rep, 50 + rep, 60 - rep) for rep in range(3) for _ in range(4)])
    assert {rep.difference for rep in found.reps} == {None}
    assert found.moved is None


def test_reps_who_change_places_are_counted() -> None:
    means = {0: (50, 55), 1: (60, 52), 2: (70, 71), 3: (80, 90)}
    found = compared([pair(rep, *points) for rep, points in means.items() for _ in range(5)])
    assert found.moved == 0.5
    assert found.correlation == pytest.approx(0.8)
    same = compared([pair(rep, points[0], points[0]) for rep, points in means.items() for _ in range(5)])
    assert same.moved == 0.0
    assert same.correlation == pytest.approx(1.0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100), st.integers(0, 100)), max_size=40))
def test_the_other_way_round_everything_is_the_same_with_its_sign_turned(
    calls: list[tuple[int, int, int]],
) -> None:
    forth = compared([pair(rep, this, other) for rep, this, other in calls])
    back = compared([pair(rep, other, this) for rep, this, other in calls])
    assert (forth.calls, forth.this, forth.other, forth.moved) == (
        back.calls,
        back.other,
        back.this,
        back.moved,
    )
    assert forth.correlation == pytest.approx(back.correlation)
    assert (forth.difference is None) == (back.difference is None)
    if forth.difference is not None and back.difference is not None:
        assert forth.difference.value == pytest.approx(-back.difference.value)
        assert forth.deviation == pytest.approx(back.deviation)


def test_items_that_differ_most_come_first_and_those_of_one_version_last() -> None:
    scores = [
        (score(talk=0.5, mood=0.2, old=1.0), score(talk=0.6, mood=0.9, new=0.3)),
        (score(talk=0.7, mood=None, old=None), score(talk=0.8, mood=0.5, new=0.5)),
    ]
    found = items(card("talk", "mood", "old"), card("mood", "talk", "new"), scores)
    assert [one.key for one in found[:2]] == ["mood", "talk"]
    assert {one.key: (one.calls, one.this, one.other) for one in found} == {
        "mood": (1, 0.2, 0.9),
        "talk": (2, pytest.approx(0.6), pytest.approx(0.7)),
        "new": (2, None, pytest.approx(0.4)),
        "old": (1, 1.0, None),
    }
    assert [one.difference for one in found] == [pytest.approx(0.7), pytest.approx(0.1), None, None]


def test_an_item_that_nobody_answered_has_no_share() -> None:
    (found,) = items(card("talk"), card("talk"), [(score(talk=None), score(talk=0.5))])
    assert (found.calls, found.this, found.other, found.difference) == (0, None, None, None)
    assert replace(found, this=0.2, other=0.1).difference == pytest.approx(-0.1)
