"""The stream of records: a rep in a period, over calls of one type or of all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlmodel import col

from models import feeds
from models.access import Viewer
from models.call import CallType
from models.db import ReadSession
from models.feeds import State
from models.queries import access, cells
from models.queries.feeds.noting import SEPARATOR, Cause, key_of
from models.queries.feeds.source import Noted, Source, Times, of
from models.record import Cell, Figure, Period, PeriodKind
from models.tables import RecordCell, User

_KEY = (col(RecordCell.rep_id), col(RecordCell.kind), col(RecordCell.start), col(RecordCell.call_type))


async def _due(_session: ReadSession, noted: Noted) -> Times:
    return of(noted, Cause.RECORD)


async def _states(session: ReadSession, keys: Collection[str]) -> Mapping[str, State]:
    query = select(*_KEY).where(tuple_(*_KEY).in_(_parted(keys)))
    return {key_of(row): State(datetime.combine(row[2], time(), UTC)) for row in await session.execute(query)}


SOURCE = Source(feeds.RECORDS, _due, _states)


async def found(session: ReadSession, viewer: Viewer, keys: Collection[str]) -> Mapping[str, Cell]:
    """Return the cells of records that a viewer sees, by key."""
    query = (
        select(*_KEY, col(RecordCell.calls), col(RecordCell.content))
        .join(User, col(User.id) == col(RecordCell.rep_id))
        .where(tuple_(*_KEY).in_(_parted(keys)), access.users(viewer))
    )
    return {key_of(row[:4]): _cell(*row) for row in await session.execute(query)}


def _cell(
    rep_id: UUID, kind: PeriodKind, start: date, call_type: str, calls: int, content: Mapping[str, Any]
) -> Cell:
    named = None if call_type == cells.ALL else CallType(call_type)
    figures = {name: Figure(*kept) for name, kept in content.items()}
    return Cell(rep_id, Period(kind, start), named, calls, figures)


def _parted(keys: Iterable[str]) -> list[tuple[UUID, PeriodKind, date, str]]:
    """Return keys as the columns that they are made of."""
    parts = (key.split(SEPARATOR) for key in keys)
    return [(UUID(rep), PeriodKind(kind), date.fromisoformat(start), of) for rep, kind, start, of in parts]
