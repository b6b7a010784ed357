"""What happens to the calls that a viewer sees, as it happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from models.access import Viewer
from models.call import CallState
from models.db import ReadSession, SystemSession
from models.queries import access
from models.tables import Call, Event

SETTLED = timedelta(seconds=1)
"""Age from which events are told on PostgreSQL. There events become visible in the order of commits, not of
their numbers; one told too early would hide another, of a lower number, that is not committed yet."""
MOST = 200
"""Events read at once, and calls whose progress is followed by one viewer."""


async def newest(session: SystemSession) -> int:
    """Return the number of the newest event of any organisation, 0 where there is none."""
    return (await session.execute(select(func.max(col(Event.id))))).scalar_one() or 0


async def newest_settled(session: ReadSession) -> int:
    """Return the number from which a viewer who begins to listen now is told."""
    query = select(func.max(col(Event.id))).where(*_settled(session))
    return (await session.execute(query)).scalar_one() or 0


async def after(session: ReadSession, viewer: Viewer, last: int, call_id: UUID | None) -> Sequence[Event]:
    """Return events after one, of the calls a viewer sees or of one of them, in order."""
    query = (
        select(Event)
        .join(Call, col(Call.id) == col(Event.call_id))
        .where(col(Event.id) > last, access.calls(viewer), *_settled(session))
        .order_by(col(Event.id))
        .limit(MOST)
    )
    if call_id is not None:
        query = query.where(col(Event.call_id) == call_id)
    return (await session.execute(query)).scalars().all()


async def under_way(
    session: ReadSession, viewer: Viewer, call_id: UUID | None
) -> Sequence[tuple[UUID, float]]:
    """Return the calls being worked on that a viewer sees, or one of them, and how far each is."""
    query = (
        select(col(Call.id), col(Call.progress))
        .where(col(Call.state) == CallState.PROCESSING, access.calls(viewer))
        .order_by(col(Call.started_at).desc())
        .limit(MOST)
    )
    if call_id is not None:
        query = query.where(col(Call.id) == call_id)
    return (await session.execute(query)).all()


def _settled(session: ReadSession) -> tuple[ColumnElement[bool], ...]:
    if session.get_bind().dialect.name == "sqlite":
        return ()
    return (col(Event.at) <= func.clock_timestamp() - SETTLED,)
