"""Finding out who calls: sign-ins of people, keys and tokens of programs. Only hashes are compared."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlmodel import col

from models.access import Caller
from models.db import SystemSession
from models.tables import AccessToken, ApiClient, IdempotencyKey, SignIn, User

USE_NOTED = timedelta(minutes=1)
"""How often at most the last use of an API client is written down."""
IDEMPOTENCY_KEPT = timedelta(days=1)
"""How long the answer to a request with an Idempotency-Key is kept."""


async def signed_in(session: SystemSession, secret_hash: str, at: datetime) -> Caller | None:
    """Return who is signed in with a cookie."""
    query = (
        select(User)
        .join(SignIn, col(SignIn.user_id) == col(User.id))
        .where(col(SignIn.secret_hash) == secret_hash, col(SignIn.expires_at) > at, col(User.active))
    )
    user = (await session.execute(query)).scalar_one_or_none()
    if user is None:
        return None
    return Caller(user.organisation_id, user.id, user.name, user.role, user.team_id)


async def with_key(session: SystemSession, secret_hash: str, at: datetime) -> Caller | None:
    """Return the program that an API key belongs to."""
    client = await client_of(session, secret_hash, at)
    return None if client is None else _program(client, frozenset(client.scopes))


async def with_token(session: SystemSession, secret_hash: str, at: datetime) -> Caller | None:
    """Return the program that an access token was given to, with the scopes it was given for."""
    query = (
        select(ApiClient, AccessToken)
        .join(AccessToken, col(AccessToken.client_id) == col(ApiClient.id))
        .where(col(AccessToken.secret_hash) == secret_hash, col(AccessToken.expires_at) > at, *_in_force(at))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    client, token = found
    return _program(client, frozenset(token.scopes) & frozenset(client.scopes))


async def client_of(session: SystemSession, secret_hash: str, at: datetime) -> ApiClient | None:
    """Return the API client in force that a secret belongs to."""
    query = select(ApiClient).where(col(ApiClient.secret_hash) == secret_hash, *_in_force(at))
    return (await session.execute(query)).scalar_one_or_none()


async def note_use(session: SystemSession, client_id: UUID, at: datetime) -> None:
    """Write down that an API client was used, unless that was done a moment ago."""
    used = col(ApiClient.last_used_at)
    await session.execute(
        update(ApiClient)
        .where(col(ApiClient.id) == client_id, or_(used.is_(None), used < at - USE_NOTED))
        .values(last_used_at=at)
    )


async def person(session: SystemSession, email: str) -> User | None:
    """Return the person with an e-mail address, in lower case, who may sign in."""
    query = select(User).where(col(User.email) == email, col(User.active))
    return (await session.execute(query)).scalar_one_or_none()


async def sign_out(session: SystemSession, secret_hash: str) -> None:
    """End a sign-in."""
    await session.execute(delete(SignIn).where(col(SignIn.secret_hash) == secret_hash))


async def sweep(session: SystemSession, at: datetime) -> None:
    """Remove sign-ins, tokens and answers whose time is over."""
    await session.execute(delete(SignIn).where(col(SignIn.expires_at) < at))
    await session.execute(delete(AccessToken).where(col(AccessToken.expires_at) < at))
    old = col(IdempotencyKey.created_at) < at - IDEMPOTENCY_KEPT
    await session.execute(delete(IdempotencyKey).where(old))


def _program(client: ApiClient, scopes: frozenset[str]) -> Caller:
    return Caller(client.organisation_id, client.id, client.name, scopes=scopes)


def _in_force(at: datetime) -> tuple[ColumnElement[bool], ...]:
    expires = col(ApiClient.expires_at)
    return (col(ApiClient.revoked_at).is_(None), or_(expires.is_(None), expires > at))
