"""What happens to the calls that a viewer sees, as it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from models.access import Viewer
from models.call import CallState, RunState
from models.db import ReadSession, SystemSession
from models.queries import access
from models.tables import Call, Event, StageRun

SETTLED = timedelta(seconds=1)
"""Age from which events are told on PostgreSQL. There events become visible in the order of commits, not of
their numbers; one told too early would hide another, of a lower number, that is not committed yet."""
MOST = 200
"""Events read at once, and calls whose progress is followed by one viewer."""
_WHOSE: tuple[Any, ...] = (col(Call.organisation_id), col(Call.id), col(Call.rep_id), col(Call.team_id))


@dataclass(frozen=True, slots=True)
class Whose:
    """The call that something happens to: its organisation, its rep, the rep's team."""

    organisation_id: UUID
    call_id: UUID
    owner_id: UUID | None
    team_id: UUID | None

    def within(self, viewer: Viewer) -> bool:
        """Return whether a viewer sees the call."""
        return self.organisation_id == viewer.organisation_id and viewer.sees(self.owner_id, self.team_id)


async def newest_settled(session: ReadSession | SystemSession) -> int:
    """Return the number from which one who begins to listen now is told."""
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


async def everywhere(session: SystemSession, last: int) -> Sequence[tuple[Event, Whose]]:
    """Return events after one, of the calls of every organisation, in order."""
    query = (
        select(Event, *_WHOSE)
        .join(Call, col(Call.id) == col(Event.call_id))
        .where(col(Event.id) > last, *_settled(session))
        .order_by(col(Event.id))
        .limit(MOST)
    )
    return [(event, Whose(*whose)) for event, *whose in await session.execute(query)]


async def worked_on(session: SystemSession) -> Sequence[tuple[Whose, float]]:
    """Return the calls of every organisation that a worker is at, and how far each is."""
    running = select(col(StageRun.call_id)).where(col(StageRun.state) == RunState.RUNNING)
    query = select(*_WHOSE, col(Call.progress)).where(col(Call.id).in_(running)).order_by(col(Call.id))
    return [(Whose(*whose), progress) for *whose, progress in await session.execute(query)]


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


def _settled(session: ReadSession | SystemSession) -> tuple[ColumnElement[bool], ...]:
    if session.get_bind().dialect.name == "sqlite":
        return ()
    return (col(Event.at) <= func.clock_timestamp() - SETTLED,)
