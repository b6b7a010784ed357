"""All that a small installation holds, looked at from outside: to prove that nothing is lost or doubled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import zstandard
from sqlalchemy import select
from sqlmodel import col

from models.call import CallState, RunState
from models.db import SystemSession
from models.event import Kind
from models.tables import Call, Event, Recording, ReviewRow, StageRun


@dataclass(frozen=True, slots=True)
class Holdings:
    """Calls with their state, how often each was reviewed and what came of it last, runs, and named files."""

    states: Mapping[UUID, CallState]
    times_reviewed: Mapping[UUID, int]
    reviews: Mapping[UUID, dict[str, Any]]
    runs: tuple[RunState, ...]
    files: frozenset[str]


async def look(session: SystemSession) -> Holdings:
    """Return what is there, all organisations together; reads every review, so not for a large one."""
    calls = await session.execute(select(col(Call.id), col(Call.state)))
    reviewed = await session.scalars(select(col(Event.call_id)).where(col(Event.kind) == Kind.REVIEWED))
    rows = await session.execute(
        select(col(ReviewRow.call_id), col(ReviewRow.document)).order_by(col(ReviewRow.version))
    )
    runs = await session.scalars(select(col(StageRun.state)))
    names = await session.execute(
        select(col(Recording.key), col(Recording.playback_key), col(Recording.peaks_key))
    )
    unpack = zstandard.ZstdDecompressor().decompress
    return Holdings(
        states=dict(calls.tuples().all()),
        times_reviewed=Counter(call_id for call_id in reviewed if call_id is not None),
        reviews={call_id: json.loads(unpack(data)) for call_id, data in rows.tuples()},
        runs=tuple(runs),
        files=frozenset(name for row in names.tuples() for name in row if name),
    )
