"""Trackers: written, changed, put aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.errors import Rejected
from models.db import ReadSession, Session, organisation_of
from models.queries import trail
from models.tables import TrackerRow
from models.tracker import TRACKER, Tracker
from models.trail import Action, Note


async def every(session: ReadSession) -> Sequence[TrackerRow]:
    """Return the trackers that are looked for, by name."""
    query = (
        select(TrackerRow).where(col(TrackerRow.active)).order_by(col(TrackerRow.name), col(TrackerRow.key))
    )
    return (await session.execute(query)).scalars().all()


async def find(session: Session, tracker_id: UUID) -> TrackerRow | None:
    """Return a tracker that is looked for, locked until the transaction ends."""
    query = select(TrackerRow).where(col(TrackerRow.id) == tracker_id, col(TrackerRow.active))
    query = query.with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def add(session: Session, tracker: Tracker, by: UUID | None, at: datetime) -> TrackerRow:
    """Return a new tracker, or one put aside, taken up again; raises `Rejected` where its key is taken."""
    query = select(TrackerRow).where(col(TrackerRow.key) == tracker.key).with_for_update()
    row = (await session.execute(query)).scalar_one_or_none()
    if row is not None and row.active:
        raise Rejected("key_taken", f"There is a tracker '{tracker.key}'.", "Change it, or take another key.")
    if row is None:
        row = TrackerRow(
            organisation_id=organisation_of(session),
            key=tracker.key,
            name=tracker.name,
            content=plain(tracker),
            created_by=by,
            created_at=at,
            updated_at=at,
        )
        session.add(row)
        await session.flush()
        _tell(session, row, by)
        return row
    change(session, row, tracker, by, at)
    row.active = True
    return row


def change(session: Session, row: TrackerRow, tracker: Tracker, by: UUID | None, at: datetime) -> None:
    """Have a tracker look for something else from now on; raises `Rejected` where it is given another key."""
    if tracker.key != row.key:
        raise Rejected("other_key", f"This is the tracker '{row.key}'.", "Keep the key, or add another.")
    row.name, row.content, row.version, row.updated_at = tracker.name, plain(tracker), row.version + 1, at
    _tell(session, row, by)


def remove(session: Session, row: TrackerRow, by: UUID | None, at: datetime) -> None:
    """Look for a tracker no longer; what it found stays."""
    row.active, row.updated_at = False, at
    _tell(session, row, by)


def _tell(session: Session, row: TrackerRow, by: UUID | None) -> None:
    details = {"version": row.version, "active": row.active}
    note = Note(by, Action.TRACKER_CHANGED, f"tracker:{row.id}", details)
    trail.note(session, row.organisation_id, note)


def plain(tracker: Tracker) -> dict[str, Any]:
    """Return a tracker as it is kept."""
    found: dict[str, Any] = TRACKER.dump_python(tracker, mode="json")
    return found
