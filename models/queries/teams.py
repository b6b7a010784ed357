"""Teams: a tree in which every team knows the way down to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from core.errors import Rejected
from models.access import Viewer
from models.db import ReadSession, Session, organisation_of
from models.queries import access
from models.tables import Call, Team, User

DEEPEST = 12
"""Levels of teams."""


async def seen(session: ReadSession, viewer: Viewer) -> Sequence[Team]:
    """Return the teams a viewer sees, each after the one it is in."""
    query = select(Team).where(access.teams(viewer)).order_by(col(Team.path))
    return (await session.execute(query)).scalars().all()


async def team(session: ReadSession, viewer: Viewer, team_id: UUID) -> Team | None:
    """Return a team that a viewer sees."""
    query = select(Team).where(col(Team.id) == team_id, access.teams(viewer))
    return (await session.execute(query)).scalar_one_or_none()


async def add(session: Session, name: str, parent_id: UUID | None) -> Team:
    """Return a new team inside another, or at the top; raises `Rejected` where that is not there."""
    made = Team(organisation_id=organisation_of(session), name=name, parent_id=parent_id, path="")
    made.path = _path(await _parent(session, parent_id), made.id)
    session.add(made)
    await session.flush()
    return made


async def move(session: Session, moved: Team, parent_id: UUID | None, at: datetime) -> None:
    """Put a team with all below it inside another, or at the top; raises `Rejected` for a circle."""
    family = {one.id: one for one in await _locked(session)}
    parent = await _parent(session, parent_id)
    if parent is not None and parent.path.startswith(moved.path):
        raise Rejected("team_circle", "A team cannot be put inside itself or below.", "Choose another team.")
    before, after = moved.path, _path(parent, moved.id)
    below = [one for one in family.values() if one.path.startswith(before)]
    lowest = max(one.path.count("/") for one in below) - before.count("/") + after.count("/")
    if lowest > DEEPEST:
        raise _too_deep()
    moved.parent_id, moved.updated_at = parent_id, at
    for one in below:
        one.path = after + one.path.removeprefix(before)


async def in_use(session: ReadSession, team_id: UUID) -> str | None:
    """Return what keeps a team from being removed: users, teams or calls; None where nothing is in it."""
    held = (
        ("users", select(col(User.id)).where(col(User.team_id) == team_id)),
        ("teams", select(col(Team.id)).where(col(Team.parent_id) == team_id)),
        ("calls", select(col(Call.id)).where(col(Call.team_id) == team_id)),
    )
    for name, query in held:
        if (await session.execute(query.limit(1))).first() is not None:
            return name
    return None


async def remove(session: Session, removed: Team) -> None:
    """Remove a team that nothing is in."""
    await session.delete(removed)


async def _parent(session: ReadSession, parent_id: UUID | None) -> Team | None:
    if parent_id is None:
        return None
    query = select(Team).where(col(Team.id) == parent_id)
    parent = (await session.execute(query)).scalar_one_or_none()
    if parent is None:
        raise Rejected("no_such_team", "There is no such team to put it in.", "Give the id of a team.")
    return parent


async def _locked(session: Session) -> Sequence[Team]:
    """Return every team, so that no two moves cross."""
    query = select(Team).order_by(col(Team.id)).with_for_update()
    return (await session.execute(query)).scalars().all()


def _path(parent: Team | None, team_id: UUID) -> str:
    path = f"{parent.path if parent else ''}{team_id.hex}/"
    if path.count("/") > DEEPEST:
        raise _too_deep()
    return path


def _too_deep() -> Rejected:
    return Rejected("teams_too_deep", f"Teams go {DEEPEST} levels deep.", "Put it in a team further up.")
