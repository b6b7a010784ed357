"""Every measure that a record may show and a formula may weigh, in one table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from analysis.metrics.metric import Metric
from analysis.metrics.registry import METRICS
from analysis.records.cells import AMOUNT, AMOUNT_WON, CONVERSION, CYCLE, LOST, WIN_RATE, WON
from models.review import Side
from models.scorecard import Judgement

SCORE = "score"
"""Points by whatever scorecards were in use."""
SCORE_BY = f"{SCORE}."
"""Beginning of the name of a measure: points by the scorecard with the key that follows."""
OPENED, AMOUNT_OPENED = "deals_opened", "amount_opened"
RATIO, COUNT, POINTS, MOOD, MONEY, DAYS = "ratio", "count", "points", "score", "currency", "days"
_NONE: Mapping[str, str] = MappingProxyType({})


class MeasureKind(StrEnum):
    """Whether it tells how calls go, or what came of deals."""

    PROCESS = "process"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its name for machines and for people, its unit, and how many decimals say something."""

    name: str
    label: str
    unit: str
    kind: MeasureKind
    decimals: int


_P, _O = MeasureKind.PROCESS, MeasureKind.OUTCOME
_DECIMALS: Mapping[str, int] = {RATIO: 2}
_FEW = 1
"""Decimals of a mean over calls in any other unit of the registry."""

JUDGEMENTS: tuple[Measure, ...] = (
    Measure(Judgement.DEPTH, "Interaction depth", POINTS, _P, 1),
    Measure(Judgement.CUSTOMER_SENTIMENT, "Customer's mood", MOOD, _P, 2),
    Measure(Judgement.CUSTOMER_SENTIMENT_CHANGE, "Customer's mood, end less beginning", MOOD, _P, 2),
)
OUTCOMES: tuple[Measure, ...] = (
    Measure(WON, "Deals won", COUNT, _O, 0),
    Measure(LOST, "Deals lost", COUNT, _O, 0),
    Measure(WIN_RATE, "Share of closed deals won", RATIO, _O, 2),
    Measure(AMOUNT_WON, "Amount won", MONEY, _O, 0),
    Measure(AMOUNT, "Amount of a deal won", MONEY, _O, 0),
    Measure(CYCLE, "Days from opening to closing", DAYS, _O, 1),
    Measure(OPENED, "Deals opened", COUNT, _O, 0),
    Measure(AMOUNT_OPENED, "Amount opened", MONEY, _O, 0),
)


def measures(scorecards: Mapping[str, str] = _NONE, stages: Collection[str] = ()) -> Mapping[str, Measure]:
    """Return every measure by name, in the order to show them.

    Those of an organisation's scorecards (name by key) and of its deals' stages are among them.
    """
    found = (
        Measure(SCORE, "Score", POINTS, _P, 1),
        *(Measure(f"{SCORE_BY}{key}", f"Score: {name}", POINTS, _P, 1) for key, name in scorecards.items()),
        *JUDGEMENTS,
        *_of_metrics(),
        *OUTCOMES,
        *(
            Measure(f"{CONVERSION}{stage}", f"Share of deals that went on from '{stage}'", RATIO, _O, 2)
            for stage in sorted(stages)
        ),
    )
    return {one.name: one for one in found}


def _of_metrics() -> Iterator[Measure]:
    for metric in METRICS:
        yield from (_of_side(metric, side) for side in metric.sides)


def _of_side(metric: Metric, side: Side) -> Measure:
    """Return a metric of one side; the side is said where there is another."""
    label = metric.label if len(metric.sides) == 1 else f"{metric.label}, {side.value}"
    return Measure(f"{metric.name}.{side.value}", label, metric.unit, _P, _DECIMALS.get(metric.unit, _FEW))
