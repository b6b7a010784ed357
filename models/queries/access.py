"""What a viewer may see, as conditions for the database; `Viewer.sees` says the same of one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models.access import RULES, Permission, Reach, Viewer
from models.call import UserRole
from models.db import ReadSession
from models.tables import Call, Deal, Team, TrackerHit, User


async def subtree(session: ReadSession, team_id: UUID | None) -> tuple[UUID, ...]:
    """Return a team and all below it; nothing where there is no team."""
    if team_id is None:
        return ()
    path = (await session.execute(select(col(Team.path)).where(col(Team.id) == team_id))).scalar_one_or_none()
    if path is None:
        return ()
    below = select(col(Team.id)).where(col(Team.path).startswith(path, autoescape=True))
    return tuple((await session.execute(below)).scalars())


def calls(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Call` that a viewer sees it: the rep is its owner."""
    return _within(viewer, col(Call.rep_id), col(Call.team_id))


def hits(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `TrackerHit` that its call is one a viewer sees, as the hit tells."""
    return _within(viewer, col(TrackerHit.rep_id), col(TrackerHit.team_id))


def users(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `User` that a viewer sees them: everybody owns themself."""
    return _within(viewer, col(User.id), col(User.team_id))


def deals(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Deal` beside its rep's `User` that a viewer sees it: the rep is its owner."""
    return _within(viewer, col(Deal.rep_id), col(User.team_id))


def teams(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Team` that a viewer sees it; who sees only their own sees their team."""
    match viewer.reach:
        case Reach.ALL:
            return true()
        case Reach.TEAM:
            return col(Team.id).in_(viewer.team_ids)
        case Reach.OWN:
            return col(Team.id) == viewer.team_id
        case Reach.NONE:
            return false()


async def readers(session: ReadSession, call: Call) -> ColumnElement[bool]:
    """Return the condition on `User` that they see a call: `calls`, asked the other way round."""
    own = false() if call.rep_id is None else col(User.id) == call.rep_id
    above = col(User.team_id).in_(await _upwards(session, call.team_id))
    by_reach = {Reach.ALL: true(), Reach.TEAM: or_(own, above), Reach.OWN: own, Reach.NONE: false()}
    reach = RULES[Permission.READ_CALLS].reach
    seen = or_(*(and_(col(User.role) == role, by_reach[reach(role)]) for role in UserRole))
    return and_(col(User.active), seen)


async def _upwards(session: ReadSession, team_id: UUID | None) -> tuple[UUID, ...]:
    """Return a team and all above it; nothing where there is no team."""
    if team_id is None:
        return ()
    path = (await session.execute(select(col(Team.path)).where(col(Team.id) == team_id))).scalar_one()
    return tuple(UUID(step) for step in path.strip("/").split("/"))


def _within(viewer: Viewer, owner: Mapped[Any], team: Mapped[Any]) -> ColumnElement[bool]:
    match viewer.reach:
        case Reach.ALL:
            return true()
        case Reach.TEAM:
            return _team(viewer, owner, team, viewer.team_ids)
        case Reach.OWN:
            return false() if viewer.user_id is None else owner == viewer.user_id
        case Reach.NONE:
            return false()


def _team(
    viewer: Viewer,
    owner: Mapped[Any],
    team: Mapped[Any],
    team_ids: Sequence[UUID],
) -> ColumnElement[bool]:
    """Return the condition for one's teams; keys, not a subquery, so that the database can count on them."""
    own = false() if viewer.user_id is None else owner == viewer.user_id
    return or_(own, team.in_(team_ids)) if team_ids else own
