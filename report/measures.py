"""Measures beside the band that is usual for the kind of call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.bands import Band, band
from analysis.depth import PARTS
from analysis.metrics.registry import METRICS
from core.figures import quantity
from models.call import CallType
from models.review import MetricValue, Review
from report.meanings import Group, meaning_of

_ROOM = 1.25
"""A scale reaches this far beyond the larger of value and band."""
_LABELS: Mapping[str, str] = {metric.name: metric.label for metric in METRICS}
_PART_LABELS: Mapping[str, str] = {part.name: part.label for part in PARTS}
_UNITS: Mapping[str, str] = {metric.name: metric.unit for metric in METRICS}
_FORMULAS: Mapping[str, str] = {metric.name: metric.formula for metric in METRICS}
_REFERENCE = re.compile(r"\s*\[[^\]]*\]")
_RATIOS = frozenset({"talk_listen_ratio"})
"""Measures whose ratio is no share of a whole."""


@dataclass(frozen=True, slots=True)
class Bullet:
    """A value on a scale, all in percent of its width; `low` and `high` bound the usual band."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one side; `verdict` says where it stands, or why there is no value."""

    metric: MetricValue
    text: str
    bullet: Bullet | None
    verdict: str
    source: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with the figure of each side."""

    name: str
    label: str
    meaning: str
    formula: str
    group: Group
    key: bool
    figures: tuple[Figure, ...]

    @property
    def known(self) -> bool:
        """Return whether any side has a value."""
        return any(figure.metric.value is not None for figure in self.figures)


def label_of(name: str) -> str:
    """Return a measure's name for people."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def part_label(name: str) -> str:
    """Return the name for people of a part of the depth."""
    return _PART_LABELS.get(name) or name.replace("_", " ").capitalize()


def measures(review: Review) -> tuple[Measure, ...]:
    """Return the measures by group, in the order of the review, the figures of both sides together."""
    by_name: dict[str, list[MetricValue]] = {}
    for metric in review.metrics:
        by_name.setdefault(metric.name, []).append(metric)
    order = list(Group)
    found = [_measure(name, values, review.call_type) for name, values in by_name.items()]
    return tuple(sorted(found, key=lambda measure: order.index(measure.group)))


def _measure(name: str, values: Sequence[MetricValue], call_type: str) -> Measure:
    """Return one measure with what it says."""
    meaning = meaning_of(name)
    return Measure(
        name=name,
        label=label_of(name),
        meaning=meaning.text,
        formula=_FORMULAS.get(name, ""),
        group=meaning.group,
        key=meaning.key,
        figures=_figures(values, call_type),
    )


def figure_text(metric: MetricValue) -> str:
    """Return a measure's value with its unit."""
    if metric.name in _RATIOS and metric.value is not None:
        return f"{metric.value:.1f} to 1"
    return quantity(metric.value, metric.unit)


def usual(metric: MetricValue, call_type: str) -> Band | None:
    """Return the band of a measure for a kind of call; none for a unit the band is not told in.

    A kind of call nobody has published bands for is held against those of any call.
    """
    if metric.unit != _UNITS.get(metric.name):
        return None
    known = set(CallType)
    return band(metric.name, metric.side, CallType(call_type) if call_type in known else CallType.GENERAL)


def _figures(values: Sequence[MetricValue], call_type: str) -> tuple[Figure, ...]:
    """Return the figures of one measure on one common scale."""
    bands = [usual(value, call_type) for value in values]
    top = _top(values, bands)
    return tuple(_figure(v, b, top) for v, b in zip(values, bands, strict=True))


def _top(values: Sequence[MetricValue], bands: Sequence[Band | None]) -> float | None:
    """Return where the scale ends: 1 for shares, otherwise beyond everything shown; None for no scale.

    A single figure without a band has nothing to be seen against.
    """
    shown = [v.value for v in values if v.value is not None]
    if any(v.unit == "ratio" and v.name not in _RATIOS for v in values):
        return 1.0
    ends = [end for band in bands if band for end in (band.low, band.high) if end is not None]
    if min([*shown, 0.0]) < 0 or (len(shown) < 2 and not ends):  # noqa: PLR2004 - a comparison takes two
        return None
    return _ROOM * max([*shown, *ends, 0.0]) or None


def _figure(metric: MetricValue, within: Band | None, top: float | None) -> Figure:
    """Return one figure with its place on the scale and a sentence on its band."""
    if metric.value is None:
        return Figure(metric, quantity(None, ""), None, metric.reason or "no reason given", "")
    bullet = _bullet(metric.value, within, top) if top else None
    source = _REFERENCE.sub("", within.source) if within else ""
    return Figure(metric, figure_text(metric), bullet, verdict(metric.value, metric.unit, within), source)


def _bullet(value: float, within: Band | None, top: float) -> Bullet:
    """Return a value and its band as percent of a scale."""
    low = within.low if within else None
    high = within.high if within else None
    return Bullet(
        value=min(max(100 * value / top, 0.0), 100.0),
        low=None if low is None else 100 * low / top,
        high=None if high is None else 100 * high / top,
    )


def verdict(value: float, unit: str, within: Band | None) -> str:
    """Return where a value stands against its band, in words; nothing without one."""
    if within is None or (within.low is None and within.high is None):
        return ""
    if within.low is not None and value < within.low:
        return f"below the usual {spoken(within, unit)}"
    if within.high is not None and value > within.high:
        return f"above the usual {spoken(within, unit)}"
    return f"within the usual {spoken(within, unit)}"


def spoken(within: Band, unit: str) -> str:
    """Return a band in words."""
    if within.low is None:
        return f"{quantity(within.high, unit)} at most"
    if within.high is None:
        return f"{quantity(within.low, unit)} at least"
    low, high = quantity(within.low, unit), quantity(within.high, unit)
    _, space, tail = high.rpartition("\N{NARROW NO-BREAK SPACE}")
    return f"{low.removesuffix(space + tail)} to {high}"
