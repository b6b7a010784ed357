"""Changes and trends say how sure they are, and nothing on too little."""

from __future__ import annotations

import random
from datetime import date
from uuid import UUID

import pytest

from analysis.records.cells import figure
from analysis.records.relation import relation
from analysis.records.trends import change, interval, spread, trend
from models.record import Cell, Figure, Period, PeriodKind

MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance = random.Random(3)  # noqa: S311 - made-up figures
    held = 0
    for _ in range(400):
        found = interval(figure(chance.gauss(50, 10) for _ in range(8)))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 50 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_one_value_has_no_interval() -> None:
    assert interval(figure((3.0,))).low is None


def test_a_clear_change_is_told_from_chance() -> None:
    past = figure((50, 52, 48, 51, 49, 50))
    assert change(figure((60, 61, 59, 62, 58)), past) is not None
    assert change(figure((60, 61, 59, 62, 58)), past).clear  # type: ignore[union-attr]
    assert not change(figure((50, 53, 47, 52, 49)), past).clear  # type: ignore[union-attr]
    assert change(figure((60, 61, 59, 62)), past) is None
    assert change(figure((5.0,) * 5), figure((4.0,) * 5)).clear  # type: ignore[union-attr]


def test_a_trend_is_not_turned_by_one_odd_period() -> None:
    means = [50.0, 52.0, 54.0, 10.0, 58.0, 60.0, 62.0]
    found = trend([(n, Figure(9, mean, 1.0, 0.3)) for n, mean in enumerate(means)])
    assert found is not None
    assert found.slope.value == pytest.approx(2, abs=0.4)
    assert found.periods == 7
    assert trend([(n, Figure(4, mean, 1.0, 0.5)) for n, mean in enumerate(means)]) is None


def test_a_team_shows_its_middle_half_and_nobody_alone() -> None:
    def of(number: int, mean: float, n: int = 9) -> Cell:
        return Cell(UUID(int=number), MARCH, None, n, {"depth": Figure(n, mean, 1.0, 0.3)})

    cells = [of(n, 10.0 * n) for n in range(1, 6)]
    found = spread(cells, "depth")
    assert found is not None
    assert (found.low, found.middle, found.high, found.reps) == (20.0, 30.0, 40.0, 5)
    assert spread(cells[:2], "depth") is None
    assert spread([of(n, 1.0, 4) for n in range(6)], "depth") is None
    assert spread(cells, "score") is None


def test_a_relation_says_how_sure_it_is_and_is_silent_on_little() -> None:
    chance = random.Random(5)  # noqa: S311 - made-up figures
    linked = [(x := chance.gauss(0, 1), x + chance.gauss(0, 0.5)) for _ in range(60)]
    apart = [(chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(60)]
    found, none = relation(linked), relation(apart)
    assert found is not None
    assert none is not None
    assert found.clear
    assert found.correlation.value > 0.7
    assert "not that one brings about the other" in found.caution
    assert none.correlation.low is not None
    assert none.correlation.high is not None
    assert none.correlation.low < none.correlation.value < none.correlation.high
    assert relation(linked[:11]) is None
    assert relation([(1.0, y) for _, y in linked]) is None
    assert relation([(float(n), float(n)) for n in range(20)]).clear  # type: ignore[union-attr]
