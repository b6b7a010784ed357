"""One call read: what is known of it, how far it is, and what its review holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import zstandard
from sqlalchemy import select
from sqlmodel import col

from models.access import Viewer
from models.db import ReadSession, Session
from models.queries import access
from models.stages import STAGES
from models.tables import (
    Call,
    MetricRow,
    Recording,
    ReviewRow,
    SpeakerRow,
    StageRun,
    UtteranceRow,
)

_PLACE = {stage.name: number for number, stage in enumerate(STAGES)}


async def call(session: ReadSession, viewer: Viewer, call_id: UUID) -> Call | None:
    """Return a call that a viewer sees, a deleted one too: its tombstone says so."""
    query = select(Call).where(col(Call.id) == call_id, access.calls(viewer))
    return (await session.execute(query)).scalar_one_or_none()


async def locked(session: Session, viewer: Viewer, call_id: UUID) -> Call | None:
    """Return a call that a viewer sees, nobody else's to change until the transaction ends."""
    query = select(Call).where(col(Call.id) == call_id, access.calls(viewer)).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def recording(session: ReadSession, found: Call) -> Recording:
    """Return the recording of a call."""
    return await session.get_one(Recording, found.recording_id)


async def runs(session: ReadSession, call_id: UUID) -> Sequence[StageRun]:
    """Return the stages of a call in the order of the pipeline."""
    rows = await session.execute(select(StageRun).where(col(StageRun.call_id) == call_id))
    return sorted(rows.scalars(), key=lambda run: _PLACE[run.stage])


async def speakers(session: ReadSession, call_id: UUID) -> Sequence[SpeakerRow]:
    """Return the speakers of a call."""
    query = select(SpeakerRow).where(col(SpeakerRow.call_id) == call_id).order_by(col(SpeakerRow.label))
    return (await session.execute(query)).scalars().all()


async def utterances(session: ReadSession, call_id: UUID, after: int, limit: int) -> Sequence[UtteranceRow]:
    """Return the utterances of a call after one of an index, in order of time."""
    query = (
        select(UtteranceRow)
        .where(col(UtteranceRow.call_id) == call_id, col(UtteranceRow.index) > after)
        .order_by(col(UtteranceRow.index))
        .limit(limit)
    )
    return (await session.execute(query)).scalars().all()


def words(row: UtteranceRow) -> list[list[Any]]:
    """Return the words of an utterance: start, end, text, probability, whether a space goes before."""
    found: list[list[Any]] = json.loads(zstandard.ZstdDecompressor().decompress(row.words))
    return found


async def metrics(session: ReadSession, call_id: UUID) -> Sequence[MetricRow]:
    """Return the measures of a call."""
    query = (
        select(MetricRow)
        .where(col(MetricRow.call_id) == call_id)
        .order_by(col(MetricRow.name), col(MetricRow.side))
    )
    return (await session.execute(query)).scalars().all()


async def review(session: ReadSession, call_id: UUID) -> tuple[int, bytes] | None:
    """Return the newest version of a call's review and its JSON; None where there is none yet."""
    query = (
        select(col(ReviewRow.version), col(ReviewRow.document))
        .where(col(ReviewRow.call_id) == call_id)
        .order_by(col(ReviewRow.version).desc())
        .limit(1)
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    version, document = found
    return version, zstandard.ZstdDecompressor().decompress(document)
