"""Answers to requests that may be sent again with the same Idempotency-Key."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlmodel import col

from core.ids import new_id
from models.db import ReadSession, Session, organisation_of
from models.tables import IdempotencyKey

ABANDONED = timedelta(seconds=60)
"""A request that gave no sign of life for so long is taken to have died."""


async def find(session: ReadSession, principal: UUID, key: str) -> IdempotencyKey | None:
    """Return what is known of a key."""
    query = select(IdempotencyKey).where(
        col(IdempotencyKey.principal) == principal, col(IdempotencyKey.key) == key
    )
    return (await session.execute(query)).scalar_one_or_none()


def begin(session: Session, principal: UUID, key: str, at: datetime) -> UUID:
    """Note that a request begins; return its token. Two at once: one fails on the unique key."""
    token = new_id()
    session.add(
        IdempotencyKey(
            id=token,
            organisation_id=organisation_of(session),
            principal=principal,
            key=key,
            request_hash="",
            created_at=at,
        )
    )
    return token


async def take_over(session: Session, abandoned: IdempotencyKey, at: datetime) -> bool:
    """Take the place of a request that died; return False where another was quicker."""
    seen = abandoned.created_at
    rows = await session.execute(
        update(IdempotencyKey)
        .where(
            col(IdempotencyKey.id) == abandoned.id,
            col(IdempotencyKey.created_at) == seen,
            col(IdempotencyKey.status).is_(None),
        )
        .values(created_at=at)
        .returning(col(IdempotencyKey.id))
    )
    return rows.first() is not None


async def beat(session: Session, token: UUID, at: datetime) -> None:
    """Say that a request is still under way."""
    await session.execute(update(IdempotencyKey).where(*_open(token)).values(created_at=at))


async def finish(session: Session, token: UUID, request_hash: str, status: int, body: str) -> None:
    """Keep the answer, in the transaction that makes it true."""
    values = {"request_hash": request_hash, "status": status, "body": body}
    await session.execute(update(IdempotencyKey).where(col(IdempotencyKey.id) == token).values(**values))


async def give_up(session: Session, token: UUID) -> None:
    """Forget a request that failed, so that it may be sent again."""
    await session.execute(delete(IdempotencyKey).where(*_open(token)))


def _open(token: UUID) -> tuple[ColumnElement[bool], ...]:
    return (col(IdempotencyKey.id) == token, col(IdempotencyKey.status).is_(None))
