"""What is left over: files that no row names, calls past their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models.call import CallState
from models.db import SystemSession
from models.tables import Call, Recording


async def named(session: SystemSession, keys: Mapping[str, UUID | None]) -> frozenset[str]:
    """Return those of some keys of the store that a recording names.

    The call that a derived file was made for is given with its key: it leads to the recording by an index.
    """
    originals = select(col(Recording.key)).where(col(Recording.key).in_(keys))
    found = set((await session.execute(originals)).scalars())
    derived = (
        select(col(Recording.playback_key), col(Recording.peaks_key))
        .join(Call, col(Call.recording_id) == col(Recording.id))
        .where(col(Call.id).in_({call_id for call_id in keys.values() if call_id is not None}))
    )
    for row in await session.execute(derived):
        found.update(key for key in row if key is not None)
    return frozenset(found.intersection(keys))


async def under_way(session: SystemSession, call_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of some calls that something still happens to."""
    query = select(col(Call.id)).where(
        col(Call.id).in_(call_ids), col(Call.state).in_((CallState.QUEUED, CallState.PROCESSING))
    )
    return frozenset((await session.execute(query)).scalars())


async def past_retention(
    session: SystemSession, at: datetime, limit: int = 100
) -> Sequence[tuple[UUID, UUID]]:
    """Return organisation and key of calls that may be kept no longer."""
    query = (
        select(col(Call.organisation_id), col(Call.id))
        .where(col(Call.retain_until) < at, col(Call.deleted_at).is_(None))
        .order_by(col(Call.retain_until))
        .limit(limit)
    )
    return (await session.execute(query)).all()
