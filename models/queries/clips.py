"""Clips: seconds of calls worth showing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, true
from sqlmodel import col

from core.errors import Rejected
from models.access import Viewer
from models.call import Consent, ConsentPolicy
from models.db import ReadSession, Session
from models.queries import access, people, said
from models.tables import Call, Clip, Playlist, PlaylistClip

SHORTEST_S, LONGEST_S = 0.5, 600.0
"""How long a clip may be, seconds."""
AGREED = (Consent.GIVEN, Consent.NOT_REQUIRED)
"""Consents with which a clip may be shared where the organisation demands consent."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a clip shows of a call, and what it is called."""

    start: float
    end: float
    title: str
    note: str = ""


async def of_call(session: ReadSession, call_id: UUID, after: UUID | None, limit: int) -> Sequence[Clip]:
    """Return the clips of a call, those after a key, oldest first."""
    query = select(Clip).where(col(Clip.call_id) == call_id)
    if after is not None:
        query = query.where(col(Clip.id) > after)
    return (await session.execute(query.order_by(col(Clip.id)).limit(limit))).scalars().all()


async def find(
    session: ReadSession, reader: Viewer, clip_id: UUID, *, lock: bool = False
) -> tuple[Clip, Call] | None:
    """Return a clip that somebody may hear, with its call; locked until the transaction ends."""
    query = (
        select(Clip, Call)
        .join(Call, col(Call.id) == col(Clip.call_id))
        .where(col(Clip.id) == clip_id, await audible(session, reader))
    )
    found = (await session.execute(query.with_for_update(of=Clip) if lock else query)).first()
    return None if found is None else (found[0], found[1])


async def audible(session: ReadSession, reader: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Clip` and `Call` that a reader of calls may hear it.

    They see the call, or the clip is in a shared playlist. Where consent is demanded and no longer there,
    what is shared is heard only by those who see the call.
    """
    shared = (
        select(col(PlaylistClip.clip_id))
        .join(Playlist, col(Playlist.id) == col(PlaylistClip.playlist_id))
        .where(col(PlaylistClip.clip_id) == col(Clip.id), col(Playlist.shared))
        .correlate(Clip)
        .exists()
    )
    return or_(access.calls(reader), and_(shared, await shareable(session)))


async def shareable(session: ReadSession) -> ColumnElement[bool]:
    """Return the condition on `Call` that its consent lets its clips be shared."""
    policy = (await people.own_organisation(session)).consent_policy
    return col(Call.consent).in_(AGREED) if policy is ConsentPolicy.REQUIRED else true()


async def add(session: Session, call: Call, by: UUID, wanted: Seconds, at: datetime) -> Clip:
    """Return a new clip of a call; raises `Rejected` for seconds outside it, too few or too many."""
    end = said.inside(call, wanted.start, wanted.end)
    if end is None or not SHORTEST_S <= end - wanted.start <= LONGEST_S:
        lasts = f"A clip lasts from {SHORTEST_S} s to {LONGEST_S / 60:.0f} minutes."
        raise Rejected("wrong_length", lasts, "Take more or fewer seconds.")
    row = Clip(
        organisation_id=call.organisation_id,
        call_id=call.id,
        start=wanted.start,
        end=end,
        title=wanted.title,
        note=wanted.note,
        created_by=by,
        created_at=at,
    )
    session.add(row)
    await session.flush()
    return row


async def remove(session: Session, row: Clip) -> None:
    """Remove a clip, from every playlist too."""
    await session.execute(delete(PlaylistClip).where(col(PlaylistClip.clip_id) == row.id))
    await session.delete(row)


async def erase(session: Session, call_id: UUID) -> None:
    """Remove every clip of a call."""
    ids = select(col(Clip.id)).where(col(Clip.call_id) == call_id)
    await session.execute(delete(PlaylistClip).where(col(PlaylistClip.clip_id).in_(ids)))
    await session.execute(delete(Clip).where(col(Clip.call_id) == call_id))
