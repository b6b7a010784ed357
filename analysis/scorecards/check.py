"""What is wrong with a scorecard, said so that whoever wrote it can put it right."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator

from analysis.metrics.registry import METRICS
from models.scorecard import SCORECARD, HumanItem, Item, MetricItem, Scorecard, Target, TrackerItem

KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
HEAVIEST = 1000
NUL = rb"\u0000"
"""As JSON spells it; databases do not hold it."""
SIDES = {metric.name: metric.sides for metric in METRICS}


def problems(card: Scorecard, trackers: Collection[str]) -> tuple[str, ...]:
    """Return every problem of a scorecard, in its order; nothing where it can be used."""
    return tuple(_problems(card, trackers))


def _problems(card: Scorecard, trackers: Collection[str]) -> Iterator[str]:
    yield from _of_whole(card)
    for key, times in Counter(item.key for item in card.items).items():
        if times > 1:
            yield f"The key '{key}' is given to {times} items; each needs its own."
    for item in card.items:
        yield from (f"Item '{item.key}': {problem}" for problem in _of_item(item, trackers))


def _of_whole(card: Scorecard) -> Iterator[str]:
    if NUL in SCORECARD.dump_json(card):
        yield "It holds the character NUL."
    if not KEY.fullmatch(card.key):
        yield f"The key '{card.key}' must be lower-case letters, digits and underscores."
    if not card.name.strip():
        yield "It needs a name."
    if not 0 <= card.coverage <= 1:
        yield f"The coverage {card.coverage:g} must be between 0 and 1."
    if not card.items:
        yield "It needs at least one item."
    if not all(section.title.strip() for section in card.sections):
        yield "Every section needs a title."


def _of_item(item: Item, trackers: Collection[str]) -> Iterator[str]:
    if not KEY.fullmatch(item.key):
        yield "its key must be lower-case letters, digits and underscores."
    if not item.label.strip():
        yield "it needs a label."
    if not 1 <= item.weight <= HEAVIEST:
        yield f"its weight must be between 1 and {HEAVIEST}."
    if isinstance(item, HumanItem):
        yield from _of_options(item)
        return
    if isinstance(item, MetricItem):
        yield from _of_metric(item)
    if isinstance(item, TrackerItem) and item.tracker not in trackers:
        yield f"there is no tracker '{item.tracker}'."
    for target in (item.target, *item.by_call_type.values()):
        yield from of_target(target)


def _of_metric(item: MetricItem) -> Iterator[str]:
    sides = SIDES.get(item.metric)
    if sides is None:
        yield f"there is no metric '{item.metric}'; docs/metrics.md lists them."
    elif item.side not in sides:
        yield f"the metric '{item.metric}' is of {' or '.join(sides)}, not of {item.side}."


def of_target(target: Target) -> Iterator[str]:
    """Yield what is wrong with a target."""
    bounds = [bound for bound in (target.low, target.high, target.fade) if bound is not None]
    if not all(math.isfinite(bound) for bound in bounds):
        yield "a target holds numbers."
    elif target.low is None and target.high is None:
        yield "a target needs a lower bound, an upper bound or both."
    elif target.low is not None and target.high is not None and target.low > target.high:
        yield f"the target's lower bound {target.low:g} lies above its upper bound {target.high:g}."
    if target.fade < 0:
        yield "the distance at which nothing is earned cannot be negative."


def _of_options(item: HumanItem) -> Iterator[str]:
    keys = [option.key for option in item.options]
    if len(set(keys)) != len(keys) or not all(KEY.fullmatch(key) for key in keys):
        yield "each answer needs a key of its own, of lower-case letters, digits and underscores."
    if len(keys) <= 1:
        yield "it needs at least two answers to choose from."
    if not all(0 <= option.share <= 1 for option in item.options):
        yield "an answer earns a share of the points between 0 and 1."
    elif keys and max(option.share for option in item.options) == 0:
        yield "one of its answers must earn something."
