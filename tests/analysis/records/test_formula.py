"""The index weighs figures as its formula says, adds up, and is silent on too little."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records.formula import index, problems
from models.record import Cell, Figure, Formula, Period, PeriodKind, Term
from models.scorecard import WHOLE, Target

MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))
FORMULA = Formula(
    "Overall",
    (Term("score", 3, Target(low=80, fade=80)), Term("win_rate", 1, Target(low=0.5, fade=0.5))),
)


def cell(calls: int = 5, **means: float) -> Cell:
    return Cell(UUID(int=1), MARCH, None, calls, {name: Figure(9, mean, 1.0) for name, mean in means.items()})


def test_terms_earn_their_share_and_add_up() -> None:
    found = index(FORMULA, cell(score=40.0, win_rate=0.5))
    assert (found.points, found.coverage) == (62_500, 1.0)
    assert [(term.points, term.possible) for term in found.terms] == [(37_500, 75_000), (25_000, 25_000)]


def test_what_is_not_measured_lowers_the_coverage_and_below_it_there_is_none() -> None:
    assert index(FORMULA, cell(score=80.0)).points == WHOLE
    found = index(FORMULA, cell(win_rate=0.5))
    assert (found.points, found.reason) == (
        None,
        "Only 25% of the formula's weight is measured; an index takes 60%.",
    )


def test_fewer_than_five_calls_give_no_index() -> None:
    found = index(FORMULA, cell(4, score=80.0, win_rate=1.0))
    assert (found.points, found.reason) == (None, "4 approved calls; an index takes 5.")


@given(st.lists(st.tuples(st.integers(1, 99), st.floats(0, 2)), min_size=1, max_size=9))
def test_points_add_up_whatever_the_weights(terms: list[tuple[int, float]]) -> None:
    formula = Formula(
        "F", tuple(Term(f"m{n}", weight, Target(low=1, fade=1)) for n, (weight, _) in enumerate(terms))
    )
    found = index(formula, cell(5, **{f"m{n}": value for n, (_, value) in enumerate(terms)}))
    assert sum(term.possible for term in found.terms) == WHOLE
    assert found.points == sum(term.points for term in found.terms)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (Formula(" ", (Term("score", 1, Target(low=1)),)), "needs a name"),
        (Formula("F", ()), "at least one measure"),
        (Formula("F", (Term("charm", 1, Target(low=1)),)), "no such measure"),
        (Formula("F", (Term("score", 0, Target(low=1)),)), "weight"),
        (Formula("F", (Term("score", 1, Target()),)), "bound"),
        (Formula("F", (Term("score", 1, Target(low=1)),), coverage=2), "coverage"),
        (Formula("F", (Term("score", 1, Target(low=1)),), coverage=float("nan")), "coverage"),
        (Formula("F", (Term("score", 1, Target(low=float("nan"))),)), "numbers"),
        (Formula("F", (Term("score", 1, Target(low=1, fade=-1)),)), "negative"),
        (Formula("F\0", (Term("score", 1, Target(low=1)),)), "NUL"),
        (Formula("F", (Term("score", 1, Target(low=1)), Term("score", 2, Target(high=1)))), "2 times"),
    ],
)
def test_what_cannot_be_used_is_said(formula: Formula, said: str) -> None:
    assert any(said in problem for problem in problems(formula, {"score": "points"}))
    assert not list(problems(FORMULA, {"score": "points", "win_rate": "ratio"}))
