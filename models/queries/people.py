"""Users, API clients and the organisation itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import col

from models import notice
from models.access import Viewer
from models.call import UserRole
from models.db import ReadSession, Session, SystemSession, organisation_of
from models.queries import access, records, trail
from models.tables import AccessToken, ApiClient, Organisation, SignIn, User
from models.trail import Action, Note


async def users(
    session: ReadSession,
    viewer: Viewer,
    after: UUID | None,
    limit: int,
    *,
    team_ids: Sequence[UUID] | None = None,
    role: UserRole | None = None,
    active: bool | None = None,
) -> Sequence[User]:
    """Return the users a viewer sees after a key, oldest first."""
    query = select(User).where(access.users(viewer))
    if after is not None:
        query = query.where(col(User.id) > after)
    if team_ids is not None:
        query = query.where(col(User.team_id).in_(team_ids))
    if role is not None:
        query = query.where(col(User.role) == role)
    if active is not None:
        query = query.where(col(User.active) == active)
    return (await session.execute(query.order_by(col(User.id)).limit(limit))).scalars().all()


async def user(session: ReadSession, viewer: Viewer, user_id: UUID) -> User | None:
    """Return a user whom a viewer sees."""
    query = select(User).where(col(User.id) == user_id, access.users(viewer))
    return (await session.execute(query)).scalar_one_or_none()


async def by_email(session: ReadSession, viewer: Viewer, email: str) -> UUID | None:
    """Return the key of a user whom a viewer sees, by e-mail address in lower case."""
    query = select(col(User.id)).where(col(User.email) == email, access.users(viewer))
    return (await session.execute(query)).scalar_one_or_none()


async def email_taken(session: SystemSession, email: str) -> bool:
    """Return whether somebody, in any organisation, signs in with an address."""
    query = select(col(User.id)).where(col(User.email) == email)
    return (await session.execute(query)).first() is not None


async def other_admins(session: Session, user_id: UUID) -> int:
    """Return how many active admins there are besides one user; they stay so until the transaction ends."""
    query = (
        select(col(User.id))
        .where(col(User.role) == UserRole.ADMIN, col(User.active), col(User.id) != user_id)
        .with_for_update()
    )
    return len((await session.execute(query)).all())


async def sign_out_everywhere(session: Session, user_id: UUID) -> None:
    """End every sign-in of a user."""
    await session.execute(delete(SignIn).where(col(SignIn.user_id) == user_id))


async def clients(session: ReadSession, after: UUID | None, limit: int) -> Sequence[ApiClient]:
    """Return the API clients after a key, oldest first."""
    query = select(ApiClient)
    if after is not None:
        query = query.where(col(ApiClient.id) > after)
    return (await session.execute(query.order_by(col(ApiClient.id)).limit(limit))).scalars().all()


async def client(session: ReadSession, client_id: UUID) -> ApiClient | None:
    """Return an API client."""
    query = select(ApiClient).where(col(ApiClient.id) == client_id)
    return (await session.execute(query)).scalar_one_or_none()


async def revoke(session: Session, found: ApiClient, at: datetime) -> None:
    """End an API client: its key and its tokens hold no longer."""
    found.revoked_at = found.revoked_at or at
    await session.execute(delete(AccessToken).where(col(AccessToken.client_id) == found.id))


async def organisation(session: ReadSession | SystemSession, organisation_id: UUID) -> Organisation:
    """Return an organisation that is known to be there."""
    query = select(Organisation).where(col(Organisation.id) == organisation_id)
    return (await session.execute(query)).scalar_one()


async def own_organisation(session: ReadSession, *, lock: bool = False) -> Organisation:
    """Return the organisation of a session; locked, nobody else's to change until the transaction ends."""
    query = select(Organisation).where(col(Organisation.id) == organisation_of(session))
    found = await session.execute(query.with_for_update(key_share=True) if lock else query)
    return found.scalar_one()


async def change_organisation(
    session: Session, owner: Organisation, values: Mapping[str, Any], by: UUID
) -> None:
    """Write what an organisation demands anew; a new notice is read anew, a new zone counts days anew."""
    given = {name: "" if value is None and name == "notice" else value for name, value in values.items()}
    changed = {name: value for name, value in given.items() if getattr(owner, name) != value}
    if "time_zone" in changed:
        await records.move_to(session, owner, changed["time_zone"])
    for name, value in changed.items():
        setattr(owner, name, value)
    subject = f"organisation:{owner.id}"
    if "notice" in changed:
        told = {"notice": owner.notice or notice.DEFAULT}
        trail.note(session, owner.id, Note(by, Action.NOTICE_CHANGED, subject, told))
        await session.execute(update(User).values(notice_seen_at=None))
    rest = {name: str(value) for name, value in changed.items() if name != "notice"}
    if rest:
        trail.note(session, owner.id, Note(by, Action.ORGANISATION_CHANGED, subject, rest))


async def organisations(session: SystemSession, name: str = "") -> Sequence[Organisation]:
    """Return every organisation, or those of a name."""
    query = select(Organisation).order_by(col(Organisation.id))
    if name:
        query = query.where(col(Organisation.name) == name)
    return (await session.execute(query)).scalars().all()


async def principal_names(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of users and programs by key."""
    if not ids:
        return {}
    found = dict[UUID, str]()
    for table in (User, ApiClient):
        rows = await session.execute(select(col(table.id), col(table.name)).where(col(table.id).in_(ids)))
        found.update((row[0], row[1]) for row in rows)
    return found


async def with_policy(session: SystemSession) -> Sequence[UUID]:
    """Return the organisations that let scores be approved unseen after a while."""
    query = select(col(Organisation.id)).where(col(Organisation.approve_after_hours).is_not(None))
    return (await session.execute(query.order_by(col(Organisation.id)))).scalars().all()


async def member_names(session: ReadSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of users by key."""
    if not ids:
        return {}
    rows = await session.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(ids)))
    return dict(rows.all())
