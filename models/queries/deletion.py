"""A call erased: what was said in it and who took part is gone, that there was a call stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from models.call import CallState
from models.db import Session
from models.event import Kind
from models.queries import clips, comments, due, listening, reviews, tasks, trail
from models.queries.events import record
from models.tables import Assessment, Call, Correction, Product, Recording, ReviewRow, StageRun, TrackerHit
from models.trail import Action, Note


async def erase(
    session: Session, call_id: UUID, at: datetime, by: UUID | None = None
) -> tuple[str, ...] | None:
    """Empty a call and remove all that was made of it; return the keys of files to remove from the store.

    None where the call is not there or already erased. Files go once the transaction is committed. Its
    recording stays where another call is made of the same bytes. Work on the call ends at the worker's
    next sign of life.
    """
    query = select(Call).where(col(Call.id) == call_id, col(Call.deleted_at).is_(None)).with_for_update()
    call = (await session.execute(query)).scalar_one_or_none()
    if call is None:
        return None
    await reviews.remove(session, call.id)
    await tasks.forget_call(session, call.id)
    for coaching in (comments, clips, listening):
        await coaching.erase(session, call.id)
    for table in (ReviewRow, Product, StageRun, Correction, TrackerHit, Assessment):
        await session.execute(delete(table).where(col(table.call_id) == call.id))
    _empty(call, at)
    due.note(session, call.organisation_id, call_id=call.id)
    subject = f"call:{call.id}"
    await trail.erase_reasons(session, subject)
    trail.note(session, call.organisation_id, Note(by, Action.CALL_DELETED, subject))
    await session.flush()
    record(session, call, Kind.DELETED)
    return await _give_up_recording(session, call)


def _empty(call: Call, at: datetime) -> None:
    """Take away whatever says who took part or what it was about."""
    call.title, call.customer, call.crm, call.external_id, call.consent_basis = "", None, {}, None, None
    call.reason_code = call.reason = call.remedy = call.spoken_language = call.depth = None
    call.customer_sentiment = call.customer_sentiment_change = None
    if not call.state.ended:
        call.state = CallState.CANCELLED
    call.deleted_at = call.updated_at = at
    call.version += 1


async def _give_up_recording(session: Session, call: Call) -> tuple[str, ...]:
    """Let a recording go that no other call is made of; return the keys of its files.

    Its row stays for the erased calls, without the name and the hash of what it was, so that the same bytes
    handed in again are a new recording.
    """
    locked = select(Recording).where(col(Recording.id) == call.recording_id).with_for_update()
    recording = (await session.execute(locked)).scalar_one()
    others = select(col(Call.id)).where(
        col(Call.recording_id) == recording.id, col(Call.deleted_at).is_(None)
    )
    if (await session.execute(others.limit(1))).first() is not None:
        return ()
    files = (recording.key, recording.playback_key, recording.peaks_key)
    recording.name, recording.sha256 = "", f"erased:{recording.id}"
    recording.key, recording.playback_key, recording.peaks_key = f"erased/{recording.id}", None, None
    recording.playback_bytes = None
    return tuple(key for key in files if key is not None)
