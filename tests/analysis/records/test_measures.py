"""The measures that there are: each has one name, and a cell's figures have no other names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

from analysis.metrics.registry import METRICS
from analysis.records.cells import cell
from analysis.records.measures import MeasureKind, measures, named
from models.record import DealContribution, Outcome, Period, PeriodKind


def test_every_metric_is_there_for_each_of_its_sides() -> None:
    found = measures()
    for metric in METRICS:
        for side in metric.sides:
            assert found[f"{metric.name}.{side.value}"].unit == metric.unit


def test_names_and_labels_are_each_used_once() -> None:
    found = measures({"discovery": "Discovery"}, ["demo", "offer"], ["EUR"])
    assert all(name == one.name for name, one in found.items())
    assert len({one.label for one in found.values()}) == len(found)


def test_an_organisations_scorecards_and_stages_are_among_them() -> None:
    found = measures({"discovery": "First talk"}, ["offer"])
    assert found["score.discovery"].label == "Score: First talk"
    assert found["conversion:offer"].kind is MeasureKind.OUTCOME
    assert "score.discovery" not in measures()


def test_every_figure_that_deals_come_to_is_an_outcome() -> None:
    at = datetime(2026, 11, 3, tzinfo=UTC)
    deals = [
        DealContribution(uuid4(), uuid4(), at, at, outcome, 100.0, currency, ("demo", "offer"))
        for outcome, currency in ((Outcome.WON, "EUR"), (Outcome.WON, None), (Outcome.LOST, "USD"))
    ]
    figures = cell(uuid4(), Period(PeriodKind.MONTH, date(2026, 11, 1)), None, (), deals, deals).figures
    found = measures(stages=["demo", "offer"], currencies=["EUR", "USD"])
    assert figures
    assert {found[name].kind for name in figures} == {MeasureKind.OUTCOME}


def test_measures_are_found_by_name_whatever_stages_and_currencies_there_are() -> None:
    asked = ["amount_won:EUR", "conversion:offer: final", "score.mine", "depth", "nothing", "amount_won:"]
    found = named(asked, {"mine": "Mine"})
    assert list(found) == ["score.mine", "depth", "amount_won:EUR", "conversion:offer: final"]
    assert found["amount_won:EUR"].unit == "EUR"
