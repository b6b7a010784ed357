"""The index of a cell: its figures weighed by a formula that the organisation edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from analysis.scorecards.check import HEAVIEST, NUL, of_target
from analysis.scorecards.points import dealt, earned, share
from core.errors import Rejected
from models.record import FORMULA, LEAST_CALLS, Cell, Formula, Term
from models.scorecard import WHOLE

VERSION = "1"


@dataclass(frozen=True, slots=True)
class TermScore:
    """What a term earned of what it could, thousandths; `value` None where it was not measured."""

    measure: str
    value: float | None
    n: int
    points: int
    possible: int


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a cell in thousandths of a point of 100, or None with a reason; the terms add up to it."""

    points: int | None
    reason: str | None
    coverage: float
    terms: tuple[TermScore, ...]
    version: str


def index(formula: Formula, cell: Cell) -> Index:
    """Return the index of a cell; none on fewer than five calls."""
    figures = [cell.figures.get(term.measure) for term in formula.terms]
    weights = [
        0 if found is None else term.weight for term, found in zip(formula.terms, figures, strict=True)
    ]
    every = sum(term.weight for term in formula.terms)
    coverage = sum(weights) / every if every else 0.0
    possible = dealt(WHOLE, weights) if sum(weights) else (0,) * len(weights)
    terms = tuple(
        TermScore(
            term.measure,
            None if found is None else found.mean,
            0 if found is None else found.n,
            0 if found is None else earned(most, share(found.mean, term.target)),
            most,
        )
        for term, found, most in zip(formula.terms, figures, possible, strict=True)
    )
    reason = _reason(cell, coverage, formula)
    return Index(None if reason else sum(t.points for t in terms), reason, coverage, terms, VERSION)


def checked(formula: Formula, measures: Collection[str]) -> Formula:
    """Return a formula that can be used; raises `Rejected` with everything that is wrong with it."""
    found = tuple(problems(formula, measures))
    if found:
        raise Rejected(
            "formula", "The formula cannot be used: " + " ".join(found), "Put that right and try again."
        )
    return formula


def problems(formula: Formula, measures: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a formula, given the measures that there are; nothing where it can be used."""
    if NUL in FORMULA.dump_json(formula):
        yield "It holds the character NUL."
    if not formula.name.strip():
        yield "It needs a name."
    if not formula.terms:
        yield "It needs at least one measure."
    if not 0 <= formula.coverage <= 1:
        yield f"The coverage {formula.coverage:g} must be between 0 and 1."
    for measure, times in Counter(term.measure for term in formula.terms).items():
        if times > 1:
            yield f"'{measure}' is in it {times} times; once must do."
    for term in formula.terms:
        yield from (f"'{term.measure}': {problem}" for problem in _of_term(term, measures))


def _of_term(term: Term, measures: Collection[str]) -> Iterator[str]:
    if term.measure not in measures:
        yield "there is no such measure."
    if not 1 <= term.weight <= HEAVIEST:
        yield f"its weight must be between 1 and {HEAVIEST}."
    yield from of_target(term.target)


def _reason(cell: Cell, coverage: float, formula: Formula) -> str | None:
    if cell.calls < LEAST_CALLS:
        return f"{cell.calls} approved calls; an index takes {LEAST_CALLS}."
    least = formula.coverage
    if coverage < least:
        return f"Only {coverage:.0%} of the formula's weight is measured; an index takes {least:.0%}."
    return None
