"""Agreement: 1 where all agree, whoever is whom, as published, and silent where it cannot be told."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scorecards.agreement import (
    FEW,
    UNVARIED,
    Coded,
    CodedCall,
    Level,
    of_call,
    over_calls,
    reliability,
)
from models.review import Side
from models.scorecard import (
    Answer,
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

OPTIONS = (Option("yes", "Yes", 1.0), Option("partly", "Partly", 0.5), Option("no", "No", 0.0))
NEXT = HumanItem("next", "Next step", 1, OPTIONS)
TALK = MetricItem("talk", "Talk", 1, "talk_share", Side.REP, Target(low=0))
CARD = Scorecard("mine", "Mine", (Section("All", (NEXT, TALK)),))
LEVELS: tuple[Level, ...] = ("nominal", "interval")
UNITS = st.lists(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=4), min_size=2, max_size=9
)
PUBLISHED: list[list[int | None]] = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, None, 3, None],
]
"""The data of Krippendorff 2011, section C: four observers, twelve units, values missing."""


def machine(share: float | None = 0.25) -> Score:
    items = (
        ItemScore("next", AnsweredBy.NOBODY, None, None, "Nobody", 0, 0, ""),
        ItemScore("talk", AnsweredBy.MACHINE, 0.4, share, None, 0, 0, ""),
    )
    return Score(None, None, 0.5, items, (), "1")


def call(*answers: tuple[Answer, ...]) -> CodedCall:
    coded = (Coded(UUID(int=n), {one.item: one for one in given}) for n, given in enumerate(answers))
    return CodedCall(tuple(coded), machine())


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.743), ("interval", 0.849)])
def test_alpha_is_as_published(level: Level, expected: float) -> None:
    units = [[float(value) for value in unit if value is not None] for unit in PUBLISHED]
    alpha, reason, low, high = reliability(units, level)
    assert alpha == pytest.approx(expected, abs=0.0005)
    assert reason is None
    assert low is not None
    assert high is not None
    assert low < expected < high


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(2, 4)), min_size=2, max_size=8))
def test_perfect_agreement_is_one(units: list[tuple[float, int]]) -> None:
    same = [[value] * times for value, times in units]
    for level in LEVELS:
        alpha, reason, low, high = reliability(same, level)
        if len({value for value, _ in units}) == 1:
            assert (alpha, reason) == (None, UNVARIED)
        else:
            assert alpha == pytest.approx(1)
            assert [low, high] == [None, None] or [low, high] == pytest.approx([1, 1])


@settings(max_examples=20)
@given(UNITS, st.randoms())
def test_neither_who_answers_nor_in_which_order_changes_anything(
    units: list[list[float]], chance: object
) -> None:
    shuffled = [list(unit) for unit in units]
    for unit in shuffled:
        chance.shuffle(unit)  # type: ignore[attr-defined]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for level in LEVELS:
        assert reliability(units, level) == pytest.approx(reliability(shuffled, level))


@settings(max_examples=20)
@given(UNITS)
def test_alpha_is_one_less_observed_by_expected_disagreement(units: list[list[float]]) -> None:
    for level in LEVELS:
        alpha, _, _, _ = reliability(units, level)
        if alpha is not None:
            assert alpha == pytest.approx(by_definition(units, level))


def by_definition(units: list[list[float]], level: Level) -> float:
    """Return alpha by its definition, pair of values by pair of values."""

    def disagreement(values: list[float]) -> float:
        pairs = [(a, b) for i, a in enumerate(values) for j, b in enumerate(values) if i != j]
        return sum((a - b) ** 2 if level == "interval" else float(a != b) for a, b in pairs)

    paired = [unit for unit in units if len(unit) > 1]
    every = [value for unit in paired for value in unit]
    observed = sum(disagreement(unit) / (len(unit) - 1) for unit in paired) / len(every)
    return 1 - observed / (disagreement(every) / (len(every) * (len(every) - 1)))


def test_what_cannot_be_told_says_why() -> None:
    assert reliability([[0.5, 1.0], [1.0]], "interval") == (None, FEW, None, None)
    assert reliability([[0.5, 0.5], [0.5, 0.5]], "interval") == (None, UNVARIED, None, None)
    alpha, _, low, high = reliability([["yes", "no"], ["yes", "yes"], ["no", "no"]], "nominal")
    assert alpha is not None
    assert (low, high) == (None, None)


def test_a_session_shows_who_answered_what_and_how_far_apart_they_are() -> None:
    coded = call(
        (Answer("next", "yes"), Answer("talk", share=0.5)),
        (Answer("next", "yes"), Answer("talk", share=0.75)),
        (Answer("next", applicable=False),),
    )
    following, talk = of_call(CARD, coded)
    assert following.shares == {UUID(int=0): 1.0, UUID(int=1): 1.0, UUID(int=2): None}
    assert following.same == pytest.approx(1 / 3)
    assert (following.difference, following.spread) == (0.0, 0.0)
    assert following.machine is None
    assert (talk.same, talk.difference, talk.spread, talk.machine) == (0.0, 0.25, 0.25, 0.25)


def test_one_answer_agrees_with_nobody() -> None:
    following, talk = of_call(CARD, call((Answer("next", "yes"),)))
    assert (following.same, following.difference, following.spread) == (None, None, None)
    assert talk.shares == {}


def test_over_calls_options_are_compared_by_name_and_shares_by_distance() -> None:
    calls = [
        call(
            (Answer("next", "yes"), Answer("talk", share=0.5)),
            (Answer("next", "yes"), Answer("talk", share=0.75)),
        ),
        call((Answer("next", "no"),), (Answer("next", applicable=False),)),
        call((Answer("next", "partly"), Answer("talk", share=0.0)), (Answer("talk", share=0.0),)),
    ]
    following, talk = over_calls(CARD, calls)
    assert (following.level, following.units, following.coders) == ("nominal", 2, 2)
    assert following.alpha == pytest.approx(reliability([["yes", "yes"], ["no", "left out"]], "nominal")[0])
    assert (following.machine, following.machine_units) == (None, 0)
    assert (talk.level, talk.units) == ("interval", 2)
    assert talk.alpha == pytest.approx(reliability([[0.5, 0.75], [0.0, 0.0]], "interval")[0])
    assert talk.machine == pytest.approx((0.375 + 0.25) / 2)
    assert talk.machine_units == 2


def test_answers_to_what_an_item_used_to_be_are_left_out() -> None:
    calls = [call((Answer("next", share=0.5),), (Answer("next", share=0.5),))] * 2
    assert over_calls(CARD, calls)[0].reason == FEW
