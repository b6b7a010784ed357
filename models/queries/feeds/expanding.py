"""What changes very much at once: noted again one by one, so that it is told of in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, true
from sqlmodel import col

from core.clock import now
from models.db import Session, organisation_of
from models.queries.feeds.noting import Cause, key_of
from models.queries.feeds.source import Noted
from models.record import PeriodKind
from models.tables import FeedDue, RecordCell

LONGEST = {
    PeriodKind.DAY: timedelta(days=1),
    PeriodKind.WEEK: timedelta(days=7),
    PeriodKind.MONTH: timedelta(days=31),
    PeriodKind.QUARTER: timedelta(days=92),
}
ZONES = timedelta(days=2)
"""How far the days of two time zones lie apart, at most."""
_KEY = (col(RecordCell.rep_id), col(RecordCell.kind), col(RecordCell.start), col(RecordCell.call_type))


async def expand(session: Session, noted: Noted) -> None:
    """Note the records that another formula, or other days, make look different.

    A formula that comes into use, or goes out of it, is that of the periods which had not ended then.
    """
    if noted.get(Cause.DAYS):
        await _note(session, true())
        return
    for at in noted.get(Cause.FORMULA, {}).values():
        await _note(session, or_(*_unended(at)))


def _unended(at: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on `RecordCell`, one a kind of period, that it may not have ended at a time."""
    for kind, length in LONGEST.items():
        earliest = (at - length - ZONES).date()
        yield and_(col(RecordCell.kind) == kind, col(RecordCell.start) >= earliest)


async def _note(session: Session, which: ColumnElement[bool]) -> None:
    """Note records, one by one."""
    found: Sequence[Any] = (await session.execute(select(*_KEY).where(which))).all()
    at, table = now(), FeedDue.__table__  # type: ignore[attr-defined]
    notes = [
        {
            "organisation_id": organisation_of(session),
            "cause": Cause.RECORD,
            "key": key_of(row),
            "created_at": at,
        }
        for row in found
    ]
    if notes:
        connection = await session.connection()  # by the ten thousand, which nobody holds as objects
        await connection.execute(insert(table), notes)
