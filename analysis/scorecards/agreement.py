"""How far people agree who score the same calls without seeing each other's answers.

Reliability is Krippendorff's alpha: 1 where all agree, 0 where they agree as chance would have it
(Krippendorff 2011, "Computing Krippendorff's alpha-reliability"; Hayes and Krippendorff 2007, "Answering the
call for a standard reliability measure for coding data").
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analysis.scorecards.score import chosen
from models.scorecard import Answer, HumanItem, Item, Score, Scorecard

Level = Literal["nominal", "interval"]
LEAST_UNITS = 2
LEAST_FOR_INTERVAL = 5
"""Units from which a bootstrap says anything."""
RESAMPLES, SEED = 500, 2007
"""A resample takes about 0.1 ms an item; the seed is fixed, so that the same answers give the same bounds."""
BOUNDS = (0.025, 0.975)
LEFT_OUT = "left out"
"""What an item that somebody says does not apply counts as, where answers are options: one more of them."""
FEW = "Fewer than two calls were answered by two people."
UNVARIED = "Everybody gave the same answer to every call: what never varies cannot show agreement."


@dataclass(frozen=True, slots=True)
class Coded:
    """What one person answered about a call, by item."""

    coder: UUID
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class CodedCall:
    """A call that several people scored, and the machine's score of it."""

    coded: tuple[Coded, ...]
    machine: Score


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """How far people agree on an item of one call.

    `shares` (0..1 of the points) are by person, None where they say it does not apply; `same` is the share of
    pairs of people who answer alike, `difference` the mean distance between two shares, `spread` the largest.
    None where fewer than two people say anything.
    """

    key: str
    label: str
    shares: Mapping[UUID, float | None]
    machine: float | None
    same: float | None
    difference: float | None
    spread: float | None


@dataclass(frozen=True, slots=True)
class ItemReliability:
    """Alpha of an item over calls, with 95 % bounds; None with a reason.

    `units` are the calls that two people or more answered, `coders` those people; `machine` is the mean
    distance between the mean of people's shares and the machine's, over `machine_units` calls.
    """

    key: str
    label: str
    level: Level
    alpha: float | None
    reason: str | None
    low: float | None
    high: float | None
    units: int
    coders: int
    machine: float | None
    machine_units: int


def of_call(card: Scorecard, call: CodedCall) -> tuple[ItemAgreement, ...]:
    """Return how far people agree on each item of a call."""
    machine = {item.key: item.share for item in call.machine.items}
    return tuple(_of_item(item, call.coded, machine.get(item.key)) for item in card.items)


def over_calls(card: Scorecard, calls: Sequence[CodedCall]) -> tuple[ItemReliability, ...]:
    """Return how reliably each item of a scorecard is answered, over calls."""
    return tuple(_over_calls(item, calls) for item in card.items)


def _of_item(item: Item, coded: Sequence[Coded], machine: float | None) -> ItemAgreement:
    given = {one.coder: one.answers[item.key] for one in coded if item.key in one.answers}
    shares = {coder: _share(item, answer) for coder, answer in given.items()}
    pairs = [_alike(item, one, other) for one, other in combinations(given.values(), 2)]
    known = [share for share in shares.values() if share is not None]
    apart = [abs(one - other) for one, other in combinations(known, 2)]
    return ItemAgreement(
        item.key, item.label, shares, machine, _mean(pairs), _mean(apart), max(apart, default=None)
    )


def _share(item: Item, answer: Answer) -> float | None:
    return chosen(item, answer)[0] if answer.applicable else None


def _alike(item: Item, one: Answer, other: Answer) -> bool:
    if not (one.applicable and other.applicable):
        return one.applicable == other.applicable
    if isinstance(item, HumanItem):
        return one.option == other.option
    return math.isclose(one.share or 0.0, other.share or 0.0, abs_tol=1e-9)


def _over_calls(item: Item, calls: Sequence[CodedCall]) -> ItemReliability:
    level: Level = "nominal" if isinstance(item, HumanItem) else "interval"
    units = [unit for call in calls if len(unit := _unit(item, call.coded)) > 1]
    coders = {coder for unit in units for coder in unit}
    alpha, reason, low, high = reliability([list(unit.values()) for unit in units], level)
    apart = list(_from_machine(item, calls))
    return ItemReliability(
        item.key,
        item.label,
        level,
        alpha,
        reason,
        low,
        high,
        len(units),
        len(coders),
        _mean(apart),
        len(apart),
    )


def _unit(item: Item, coded: Sequence[Coded]) -> dict[UUID, str | float]:
    """Return what each person answered to an item, as it is compared; other kinds of answers are left out."""
    found = dict[UUID, str | float]()
    for one in coded:
        answer = one.answers.get(item.key)
        value = None if answer is None else _value(item, answer)
        if value is not None:
            found[one.coder] = value
    return found


def _value(item: Item, answer: Answer) -> str | float | None:
    if isinstance(item, HumanItem):
        return answer.option if answer.applicable else LEFT_OUT
    return answer.share if answer.applicable else None


def _from_machine(item: Item, calls: Sequence[CodedCall]) -> Iterator[float]:
    """Yield how far people's mean share lies from the machine's, call by call."""
    for call in calls:
        machine = next((one.share for one in call.machine.items if one.key == item.key), None)
        said = [value for value in _unit(item, call.coded).values() if isinstance(value, float)]
        if machine is not None and said:
            yield abs(sum(said) / len(said) - machine)


def reliability(
    units: Sequence[Sequence[str | float]], level: Level
) -> tuple[float | None, str | None, float | None, float | None]:
    """Return alpha, or the reason why there is none, and its 95 % bounds where units suffice.

    A unit holds the values that people gave it, whoever they are.
    """
    paired = [unit for unit in units if len(unit) > 1]
    domain = sorted({value for unit in paired for value in unit})
    if len(paired) < LEAST_UNITS:
        return None, FEW, None, None
    if len(domain) == 1:
        return None, UNVARIED, None, None
    counts = np.array([[list(unit).count(value) for value in domain] for unit in paired])
    scale = np.array(domain if level == "interval" else range(len(domain)), dtype=float)
    low, high = _bounds(counts, scale, level)
    return _alpha(counts, scale, level), None, low, high


def _alpha(counts: NDArray[np.int64], scale: NDArray[np.float64], level: Level) -> float:
    """Return alpha of how often each unit was given each value: its steps are those of Krippendorff 2011.

    Only units with two values or more are looked at. The packages there are for it are under the GPL.
    """
    apart = scale[:, None] - scale[None, :]
    distance = apart**2 if level == "interval" else (apart != 0).astype(float)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(scale), dtype=int)
    coincidences = (pairs / (counts.sum(axis=1) - 1)[:, None, None]).sum(axis=0)
    totals = coincidences.sum(axis=0)
    expected = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    return float(1 - (coincidences * distance).sum() / (expected * distance).sum())


def _bounds(
    counts: NDArray[np.int64], scale: NDArray[np.float64], level: Level
) -> tuple[float | None, float | None]:
    """Return 95 % bounds by drawing units with replacement; draws without variation have no alpha."""
    if len(counts) < LEAST_FOR_INTERVAL:
        return None, None
    ordered = counts[np.lexsort(counts.T)]  # the order of units changes nothing
    chance = np.random.default_rng(SEED)
    found = list[float]()
    for _ in range(RESAMPLES):
        drawn = ordered[chance.integers(0, len(ordered), len(ordered))]
        used = drawn.sum(axis=0) > 0
        if used.sum() > 1:
            found.append(_alpha(drawn[:, used], scale[used], level))
    if len(found) < RESAMPLES / 2:
        return None, None
    low, high = np.quantile(found, BOUNDS)
    return float(low), float(high)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
