"""Every measure that a record may show and a formula may weigh, in one table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from analysis.metrics.metric import Better, Metric
from analysis.metrics.registry import METRICS
from analysis.records.cells import (
    AMOUNT,
    AMOUNT_OPENED,
    AMOUNT_WON,
    CONVERSION,
    CYCLE,
    LOST,
    OPENED,
    PIPELINE,
    WIN_RATE,
    WON,
    in_currency,
)
from models.record import SCORE
from models.review import Side
from models.scorecard import Judgement

SCORE_BY = f"{SCORE}."
"""Beginning of the name of a measure: points by the scorecard with the key that follows."""
RATIO, COUNT, POINTS, MOOD, MONEY, DAYS = "ratio", "count", "points", "score", "currency", "days"
_NONE: Mapping[str, str] = MappingProxyType({})


class MeasureKind(StrEnum):
    """Whether it tells how calls go, or what came of deals."""

    PROCESS = "process"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its name for machines and for people, its unit, and how many decimals say something.

    `better` says which way is better, for all that is known.
    """

    name: str
    label: str
    unit: str
    kind: MeasureKind
    decimals: int
    better: Better = Better.NONE


_P, _O = MeasureKind.PROCESS, MeasureKind.OUTCOME
_MORE, _LESS = Better.HIGHER, Better.LOWER
_DECIMALS: Mapping[str, int] = {RATIO: 2}
_FEW = 1
"""Decimals of a mean over calls in any other unit of the registry."""

JUDGEMENTS: tuple[Measure, ...] = (
    Measure(Judgement.DEPTH, "Interaction depth", POINTS, _P, 1, _MORE),
    Measure(Judgement.CUSTOMER_SENTIMENT, "Customer's mood", MOOD, _P, 2, _MORE),
    Measure(Judgement.CUSTOMER_SENTIMENT_CHANGE, "Customer's mood, end less beginning", MOOD, _P, 2, _MORE),
)
OUTCOMES: tuple[Measure, ...] = (
    Measure(WON, "Deals won", COUNT, _O, 0, _MORE),
    Measure(LOST, "Deals lost", COUNT, _O, 0, _LESS),
    Measure(WIN_RATE, "Share of closed deals won", RATIO, _O, 2, _MORE),
    Measure(CYCLE, "Days from opening to closing", DAYS, _O, 1, _LESS),
    Measure(PIPELINE, "Share of deals opened that moved on", RATIO, _O, 2, _MORE),
    Measure(OPENED, "Deals opened", COUNT, _O, 0, _MORE),
)
_AMOUNTS = ((AMOUNT_WON, "Amount won"), (AMOUNT, "Amount of a deal won"), (AMOUNT_OPENED, "Amount opened"))


def measures(
    scorecards: Mapping[str, str] = _NONE, stages: Collection[str] = (), currencies: Collection[str] = ()
) -> Mapping[str, Measure]:
    """Return every measure by name, in the order to show them.

    Those of an organisation's scorecards (name by key), of its deals' stages and currencies are among them.
    """
    found = (
        Measure(SCORE, "Score", POINTS, _P, 1, _MORE),
        *(_by_scorecard(key, name) for key, name in scorecards.items()),
        *JUDGEMENTS,
        *_of_metrics(),
        *OUTCOMES,
        *(_amount(name, label, one) for one in (None, *sorted(currencies)) for name, label in _AMOUNTS),
        *(_conversion(stage) for stage in sorted(stages)),
    )
    return {one.name: one for one in found}


def named(names: Collection[str], scorecards: Mapping[str, str] = _NONE) -> Mapping[str, Measure]:
    """Return the measures of some names, in the order to show them; names of nothing are left out."""
    stages = {name.removeprefix(CONVERSION) for name in names if name.startswith(CONVERSION)}
    found = measures(scorecards, stages, set(_currencies(names)))
    return {name: one for name, one in found.items() if name in names}


def _currencies(names: Collection[str]) -> Iterator[str]:
    amounts = {name for name, _ in _AMOUNTS}
    for name in names:
        of, _, currency = name.partition(":")
        if of in amounts and currency:
            yield currency


def _by_scorecard(key: str, name: str) -> Measure:
    return Measure(f"{SCORE_BY}{key}", f"Score: {name}", POINTS, _P, 1, _MORE)


def _amount(name: str, label: str, currency: str | None) -> Measure:
    """Return a measure of amounts in a currency; without one, of deals that say no currency."""
    told = label if currency is None else f"{label}, {currency}"
    return Measure(in_currency(name, currency), told, currency or MONEY, _O, 0, _MORE)


def _conversion(stage: str) -> Measure:
    label = f"Share of deals that went on from '{stage}'"
    return Measure(f"{CONVERSION}{stage}", label, RATIO, _O, 2, _MORE)


def _of_metrics() -> Iterator[Measure]:
    for metric in METRICS:
        yield from (_of_side(metric, side) for side in metric.sides)


def _of_side(metric: Metric, side: Side) -> Measure:
    """Return a metric of one side; the side is said where there is another."""
    label = metric.label if len(metric.sides) == 1 else f"{metric.label}, {side.value}"
    decimals = _DECIMALS.get(metric.unit, _FEW)
    return Measure(f"{metric.name}.{side.value}", label, metric.unit, _P, decimals, metric.better)
