"""Cells of records as they are kept, written and read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from models.call import CallType
from models.db import ReadSession, Session, organisation_of
from models.record import Cell, Figure, Period, PeriodKind, Slot
from models.tables import RecordCell, User

ALL = "all"
"""What is kept as the type of a cell of all calls."""


async def rows(session: Session, rep_id: UUID, slots: Collection[Slot] | None) -> dict[Slot, RecordCell]:
    """Return the rows of a rep's cells in some slots, or of all."""
    query = select(RecordCell).where(col(RecordCell.rep_id) == rep_id)
    if slots is not None:
        kinds, starts = {slot.period.kind for slot in slots}, {slot.period.start for slot in slots}
        query = query.where(col(RecordCell.kind).in_(kinds), col(RecordCell.start).in_(starts))
    found = {_slot(row): row for row in (await session.execute(query)).scalars()}
    return found if slots is None else {slot: row for slot, row in found.items() if slot in slots}


async def keep(
    session: Session, kept: Mapping[Slot, RecordCell], cells: Mapping[Slot, Cell], at: datetime
) -> int:
    """Make rows hold cells: changed, new, or gone where nothing is in one; return how many differed."""
    filled = {slot: cell for slot, cell in cells.items() if cell.calls or cell.figures}
    gone = [row for slot, row in kept.items() if slot not in filled]
    changed = [
        (slot, cell, _content(cell)) for slot, cell in filled.items() if not _holds(kept.get(slot), cell)
    ]
    for row in gone:
        await session.delete(row)
    for slot, cell, content in changed:
        before = kept.get(slot)
        if before is None:
            session.add(_row(session, slot, cell, content, at))
        else:
            before.calls, before.content, before.updated_at = cell.calls, content, at
    return len(gone) + len(changed)


async def of_rep(
    session: ReadSession, rep_id: UUID, periods: Sequence[Period], call_type: CallType | None
) -> dict[Period, Cell]:
    """Return a rep's cells in periods of one kind."""
    kind = periods[0].kind
    query = (
        _cells(kind, call_type)
        .where(col(RecordCell.rep_id) == rep_id)
        .where(col(RecordCell.start).in_([period.start for period in periods]))
    )
    return {cell.period: cell for cell in await _read(session, query, kind, call_type)}


async def of_teams(
    session: ReadSession, team_ids: Collection[UUID], period: Period, call_type: CallType | None
) -> list[Cell]:
    """Return the cells of everybody in some teams, not counting teams below."""
    query = (
        _cells(period.kind, call_type)
        .join(User, col(User.id) == col(RecordCell.rep_id))
        .where(col(User.team_id).in_(team_ids), col(RecordCell.start) == period.start)
    )
    return await _read(session, query, period.kind, call_type)


async def of_everybody(
    session: ReadSession, periods: Sequence[Period], call_type: CallType | None
) -> list[Cell]:
    """Return everybody's cells in periods of one kind."""
    kind = periods[0].kind
    query = _cells(kind, call_type).where(col(RecordCell.start).in_([one.start for one in periods]))
    return await _read(session, query, kind, call_type)


def _cells(kind: PeriodKind, call_type: CallType | None) -> Select[Any]:
    """Return the question for what cells of a kind hold; columns alone cost less than rows."""
    return select(
        col(RecordCell.rep_id), col(RecordCell.start), col(RecordCell.calls), col(RecordCell.content)
    ).where(col(RecordCell.kind) == kind, col(RecordCell.call_type) == _named(call_type))


async def _read(
    session: ReadSession, query: Select[Any], kind: PeriodKind, call_type: CallType | None
) -> list[Cell]:
    return [
        Cell(rep_id, Period(kind, start), call_type, calls, _figures(content))
        for rep_id, start, calls, content in await session.execute(query)
    ]


def _figures(content: Mapping[str, Sequence[Any]]) -> dict[str, Figure]:
    """Return figures as they were before they were kept."""
    return {name: Figure(*found) for name, found in content.items()}


def _holds(row: RecordCell | None, cell: Cell) -> bool:
    return row is not None and row.calls == cell.calls and row.content == _content(cell)


def _content(cell: Cell) -> dict[str, list[Any]]:
    return {name: list(found) for name, found in cell.figures.items()}


def _row(session: Session, slot: Slot, cell: Cell, content: dict[str, list[Any]], at: datetime) -> RecordCell:
    return RecordCell(
        organisation_id=organisation_of(session),
        rep_id=cell.rep_id,
        kind=slot.period.kind,
        start=slot.period.start,
        call_type=_named(slot.call_type),
        calls=cell.calls,
        content=content,
        updated_at=at,
    )


def _slot(row: RecordCell) -> Slot:
    call_type = None if row.call_type == ALL else CallType(row.call_type)
    return Slot(Period(row.kind, row.start), call_type)


def _named(call_type: CallType | None) -> str:
    return ALL if call_type is None else str(call_type)
