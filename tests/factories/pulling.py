"""Readers of feeds who keep what they pulled, and what they should have kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from api.feeds import page
from api.feeds.page import Asked
from api.feeds.rows import LOADS
from core.clock import now
from models.access import Reach, Viewer
from models.db import Database
from models.feeds import STREAMS, Place, Stream, View, names
from models.queries.feeds import publishing
from models.queries.feeds.noting import key_of
from models.tables import Assessment, Call, Deal, RecordCell

Kept = dict[str, dict[str, Any]]
"""What a reader keeps of things, by key."""
STAMPS = ("updated_at", "deleted")


@dataclass
class Reader:
    """A program that pulls a stream and keeps what it got; a crash takes it back to what it wrote down.

    It goes on by cursor, or by the largest `updated_at` that it ever saw.
    """

    database: Database
    organisation_id: UUID
    stream: Stream
    view: View
    by_cursor: bool = True
    kept: Kept = field(default_factory=dict)
    place: Place | None = None
    since: datetime | None = None

    async def pull(self, limit: int, pages: int | None = None, *, crash: bool = False) -> None:
        """Pull some pages of what is told of, or all; crashed, what came is kept, but not how far that is."""
        asked = self._asked(limit)
        number, more = 0, True
        while more and number != pages:
            found = await page.read(self.database, viewer(self.organisation_id), asked, now())
            shown = await page.shown(self.database, viewer(self.organisation_id), asked, found.entries)
            for row in shown:
                self._keep(row)
            number, more = number + 1, found.more
            asked = Asked(self.stream, self.view, limit, asked.wanted, found.place)
            if not crash:
                self.place = found.place
                times = [datetime.fromisoformat(row["updated_at"]) for row in shown]
                assert times == sorted(set(times))
                self.since = max(times, default=self.since)

    def restart(self) -> None:
        """Forget everything, and pull anew."""
        self.kept, self.place, self.since = {}, None, None

    def _asked(self, limit: int) -> Asked:
        wanted = frozenset(names(self.stream.fields))
        if self.by_cursor:
            return Asked(self.stream, self.view, limit, wanted, self.place)
        return Asked(self.stream, self.view, limit, wanted, since=self.since)

    def _keep(self, row: Mapping[str, Any]) -> None:
        if row["deleted"]:
            self.kept.pop(row["id"], None)
        else:
            self.kept[row["id"]] = {name: value for name, value in row.items() if name not in STAMPS}


def viewer(organisation_id: UUID) -> Viewer:
    """Return a program that sees all of an organisation."""
    return Viewer(organisation_id, UUID(int=0), None, Reach.ALL)


async def whole(database: Database, organisation_id: UUID, stream: Stream, view: View) -> Kept:
    """Return what a reader of a stream should have, out of the tables themselves."""
    keys = {
        "calls": select(col(Call.id)),
        "scores": select(col(Assessment.id)),
        "records": select(
            col(RecordCell.rep_id), col(RecordCell.kind), col(RecordCell.start), col(RecordCell.call_type)
        ),
        "deals": select(col(Deal.id)),
    }
    wanted = names(stream.fields)
    async with database.read(organisation_id) as session:
        found = [key_of(row) for row in await session.execute(keys[stream.name])]
        rows = await LOADS[stream.name](session, viewer(organisation_id), found, view, wanted)
    return {key: {"id": key, **{name: row[name] for name in wanted}} for key, row in rows.items()}


async def published(database: Database, organisation_id: UUID) -> int:
    """Tell of all that is noted; return how many notes that were."""
    total, found = 0, 1
    while found:
        async with database.write(organisation_id) as session:
            found = await publishing.publish(session)
        total += found
    return total


def every_reader(database: Database, organisation_id: UUID) -> list[Reader]:
    """Return a reader of every stream in either view, by cursor and by time."""
    return [
        Reader(database, organisation_id, stream, view, by_cursor)
        for stream in STREAMS
        for view in View
        for by_cursor in (True, False)
    ]
