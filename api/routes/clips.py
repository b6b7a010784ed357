"""Clips: seconds of calls, shown and heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import PurePosixPath
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from api import cursors
from api.auth import CallReader, ClipMaker, MaybeCallReader, ServiceDep
from api.conditional import not_modified, unchanged
from api.cuts import cut_of
from api.persons import named
from api.problems import Problem, not_found
from api.routes.calls import changing, present
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import GONE, MISSING, guarded
from api.schemas.clips import ClipChange, ClipPage, ClipShape, NewClip, SaidShape, WholeClipShape
from api.sound import CACHE, SOUND, not_yet, sent, tag_of
from core.clock import now
from models.access import Reach, Viewer
from models.db import ReadSession, Session
from models.queries import clips, reading, said
from models.queries.clips import Seconds
from models.tables import Call, Clip
from models.transcript import Role

router = guarded("clips", "/v1")

Found = tuple[Clip, Call]


@router.get("/calls/{call_id}/clips", responses=GONE)
async def list_clips(
    call_id: UUID, viewer: CallReader, service: ServiceDep, limit: Limit = 100, cursor: Cursor = None
) -> ClipPage:
    """Return the clips of a call, oldest first."""
    async with service.database.read(viewer.organisation_id) as session:
        call = await present(session, viewer, call_id)
        rows, more = cut(await clips.of_call(session, call_id, cursors.key(cursor), limit + 1), limit)
        shape = await shapes(session, viewer, [(row, call) for row in rows])
    items = [shape((row, call)) for row in rows]
    return ClipPage(items=items, next=cursors.of_key(rows[-1].id) if more else None)


@router.post("/calls/{call_id}/clips", status_code=HTTPStatus.CREATED, responses=GONE)
async def add_clip(call_id: UUID, given: NewClip, viewer: ClipMaker, service: ServiceDep) -> ClipShape:
    """Make a clip of a call; its sound is not kept apart from the call's."""
    wanted = Seconds(given.start, given.end, given.title, given.note or "")
    async with changing(service, viewer, call_id) as (session, call):
        row = await clips.add(session, call, viewer.principal_id, wanted, now())
        return (await shapes(session, viewer, [(row, call)]))((row, call))


@router.get("/clips/{clip_id}", responses=MISSING)
async def get_clip(clip_id: UUID, viewer: CallReader, service: ServiceDep) -> WholeClipShape:
    """Return a clip with what is said in it, by whom: by name where one sees the call."""
    async with service.database.read(viewer.organisation_id) as session:
        clip, call = await _found(session, viewer, clip_id)
        shape = await shapes(session, viewer, [(clip, call)])
        parts = await _said(session, clip, names=viewer.sees(call.rep_id, call.team_id))
    return WholeClipShape(**dict(shape((clip, call))), said=parts)


@router.patch("/clips/{clip_id}", responses=MISSING)
async def change_clip(
    clip_id: UUID, given: ClipChange, viewer: ClipMaker, reader: MaybeCallReader, service: ServiceDep
) -> ClipShape:
    """Change what a clip of one's own is called, or the note on it."""
    async with service.database.write(viewer.organisation_id) as session:
        clip, call = await _own(session, viewer, reader, clip_id)
        for name, value in given.given.items():
            setattr(clip, name, value or "")
        return (await shapes(session, reader, [(clip, call)]))((clip, call))


@router.delete("/clips/{clip_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_clip(clip_id: UUID, viewer: ClipMaker, reader: MaybeCallReader, service: ServiceDep) -> None:
    """Remove a clip of one's own, from every playlist too; admins may remove others'."""
    async with service.database.write(viewer.organisation_id) as session:
        clip, _ = await _own(session, viewer, reader, clip_id)
        await clips.remove(session, clip)


@router.get("/clips/{clip_id}/audio", responses=SOUND, response_class=StreamingResponse)
async def get_clip_audio(
    clip_id: UUID, request: Request, viewer: CallReader, service: ServiceDep
) -> Response:
    """Return the sound of a clip to play: the call's own, of these seconds, seekable in every browser."""
    async with service.database.read(viewer.organisation_id) as session:
        clip, call = await _found(session, viewer, clip_id)
        key = (await reading.recording(session, call)).playback_key
    if key is None:
        raise not_yet()
    tag = tag_of(key, clip.start, clip.end)
    if unchanged(request, tag):
        return not_modified(tag, CACHE)
    part = await cut_of(service.store, key, clip.start, clip.end)
    name = f"{clip_id}{PurePosixPath(key).suffix}"
    return sent(request, name, tag, part.size, partial(part.read, service.store, key))


async def shapes(session: ReadSession, reader: Viewer, rows: Sequence[Found]) -> Callable[[Found], ClipShape]:
    """Return a function that gives some clips as they go out to a reader of calls."""
    makers = await named(session, [clip.created_by for clip, _ in rows])

    def shape(row: Found) -> ClipShape:
        clip, call = row
        return ClipShape(
            id=clip.id,
            call_id=call.id if reader.sees(call.rep_id, call.team_id) else None,
            start=clip.start,
            end=clip.end,
            title=clip.title,
            note=clip.note,
            made_by=makers.get(clip.created_by),
            created_at=clip.created_at,
        )

    return shape


async def _said(session: ReadSession, clip: Clip, *, names: bool) -> list[SaidShape]:
    """Return what is said in a clip."""
    speakers = {row.label: row for row in await reading.speakers(session, clip.call_id)}
    found = list[SaidShape]()
    for part in await said.between(session, clip.call_id, clip.start, clip.end):
        speaker = speakers.get(part.speaker)
        role, name = (speaker.role, speaker.name) if speaker else (Role.OTHER, None)
        told = name if names else None
        found.append(SaidShape(start=part.start, end=part.end, role=role, name=told, text=part.text))
    return found


async def _found(session: ReadSession, reader: Viewer, clip_id: UUID, *, lock: bool = False) -> Found:
    """Return a clip that one may hear; raises `Problem` 404 where there is none."""
    found = await clips.find(session, reader, clip_id, lock=lock)
    if found is None:
        raise not_found()
    return found


async def _own(session: Session, viewer: Viewer, reader: Viewer, clip_id: UUID) -> Found:
    """Return a clip that one may change, locked; raises `Problem` 403 for another's."""
    clip, call = await _found(session, reader, clip_id, lock=True)
    if clip.created_by != viewer.principal_id and viewer.reach is not Reach.ALL:
        detail = "Only who made a clip, or an admin, may change it."
        raise Problem(HTTPStatus.FORBIDDEN, "not_yours", detail, "Ask whoever made it.")
    return clip, call
