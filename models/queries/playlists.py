"""Playlists: clips in an order, one's own or everybody's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlmodel import col

from core.errors import Rejected
from models.access import Viewer
from models.db import ReadSession, Session, organisation_of
from models.queries import access, clips, trail
from models.tables import Call, Clip, Playlist, PlaylistClip
from models.trail import Action, Note

Placed = tuple[Clip, Call]


async def page(session: ReadSession, viewer: Viewer, before: UUID | None, limit: int) -> Sequence[Playlist]:
    """Return the playlists that a viewer sees, their own and shared ones: the newest before a key first."""
    query = select(Playlist).where(_seen(viewer)).order_by(col(Playlist.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Playlist.id) < before)
    return (await session.execute(query)).scalars().all()


async def find(
    session: ReadSession, viewer: Viewer, playlist_id: UUID, *, lock: bool = False
) -> Playlist | None:
    """Return a playlist that a viewer sees; locked until the transaction ends."""
    query = select(Playlist).where(col(Playlist.id) == playlist_id, _seen(viewer))
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def sizes(
    session: ReadSession, reader: Viewer, ids: Iterable[UUID]
) -> Mapping[UUID, tuple[int, float]]:
    """Return how many clips of some playlists a reader may hear, and how many seconds they last."""
    query = (
        select(col(PlaylistClip.playlist_id), func.count(), func.sum(col(Clip.end) - col(Clip.start)))
        .join(Clip, col(Clip.id) == col(PlaylistClip.clip_id))
        .join(Call, col(Call.id) == col(Clip.call_id))
        .where(col(PlaylistClip.playlist_id).in_(ids), await clips.audible(session, reader))
        .group_by(col(PlaylistClip.playlist_id))
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(query)}


async def content(session: ReadSession, reader: Viewer, playlist_id: UUID) -> Sequence[Placed]:
    """Return the clips of a playlist that a reader of calls may hear, in their order."""
    query = (
        select(Clip, Call)
        .join(PlaylistClip, col(PlaylistClip.clip_id) == col(Clip.id))
        .join(Call, col(Call.id) == col(Clip.call_id))
        .where(col(PlaylistClip.playlist_id) == playlist_id, await clips.audible(session, reader))
        .order_by(col(PlaylistClip.place))
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def add(session: Session, by: UUID, values: Mapping[str, Any], at: datetime) -> Playlist:
    """Return a new playlist without clips."""
    row = Playlist(
        organisation_id=organisation_of(session), created_by=by, created_at=at, updated_at=at, **values
    )
    session.add(row)
    await session.flush()
    return row


async def change(
    session: Session, reader: Viewer, row: Playlist, values: Mapping[str, Any], at: datetime
) -> None:
    """Change a playlist; to share it is to share every clip in it, see `fill`."""
    share = values.get("shared", row.shared)
    if share and not row.shared:
        await _share(session, reader, row, await _within(session, row))
    if row.shared and not share:
        await _withdraw(session, reader.principal_id, row, await _within(session, row))
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = at


async def fill(
    session: Session, reader: Viewer, row: Playlist, clip_ids: Sequence[UUID], at: datetime
) -> None:
    """Put clips into a playlist, in this order, in place of those in it.

    Raises `Rejected` for a clip that its changer may not hear. What comes new into a shared playlist is heard
    by everybody: whoever puts it there must see its call, and the call have the consent demanded.
    """
    before = await _within(session, row)
    new = set(clip_ids) - before
    await _known(session, reader, new)
    if row.shared:
        await _share(session, reader, row, new)
        await _withdraw(session, reader.principal_id, row, before - set(clip_ids))
    await session.execute(delete(PlaylistClip).where(col(PlaylistClip.playlist_id) == row.id))
    session.add_all(
        PlaylistClip(organisation_id=row.organisation_id, playlist_id=row.id, clip_id=clip_id, place=place)
        for place, clip_id in enumerate(clip_ids)
    )
    row.updated_at = at
    await session.flush()


async def remove(session: Session, by: UUID, row: Playlist) -> None:
    """Remove a playlist; its clips stay."""
    if row.shared:
        await _withdraw(session, by, row, await _within(session, row))
    await session.execute(delete(PlaylistClip).where(col(PlaylistClip.playlist_id) == row.id))
    await session.delete(row)


async def _within(session: ReadSession, row: Playlist) -> set[UUID]:
    """Return the keys of the clips in a playlist."""
    query = select(col(PlaylistClip.clip_id)).where(col(PlaylistClip.playlist_id) == row.id)
    return set((await session.execute(query)).scalars())


async def _known(session: Session, reader: Viewer, ids: Collection[UUID]) -> None:
    """Raise `Rejected` where one of some clips is not there or not for a reader to hear."""
    query = (
        select(col(Clip.id))
        .join(Call, col(Call.id) == col(Clip.call_id))
        .where(col(Clip.id).in_(ids), await clips.audible(session, reader))
        .with_for_update(read=True, key_share=True, of=Clip)
    )
    if len((await session.execute(query)).all()) < len(ids):
        raise Rejected("no_such_clip", "One of the clips is not there.", "Take clips that you may hear.")


async def _share(session: Session, reader: Viewer, row: Playlist, ids: Collection[UUID]) -> None:
    """Note in the trail that everybody will hear some clips; raises `Rejected` where that may not be."""
    query = (
        select(Clip, Call, access.calls(reader), await clips.shareable(session))
        .join(Call, col(Call.id) == col(Clip.call_id))
        .where(col(Clip.id).in_(ids))
        .order_by(col(Clip.id))
    )
    for clip, call, seen, agreed in await session.execute(query):
        if not seen:
            raise Rejected(
                "cannot_see", "You do not see the call of one of the clips.", "Leave it to somebody who does."
            )
        if not agreed:
            raise Rejected(
                "no_consent",
                "Those recorded in one of the clips have not agreed, as your organisation demands.",
                "Leave it out, or note their consent with the call.",
            )
        details = {
            "clip_id": str(clip.id),
            "playlist_id": str(row.id),
            "rep_id": None if call.rep_id is None else str(call.rep_id),
        }
        told = Note(reader.principal_id, Action.CLIP_SHARED, f"call:{call.id}", details)
        trail.note(session, row.organisation_id, told)


async def _withdraw(session: Session, by: UUID, row: Playlist, ids: Collection[UUID]) -> None:
    """Note in the trail that some clips of a playlist are not for everybody any more."""
    query = select(col(Clip.id), col(Clip.call_id)).where(col(Clip.id).in_(ids)).order_by(col(Clip.id))
    for clip_id, call_id in await session.execute(query):
        details = {"clip_id": str(clip_id), "playlist_id": str(row.id)}
        note = Note(by, Action.CLIP_WITHDRAWN, f"call:{call_id}", details)
        trail.note(session, row.organisation_id, note)


def _seen(viewer: Viewer) -> ColumnElement[bool]:
    return or_(col(Playlist.shared), col(Playlist.created_by) == viewer.principal_id)
