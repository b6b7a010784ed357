"""Resumable uploads under way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from models.db import ReadSession, SystemSession
from models.tables import Upload


async def find(session: ReadSession, upload_id: UUID) -> Upload | None:
    """Return an upload."""
    query = select(Upload).where(col(Upload.id) == upload_id)
    return (await session.execute(query)).scalar_one_or_none()


async def expired(session: SystemSession, at: datetime) -> Sequence[UUID]:
    """Return the uploads whose time is over, finished or not."""
    query = select(col(Upload.id)).where(col(Upload.expires_at) < at).order_by(col(Upload.expires_at))
    return (await session.execute(query)).scalars().all()


async def known(session: SystemSession, upload_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of some keys that are uploads'."""
    query = select(col(Upload.id)).where(col(Upload.id).in_(upload_ids))
    return frozenset((await session.execute(query)).scalars())


async def remove(session: SystemSession, upload_id: UUID) -> None:
    """Forget an upload."""
    await session.execute(delete(Upload).where(col(Upload.id) == upload_id))
