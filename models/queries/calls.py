"""Calls as they come in: what is known already, and the rows of a new one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from models.call import CallDetails
from models.db import ReadSession, Session
from models.event import Kind
from models.queries.events import record
from models.tables import Call, Organisation, Recording, User


async def recording_by_sha256(session: Session, sha256: str) -> Recording | None:
    """Return the recording with these bytes, locked: until the transaction ends nobody else calls on it."""
    query = select(Recording).where(col(Recording.sha256) == sha256).with_for_update(key_share=True)
    return (await session.execute(query)).scalar_one_or_none()


async def by_sha256(session: ReadSession, sha256: str) -> Call | None:
    """Return the newest call made of these bytes that is not deleted."""
    query = (
        select(Call)
        .join(Recording, col(Recording.id) == col(Call.recording_id))
        .where(col(Recording.sha256) == sha256, col(Call.deleted_at).is_(None))
        .order_by(col(Call.created_at).desc(), col(Call.id).desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def by_external_id(session: ReadSession, external_id: str) -> tuple[Call, str] | None:
    """Return the call that another system knows by this id, a deleted one too, and its SHA-256."""
    query = (
        select(Call, col(Recording.sha256))
        .join(Recording, col(Recording.id) == col(Call.recording_id))
        .where(col(Call.external_id) == external_id)
    )
    return (await session.execute(query)).one_or_none()


async def rep(session: ReadSession, details: CallDetails) -> User | None:
    """Return the user that details name by key or else by e-mail address, whatever its case."""
    if details.rep_id is not None:
        condition = col(User.id) == details.rep_id
    else:
        condition = col(User.email) == (details.rep_email or "").strip().lower()
    return (await session.execute(select(User).where(condition))).scalar_one_or_none()


async def add(
    session: Session,
    organisation: Organisation,
    recording: Recording,
    owner: User | None,
    details: CallDetails,
    at: datetime,
) -> Call:
    """Return a new call of a recording, in its rep's team and kept as the organisation says, if not given."""
    days = organisation.retention_days
    call = Call(
        organisation_id=organisation.id,
        recording_id=recording.id,
        rep_id=owner.id if owner else None,
        team_id=details.team_id or (owner.team_id if owner else None),
        title=details.title or recording.name.rpartition(".")[0] or recording.name,
        customer=details.customer,
        direction=details.direction,
        call_type=details.call_type,
        started_at=details.started_at or at,
        external_id=details.external_id,
        crm=dict(details.crm),
        consent=details.consent,
        consent_basis=details.consent_basis,
        retain_until=details.retain_until or (None if days is None else at + timedelta(days=days)),
        source=details.source,
        priority=int(details.priority),
        language=details.language,
        speakers_least=details.speakers_least,
        speakers_most=details.speakers_most,
        rep_channel=details.rep_channel,
        created_by=details.created_by,
        created_at=at,
        updated_at=at,
    )
    session.add(call)
    await session.flush()
    record(session, call, Kind.CREATED)
    return call
