"""Cells of a record, each a pure function of the set of what contributes to it.

Sums are exact before they are rounded once (`math.fsum`, Shewchuk 1997), so the order in which calls are
approved, corrected or withdrawn cannot show: a cell computed again after one change equals the one computed
from everything, to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from models.call import CallType
from models.record import CallContribution, Cell, DealContribution, Figure, Outcome, Period

WON, LOST, WIN_RATE = "deals_won", "deals_lost", "win_rate"
AMOUNT_WON, AMOUNT, CYCLE = "amount_won", "deal_amount", "cycle_days"
CONVERSION = "conversion:"
"""Beginning of the name of a measure: the share of deals that went on from a stage."""


def figure(values: Iterable[float]) -> Figure:
    """Return what values come to, whatever their order; raises `ValueError` where there are none."""
    found = tuple(values)
    if not found:
        raise ValueError("a figure takes at least one value")
    mean = math.fsum(found) / len(found)
    if len(found) == 1:
        return Figure(1, mean, None, None)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in found) / (len(found) - 1))
    return Figure(len(found), mean, deviation, deviation / math.sqrt(len(found)))


def cell(
    rep_id: UUID,
    period: Period,
    call_type: CallType | None,
    calls: Sequence[CallContribution],
    deals: Sequence[DealContribution],
) -> Cell:
    """Return the cell of what contributes to it, without calls of other types; deals are of every type."""
    counted = [call for call in calls if call_type in (None, call.call_type)]
    figures = {**_of_calls(counted), **(_of_deals(deals) if call_type is None else {})}
    return Cell(rep_id, period, call_type, len(counted), dict(sorted(figures.items())))


def _of_calls(calls: Sequence[CallContribution]) -> dict[str, Figure]:
    """Return the figures of measures that calls bring."""
    values: dict[str, list[float]] = {}
    for call in calls:
        for name, value in call.measures.items():
            values.setdefault(name, []).append(value)
    return {name: figure(found) for name, found in values.items()}


def _of_deals(deals: Sequence[DealContribution]) -> dict[str, Figure]:
    """Return the figures of outcomes: counts and sums are of the period, rates and means are of its deals."""
    closed = [deal for deal in deals if deal.outcome is not Outcome.OPEN]
    if not closed:
        return {}
    won = [deal for deal in closed if deal.outcome is Outcome.WON]
    amounts = [deal.amount for deal in won if deal.amount is not None]
    days = [deal.cycle_days for deal in closed if deal.cycle_days is not None]
    return {
        WON: _total(len(closed), float(len(won))),
        LOST: _total(len(closed), float(len(closed) - len(won))),
        WIN_RATE: figure(float(deal.outcome is Outcome.WON) for deal in closed),
        **(
            {AMOUNT_WON: _total(len(amounts), math.fsum(amounts)), AMOUNT: figure(amounts)} if amounts else {}
        ),
        **({CYCLE: figure(days)} if days else {}),
        **_conversions(closed),
    }


def _total(n: int, value: float) -> Figure:
    """Return a count or a sum as a figure: it is what it is, without an error."""
    return Figure(n, value, None, None)


def _conversions(deals: Sequence[DealContribution]) -> Mapping[str, Figure]:
    """Return by stage the share of deals that reached it and went on: to a later stage, or were won."""
    went_on: dict[str, list[float]] = {}
    for deal in deals:
        for place, stage in enumerate(deal.stages, 1):
            further = place < len(deal.stages) or deal.outcome is Outcome.WON
            went_on.setdefault(stage, []).append(float(further))
    return {f"{CONVERSION}{stage}": figure(found) for stage, found in went_on.items()}
