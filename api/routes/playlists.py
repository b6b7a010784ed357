"""Playlists: clips in an order, one's own or everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from api import cursors
from api.auth import CallerDep, CallReader, ClipMaker, MaybeCallReader, ServiceDep
from api.persons import named
from api.problems import Problem, not_found
from api.routes.clips import shapes
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import MISSING, guarded
from api.schemas.clips import (
    NewPlaylist,
    PlaylistChange,
    PlaylistClips,
    PlaylistPage,
    PlaylistShape,
    WholePlaylistShape,
)
from api.schemas.people import PersonShape
from core.clock import now
from models.access import Caller, Viewer
from models.call import UserRole
from models.db import ReadSession, Session
from models.queries import playlists
from models.tables import Playlist

router = guarded("playlists", "/v1/playlists")


@router.get("")
async def list_playlists(
    viewer: CallReader, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> PlaylistPage:
    """Return one's own playlists and the shared ones, the newest first."""
    async with service.database.read(viewer.organisation_id) as session:
        rows, more = cut(await playlists.page(session, viewer, cursors.key(cursor), limit + 1), limit)
        items = await _shapes(session, viewer, rows)
    return PlaylistPage(items=items, next=cursors.of_key(rows[-1].id) if more else None)


@router.post("", status_code=HTTPStatus.CREATED)
async def add_playlist(
    given: NewPlaylist, viewer: ClipMaker, reader: MaybeCallReader, service: ServiceDep
) -> WholePlaylistShape:
    """Make a playlist, to put clips into."""
    async with service.database.write(viewer.organisation_id) as session:
        row = await playlists.add(session, viewer.principal_id, _kept(given.model_dump()), now())
        return await _whole(session, reader, row)


@router.get("/{playlist_id}", responses=MISSING)
async def get_playlist(playlist_id: UUID, viewer: CallReader, service: ServiceDep) -> WholePlaylistShape:
    """Return a playlist with the clips that one may hear."""
    async with service.database.read(viewer.organisation_id) as session:
        row = await playlists.find(session, viewer, playlist_id)
        if row is None:
            raise not_found()
        return await _whole(session, viewer, row)


@router.patch("/{playlist_id}", responses=MISSING)
async def change_playlist(
    playlist_id: UUID,
    given: PlaylistChange,
    viewer: ClipMaker,
    reader: MaybeCallReader,
    caller: CallerDep,
    service: ServiceDep,
) -> WholePlaylistShape:
    """Change a playlist; sharing it lets everybody hear its clips, and is noted in the trail."""
    async with service.database.write(viewer.organisation_id) as session:
        row = await _changeable(session, viewer, caller, playlist_id)
        await playlists.change(session, reader, row, _kept(given.given), now())
        await session.flush()
        return await _whole(session, reader, row)


@router.delete("/{playlist_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_playlist(
    playlist_id: UUID, viewer: ClipMaker, caller: CallerDep, service: ServiceDep
) -> None:
    """Remove a playlist; its clips stay with their calls."""
    async with service.database.write(viewer.organisation_id) as session:
        row = await _changeable(session, viewer, caller, playlist_id)
        await playlists.remove(session, viewer.principal_id, row)


@router.put("/{playlist_id}/clips", responses=MISSING)
async def fill_playlist(
    playlist_id: UUID,
    given: PlaylistClips,
    viewer: ClipMaker,
    reader: MaybeCallReader,
    caller: CallerDep,
    service: ServiceDep,
) -> WholePlaylistShape:
    """Put clips into a playlist, in this order; into a shared one only of calls that one sees."""
    async with service.database.write(viewer.organisation_id) as session:
        row = await _changeable(session, viewer, caller, playlist_id)
        await playlists.fill(session, reader, row, given.clips, now())
        return await _whole(session, reader, row)


async def _changeable(session: Session, viewer: Viewer, caller: Caller, playlist_id: UUID) -> Playlist:
    """Return a playlist, locked, that one may change; raises `Problem` 404 or 403.

    It is one's own, or it is shared and one is a manager, an admin or a program.
    """
    row = await playlists.find(session, viewer, playlist_id, lock=True)
    if row is None:
        raise not_found()
    if row.created_by != viewer.principal_id and caller.role in {UserRole.REP, UserRole.COACH}:
        detail = "A shared playlist is changed by who made it, and by managers."
        raise Problem(HTTPStatus.FORBIDDEN, "not_yours", detail, "Make one of your own.")
    return row


async def _whole(session: ReadSession, reader: Viewer, row: Playlist) -> WholePlaylistShape:
    found = await playlists.content(session, reader, row.id)
    shape = await shapes(session, reader, found)
    (about,) = await _shapes(session, reader, [row])
    return WholePlaylistShape(**dict(about), items=[shape(one) for one in found])


async def _shapes(session: ReadSession, reader: Viewer, rows: Sequence[Playlist]) -> list[PlaylistShape]:
    makers = await named(session, [row.created_by for row in rows])
    sizes = await playlists.sizes(session, reader, [row.id for row in rows])
    return [_shape(row, makers.get(row.created_by), *sizes.get(row.id, (0, 0.0))) for row in rows]


def _shape(row: Playlist, maker: PersonShape | None, clips: int, seconds: float) -> PlaylistShape:
    return PlaylistShape(
        id=row.id,
        name=row.name,
        description=row.description,
        shared=row.shared,
        made_by=maker,
        clips=clips,
        seconds=seconds,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as they are kept: no description is an empty one."""
    return {name: "" if value is None else value for name, value in values.items()}
