"""Two formulas over the same cells: indexes, their differences, and how alike they put reps in order."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records.cells import is_total
from analysis.records.comparison import compared
from analysis.records.formula import checked, index
from analysis.records.measures import measures
from analysis.records.shipped import SHIPPED
from core.errors import Rejected
from models.record import Cell, Figure, Formula, Period, PeriodKind, Term
from models.scorecard import Target

MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))
BY_A = Formula("A", (Term("a", 1, Target(low=1, fade=1)),))
BY_B = Formula("B", (Term("b", 1, Target(low=1, fade=1)),))


def cell(number: int, calls: int = 9, **means: float) -> Cell:
    figures = {name: Figure(calls, mean, 0.1) for name, mean in means.items()}
    return Cell(UUID(int=number), MARCH, None, calls, figures)


def test_a_rep_has_an_index_by_each_and_the_difference_of_the_two() -> None:
    (rep,) = compared(BY_A, BY_B, [cell(1, a=0.25, b=0.5)]).reps
    assert (rep.one.points, rep.other.points, rep.difference) == (25_000, 50_000, 25_000)


@pytest.mark.parametrize("other", [cell(1, a=0.5), cell(1, 4, a=0.5, b=0.5)])
def test_without_an_index_by_both_there_is_no_difference(other: Cell) -> None:
    found = compared(BY_A, BY_B, [other])
    assert (found.reps[0].difference, found.ranked, found.correlation) == (None, 0, None)


def test_the_same_order_is_one_and_the_opposite_minus_one() -> None:
    shares = (0.1, 0.4, 0.7)
    same = [cell(number, a=share, b=share / 2) for number, share in enumerate(shares)]
    turned = [cell(number, a=share, b=1 - share) for number, share in enumerate(shares)]
    assert compared(BY_A, BY_B, same).correlation == pytest.approx(1)
    assert compared(BY_A, BY_B, turned).correlation == pytest.approx(-1)


def test_fewer_than_three_reps_or_no_difference_between_them_have_no_order() -> None:
    two = [cell(1, a=0.1, b=0.2), cell(2, a=0.3, b=0.4)]
    alike = [cell(number, a=0.5, b=number / 10) for number in range(4)]
    assert compared(BY_A, BY_B, two).correlation is None
    assert compared(BY_A, BY_B, alike).correlation is None
    assert compared(BY_A, BY_B, []).correlation is None


cells = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=8).map(
    lambda found: [cell(number, a=a, b=b) for number, (a, b) in enumerate(found)]
)


@given(cells)
def test_the_other_way_round_differences_turn_and_the_order_stays_as_alike(found: list[Cell]) -> None:
    there, back = compared(BY_A, BY_B, found), compared(BY_B, BY_A, found)
    assert [rep.difference for rep in there.reps] == [-(rep.difference or 0) for rep in back.reps]
    assert there.correlation == pytest.approx(back.correlation)
    itself = compared(BY_A, BY_A, found).correlation
    assert itself is None or itself == pytest.approx(1)


@pytest.mark.parametrize("formula", SHIPPED, ids=lambda formula: formula.name)
def test_a_shipped_formula_can_be_used_for_periods_of_any_length_and_without_deals(formula: Formula) -> None:
    assert checked(formula, measures()) == formula
    assert not any(is_total(term.measure) for term in formula.terms)
    calls = index(formula, cell(1, score=90.0, depth=70.0, customer_sentiment_change=0.2))
    assert calls.points == 100_000


def test_what_is_wrong_with_a_formula_is_said_all_at_once() -> None:
    wrong = Formula("F", (Term("charm", 0, Target(low=2, high=1)), Term("charm", 1, Target(low=1))))
    with pytest.raises(Rejected) as refused:
        checked(wrong, measures())
    for part in ("no such measure", "weight", "above its upper bound", "2 times"):
        assert part in refused.value.reason
