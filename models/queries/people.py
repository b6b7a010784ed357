"""Users, API clients and the organisation itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from models.access import Viewer
from models.call import UserRole
from models.db import ReadSession, Session, SystemSession, organisation_of
from models.queries import access
from models.tables import AccessToken, ApiClient, Organisation, SignIn, User


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


async def own_organisation(session: ReadSession) -> Organisation:
    """Return the organisation of a session."""
    return await organisation(session, organisation_of(session))


async def organisations(session: SystemSession, name: str = "") -> Sequence[Organisation]:
    """Return every organisation, or those of a name."""
    query = select(Organisation).order_by(col(Organisation.id))
    if name:
        query = query.where(col(Organisation.name) == name)
    return (await session.execute(query)).scalars().all()


async def member_names(session: ReadSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of users by key."""
    if not ids:
        return {}
    rows = await session.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(ids)))
    return dict(rows.all())
