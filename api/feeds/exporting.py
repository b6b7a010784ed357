"""Exports: what there is of a stretch of time, sent as it is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from api.feeds import rows
from api.feeds.formats import WRITERS, Format
from api.feeds.rows import Row
from models import feeds
from models.access import Viewer
from models.db import Database
from models.feeds import Field, Stream, View
from models.queries.contributions import Stretch
from models.queries.feeds import reading
from models.queries.feeds.reading import Entry

AT_ONCE = 1000
"""Rows that are held together."""


@dataclass(frozen=True, slots=True)
class Export:
    """What to export: of a stream, of a stretch of time, which fields, as what."""

    stream: Stream
    view: View
    within: Stretch
    wanted: frozenset[str]
    format: Format

    @property
    def columns(self) -> Sequence[Field]:
        """Return the fields of a row, in order."""
        key, updated_at, _ = feeds.HEAD
        return (key, updated_at, *(field for field in self.stream.fields if field.name in self.wanted))


async def exported(database: Database, viewer: Viewer, export: Export) -> AsyncIterator[bytes]:
    """Yield an export in parts; each is read in a transaction of its own and shows things as they are then.

    No connection is held while the caller takes what was sent.
    """
    writer = WRITERS[export.format](export.columns)
    last: Entry | None = None
    while found := await _entries(database, viewer, export, last):
        last = found[-1]
        shown = await _rows(database, viewer, export, found)
        if shown:
            yield await asyncio.to_thread(writer.write, shown)
    yield await asyncio.to_thread(writer.end)


async def _entries(database: Database, viewer: Viewer, export: Export, last: Entry | None) -> Sequence[Entry]:
    async with database.read(viewer.organisation_id) as session:
        feed = export.stream.feed(export.view)
        return await reading.between(session, feed, export.within, last, AT_ONCE)


async def _rows(database: Database, viewer: Viewer, export: Export, found: Sequence[Entry]) -> list[Row]:
    async with database.read(viewer.organisation_id) as session:
        return await rows.rows(session, viewer, export.stream, found, export.view, export.wanted)
