"""A deal in a row of a table: each cell read as what its column holds, or refused with what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from core.errors import Rejected
from models.deal import DealGiven, Reached
from models.record import Outcome

EXTERNAL_ID, REP_EMAIL, REP_ID = "external_id", "rep_email", "rep_id"
STAGE = "stage:"
"""Beginning of the name of a column that holds when a stage was reached; the rest is the stage."""
LONGEST = 500
"""Characters of a text."""
SHOWN = 60
"""Characters of a cell that a refusal shows."""
YEARS = range(1970, 2201)
"""Years in which a deal can lie; others are what programs write where there is no date."""
LARGEST = 1e15
OUTCOMES: Mapping[str, Outcome] = {
    "": Outcome.OPEN,
    "open": Outcome.OPEN,
    "won": Outcome.WON,
    "closed won": Outcome.WON,
    "lost": Outcome.LOST,
    "closed lost": Outcome.LOST,
}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class DealRow:
    """What a row tells of a deal, its rep as named there: by e-mail address, by id, or both.

    Where it names nobody though it could, `given` says that there is no rep.
    """

    given: DealGiven
    rep_email: str | None
    rep_id: UUID | None


def meaning(heading: str) -> str | None:
    """Return the column that a heading names, whatever its case; None for one that there is not."""
    name = heading.strip()
    if name[: len(STAGE)].lower() == STAGE and name[len(STAGE) :].strip():
        return STAGE + name[len(STAGE) :].strip()
    name = re.sub(r"[\s-]+", "_", name.lower())
    return name if name in COLUMNS else None


def read_deal(cells: Mapping[str, str], zone: ZoneInfo) -> DealRow:
    """Return what a row tells of a deal; dates without a zone are the organisation's.

    Raises `Rejected` with the first thing that is wrong.
    """
    found = {name: COLUMNS[name](cell, name, zone) for name, cell in cells.items() if name in COLUMNS}
    external_id = found.pop(EXTERNAL_ID, None)
    if external_id is None:
        raise Rejected("deal_without_external_id", "It has no external_id.", "Give the CRM's id of the deal.")
    if REP_EMAIL in found:
        found.setdefault(REP_ID, None)
    email, rep_id = found.pop(REP_EMAIL, None), found.get(REP_ID)
    reached = sorted(_reached(cells, zone), key=lambda one: one.at)
    return DealRow(DealGiven(external_id, found, tuple(reached) or None), email, rep_id)


def _reached(cells: Mapping[str, str], zone: ZoneInfo) -> Iterator[Reached]:
    """Yield the stages that have a date."""
    for name, cell in cells.items():
        if name.startswith(STAGE) and cell:
            yield Reached(_text(name.removeprefix(STAGE), name, zone) or "", _date(cell, name, zone))


def _text(cell: str, name: str, _zone: ZoneInfo) -> str | None:
    if "\0" in cell:
        raise _wrong(name, "holds the character NUL", "Take it out.")
    if len(cell) > LONGEST:
        raise _wrong(name, f"has {len(cell)} characters", f"Write {LONGEST} or fewer.")
    return cell or None


def _email(cell: str, name: str, zone: ZoneInfo) -> str | None:
    """Return an address as people are kept by."""
    return _text(cell.lower(), name, zone)


def _uuid(cell: str, name: str, _zone: ZoneInfo) -> UUID | None:
    try:
        return UUID(cell) if cell else None
    except ValueError as error:
        raise _wrong(name, f"is no id: {shown(cell)}", "Take the id that /v1/users lists.") from error


def _outcome(cell: str, name: str, _zone: ZoneInfo) -> Outcome:
    found = OUTCOMES.get(re.sub(r"[\s_-]+", " ", cell.lower()))
    if found is None:
        raise _wrong(name, f"is {shown(cell)}", "Write open, won or lost.")
    return found


def _amount(cell: str, name: str, _zone: ZoneInfo) -> float | None:
    """Return a number that is not negative."""
    if not cell:
        return None
    if "," in cell:
        raise _wrong(
            name, f"holds a comma: {shown(cell)}", "Write a decimal point, and nothing between thousands."
        )
    if not _NUMBER.fullmatch(cell) or not 0 <= float(cell) <= LARGEST:
        raise _wrong(name, f"is no amount: {shown(cell)}", "Write digits alone, as 1250 or 1250.50.")
    return float(cell)


def _currency(cell: str, name: str, _zone: ZoneInfo) -> str | None:
    if cell and not _CURRENCY.fullmatch(cell):
        raise _wrong(name, f"is {shown(cell)}", "Write the three letters of ISO 4217, as EUR.")
    return cell.upper() or None


def _moment(cell: str, name: str, zone: ZoneInfo) -> datetime | None:
    return _date(cell, name, zone) if cell else None


def _date(cell: str, name: str, zone: ZoneInfo) -> datetime:
    """Return a moment in UTC; a date alone is that day's midnight."""
    try:
        found = datetime.fromisoformat(cell)
    except ValueError as error:
        raise _wrong(
            name, f"is no date: {shown(cell)}", "Write it as 2026-03-02 or 2026-03-02T14:30:00+01:00."
        ) from error
    if found.year not in YEARS:
        raise _wrong(
            name,
            f"lies in the year {found.year}",
            f"Leave it empty, or give a date from {YEARS[0]} to {YEARS[-1]}.",
        )
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _wrong(column: str, what: str, remedy: str) -> Rejected:
    kind = "stage_date" if column.startswith(STAGE) else column
    return Rejected(f"deal_{kind}", f"'{column}' {what}.", remedy)


def shown(cell: str) -> str:
    """Return a cell for a message: not all of a long one, and nothing in it steers a terminal."""
    return repr(cell if len(cell) <= SHOWN else f"{cell[:SHOWN]}…")


Reader = Callable[[str, str, ZoneInfo], Any]

COLUMNS: Mapping[str, Reader] = {
    EXTERNAL_ID: _text,
    "name": _text,
    "account": _text,
    REP_EMAIL: _email,
    REP_ID: _uuid,
    "stage": _text,
    "outcome": _outcome,
    "amount": _amount,
    "currency": _currency,
    "opened_at": _moment,
    "closed_at": _moment,
}
"""The columns that there are, and how a cell of each is read."""
