"""Cells of a record, each a pure function of the set of what contributes to it.

Sums are exact before they are rounded once (`math.fsum`, Shewchuk 1997), so the order in which calls are
approved, corrected or withdrawn cannot show: a cell computed again after one change equals the one computed
from everything, to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from analysis.records.periods import bounds, periods_of
from models.call import CallType
from models.record import CallContribution, Cell, DealContribution, Figure, Outcome, Period, Rules, Slot

WON, LOST, WIN_RATE = "deals_won", "deals_lost", "win_rate"
AMOUNT_WON, AMOUNT, CYCLE = "amount_won", "deal_amount", "cycle_days"
OPENED, AMOUNT_OPENED, PIPELINE = "deals_opened", "amount_opened", "pipeline_quality"
CONVERSION = "conversion:"
"""Beginning of the name of a measure, before a stage: the share of deals that went on from it."""
_TOTALS = frozenset({WON, LOST, AMOUNT_WON, OPENED, AMOUNT_OPENED})


@dataclass(slots=True)
class Contents:
    """What lies in a period."""

    calls: list[CallContribution] = field(default_factory=list)
    closed: list[DealContribution] = field(default_factory=list)
    opened: list[DealContribution] = field(default_factory=list)


def figure(values: Iterable[float]) -> Figure:
    """Return what values come to, whatever their order; raises `ValueError` where there are none."""
    found = values if isinstance(values, list) else list(values)
    if not found:
        raise ValueError("a figure takes at least one value")
    n = len(found)
    mean = math.fsum(found) / n
    if n == 1:
        return Figure(1, mean)
    apart = [value - mean for value in found]
    deviation = math.sqrt(math.fsum([distance * distance for distance in apart]) / (n - 1))
    return Figure(n, mean, deviation)


def cells(
    rep_id: UUID,
    calls: Iterable[CallContribution],
    deals: Iterable[DealContribution],
    zone: ZoneInfo,
    wanted: Collection[Slot] | None = None,
) -> dict[Slot, Cell]:
    """Return a rep's cells: those wanted, empty ones too, or all that something lies in."""
    contents = _by_period(calls, deals, zone)
    slots = set(_filled(contents)) if wanted is None else wanted
    return {
        slot: cell(rep_id, slot.period, slot.call_type, found.calls, found.closed, found.opened)
        for slot in slots
        for found in (contents.get(slot.period) or Contents(),)
    }


def cell(
    rep_id: UUID,
    period: Period,
    call_type: CallType | None,
    calls: Sequence[CallContribution],
    closed: Sequence[DealContribution],
    opened: Sequence[DealContribution] = (),
) -> Cell:
    """Return the cell of the calls, and of the deals closed and opened, that lie in its period.

    Calls of other types are left out. Deals have no type: they are in the cell of all calls alone.
    """
    counted = [call for call in calls if call_type in (None, call.call_type)]
    figures = _of_calls(counted)
    if call_type is None:
        figures |= {**_of_closed(closed), **_of_opened(opened)}
    return Cell(rep_id, period, call_type, len(counted), dict(sorted(figures.items())))


def slots_of_call(call: CallContribution, zone: ZoneInfo) -> frozenset[Slot]:
    """Return the slots that a call lies in."""
    periods = periods_of(call.at, zone)
    return frozenset(Slot(period, kind) for period in periods for kind in (call.call_type, None))


def slots_of_deal(deal: DealContribution, zone: ZoneInfo) -> frozenset[Slot]:
    """Return the slots that a deal lies in, of when it was opened and when it was closed.

    Open again, it lies no longer in the slots of its close, and they too are made anew.
    """
    moments = (deal.opened_at, deal.closed_at)
    return frozenset(
        Slot(period, None) for at in moments if at is not None for period in periods_of(at, zone)
    )


def in_currency(name: str, currency: str | None) -> str:
    """Return the name of a measure of amounts in a currency, or without one."""
    return name if currency is None else f"{name}:{currency}"


def is_total(name: str) -> bool:
    """Return whether a measure is a count or a sum over its period; others are means."""
    return name.partition(":")[0] in _TOTALS


RULES = Rules(slots_of_call, slots_of_deal, bounds, cells)


def _by_period(
    calls: Iterable[CallContribution], deals: Iterable[DealContribution], zone: ZoneInfo
) -> dict[Period, Contents]:
    """Return what lies in each period."""
    found: dict[Period, Contents] = {}
    for call in calls:
        for period in periods_of(call.at, zone):
            found.setdefault(period, Contents()).calls.append(call)
    for deal in deals:
        for period in periods_of(deal.opened_at, zone):
            found.setdefault(period, Contents()).opened.append(deal)
        if deal.settled_at is not None:
            for period in periods_of(deal.settled_at, zone):
                found.setdefault(period, Contents()).closed.append(deal)
    return found


def _filled(contents: Mapping[Period, Contents]) -> Iterator[Slot]:
    for period, found in contents.items():
        yield Slot(period, None)
        yield from (Slot(period, kind) for kind in {call.call_type for call in found.calls})


def _of_calls(calls: Sequence[CallContribution]) -> dict[str, Figure]:
    """Return the figures of measures that calls bring."""
    values: dict[str, list[float]] = {}
    for call in calls:
        for name, value in call.measures.items():
            values.setdefault(name, []).append(value)
    return {name: figure(found) for name, found in values.items()}


def _of_closed(deals: Sequence[DealContribution]) -> dict[str, Figure]:
    """Return the figures of deals won and lost: counts, sums, and means over them."""
    closed = [deal for deal in deals if deal.outcome is not Outcome.OPEN]
    if not closed:
        return {}
    won = [deal for deal in closed if deal.outcome is Outcome.WON]
    days = [deal.cycle_days for deal in closed if deal.cycle_days is not None]
    amounts = _amounts(won)
    return {
        WON: _total(len(closed), float(len(won))),
        LOST: _total(len(closed), float(len(closed) - len(won))),
        WIN_RATE: figure(float(deal.outcome is Outcome.WON) for deal in closed),
        **{
            in_currency(AMOUNT_WON, kind): _total(len(found), math.fsum(found))
            for kind, found in amounts.items()
        },
        **{in_currency(AMOUNT, kind): figure(found) for kind, found in amounts.items()},
        **({CYCLE: figure(days)} if days else {}),
        **_conversions(closed),
    }


def _of_opened(deals: Sequence[DealContribution]) -> dict[str, Figure]:
    """Return the figures of deals opened, whatever became of them since, at what they are worth now."""
    if not deals:
        return {}
    moved = [float(deal.moved_on) for deal in deals if deal.moved_on is not None]
    return {
        **({PIPELINE: figure(moved)} if moved else {}),
        OPENED: _total(len(deals), float(len(deals))),
        **{
            in_currency(AMOUNT_OPENED, kind): _total(len(found), math.fsum(found))
            for kind, found in _amounts(deals).items()
        },
    }


def _amounts(deals: Sequence[DealContribution]) -> dict[str | None, list[float]]:
    """Return amounts by currency: those of different ones are never added."""
    found: dict[str | None, list[float]] = {}
    for deal in deals:
        if deal.amount is not None:
            found.setdefault(deal.currency, []).append(deal.amount)
    return found


def _total(n: int, value: float) -> Figure:
    """Return a count or a sum as a figure: it is what it is, without an error."""
    return Figure(n, value)


def _conversions(deals: Sequence[DealContribution]) -> Mapping[str, Figure]:
    """Return by stage the share of deals that reached it and went on: to a later stage, or were won."""
    went_on: dict[str, list[float]] = {}
    for deal in deals:
        for place, stage in enumerate(deal.stages, 1):
            further = place < len(deal.stages) or deal.outcome is Outcome.WON
            went_on.setdefault(stage, []).append(float(further))
    return {f"{CONVERSION}{stage}": figure(found) for stage, found in went_on.items()}
