"""A page of a feed: what changed after a place, and the place to go on from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import structlog

from api.feeds import rows
from api.feeds.rows import Row
from api.problems import Problem
from api.routes.paging import cut
from core.errors import DebriefError
from core.traces import trace
from models import feeds
from models.access import Viewer
from models.db import Database, ReadSession, database_time
from models.feeds import Place, Stream, View
from models.outage import ERRORS
from models.queries import records
from models.queries.feeds import publishing, reading
from models.queries.feeds.reading import Entry, Head

PATIENCE_S = 2.0
"""How long a request tells of changes, and waits for others who do."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a stream, None of that of deletions: which fields, from where on, how many at most.

    From `since` on where there is no `place`; from the beginning where there is neither.
    """

    stream: Stream | None
    view: View
    limit: int
    wanted: frozenset[str] = frozenset()
    place: Place | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Entries of a page, whether there are more, where they end, and up to when all is told."""

    entries: Sequence[Entry]
    more: bool
    place: Place
    as_of: datetime


async def found(database: Database, viewer: Viewer, asked: Asked) -> Found:
    """Return the entries that are asked for, once what is noted is told of; raises as `read` does."""
    return await read(database, viewer, asked, await told(database, viewer.organisation_id))


async def read(database: Database, viewer: Viewer, asked: Asked, as_of: datetime) -> Found:
    """Return the entries that are asked for, of what is told of; `as_of` is until when that is all.

    Raises `Problem` 410 where it is no longer told what went since the reader was there.
    """
    async with database.read(viewer.organisation_id) as session:
        head = await reading.head(session)  # all up to there is seen by what is asked next
        place = asked.place or _begun(asked.since, head)
        entries, more = cut(await _entries(session, asked, place), asked.limit)
        swept = (await reading.head(session)).swept  # what was swept until then may be missing
    if place.misses(swept):
        raise too_old()
    last = entries[-1].position if entries else place.position
    reached = replace(place, position=last if more else max(last, head.position))
    return Found(entries, more, reached, as_of)


async def shown(database: Database, viewer: Viewer, asked: Asked, entries: Sequence[Entry]) -> list[Row]:
    """Return entries as rows."""
    if asked.stream is None:
        return [rows.gone(entry) for entry in entries]
    async with database.read(viewer.organisation_id) as session:
        return await rows.rows(session, viewer, asked.stream, entries, asked.view, asked.wanted)


async def told(database: Database, organisation_id: UUID) -> datetime:
    """Tell of what is noted, for a while; return until when all that was committed is told of.

    What is not told now is by a worker within seconds.
    """
    until = asyncio.get_running_loop().time() + PATIENCE_S
    at, left = await _waiting(database, organisation_id)
    try:
        while left is not None and asyncio.get_running_loop().time() < until:
            async with database.write(organisation_id) as session:
                await records.hurry(session, PATIENCE_S)
                if not await publishing.publish(session):
                    left = None
    except (DebriefError, *ERRORS) as error:
        log.warning("feeds.left_to_workers", error=trace(error))
    if left is not None:
        at, left = await _waiting(database, organisation_id)
    return left or at


async def _waiting(database: Database, organisation_id: UUID) -> tuple[datetime, datetime | None]:
    """Return the time, and since when the oldest note waits, None where none does."""
    async with database.read(organisation_id) as session:
        at = await database_time(session)  # what is noted from now on is of later
        return at, await publishing.oldest(session)


def too_old() -> Problem:
    """Return that a reader was away for longer than it is told what went."""
    return Problem(
        HTTPStatus.GONE,
        "cursor_too_old",
        f"What went since then is told of for {feeds.TOLD_FOR.days} days, and those are over.",
        "Pull everything anew, without cursor and updated_since; drop what does not come.",
    )


def _begun(since: datetime | None, head: Head) -> Place:
    """Return where a reader begins who has no place yet: a first pull, or one from a time on."""
    if since is None:
        return Place(0, head.position)
    position = feeds.position(since) - 1
    return Place(position, head.position if position < head.first else position)


async def _entries(session: ReadSession, asked: Asked, place: Place) -> Sequence[Entry]:
    """Return one entry more than is asked for, if there are so many."""
    if asked.stream is None:
        return await reading.gone_after(session, feeds.feeds_of(asked.view), place.position, asked.limit + 1)
    return await reading.after(session, asked.stream.feed(asked.view), place.position, asked.limit + 1)
