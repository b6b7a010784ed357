"""Changes told of in an order that nothing falls behind.

What is noted is committed before it is told of, and one at a time tells for an organisation: whoever sees an
entry sees all entries before it. A transaction that commits late is told of late, after everything that a
reader may have seen until then. (The order of commits cannot be had from a column that the transactions
themselves write: PostgreSQL gives out times and sequences when they are asked for, not when they are seen.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from models import feeds
from models.db import ReadSession, Session, SystemSession, database_time, organisation_of
from models.feeds import State, Stream
from models.queries import records
from models.queries.feeds import expanding
from models.queries.feeds.noting import Cause
from models.queries.feeds.source import Noted, Times
from models.queries.feeds.sources import SOURCES
from models.tables import FeedDue, FeedEntry, FeedHead

LOCK = 0x6665656473 << 24
"""PostgreSQL advisory locks of feeds: this, mixed with the organisation's key."""
AT_ONCE = 500
"""Notes told of together."""


Due = tuple[int | None, str, str, datetime]
"""A note: its key, cause, key of what it is about, and time."""


@dataclass(slots=True)
class Places:
    """The positions after the newest one, each given once: the time, or later where that was given before."""

    newest: int
    now: int

    def next(self) -> int:
        """Return the next one."""
        self.newest = max(self.newest + 1, self.now)
        return self.newest


async def publish(session: Session, most: int = AT_ONCE) -> int:
    """Tell of some of what is noted, at most so many; return how many notes that were.

    Call it in a transaction of its own, until nothing is left. The notes are read before what they are of:
    a change committed since has a note of its own, which stays.
    """
    await records.alone(session, organisation_of(session), LOCK)
    rows = await _some(session, most)
    if not rows:
        return 0
    noted = _by_cause(rows)
    await expanding.expand(session, noted)
    await _tell(session, noted)
    done = delete(FeedDue).where(col(FeedDue.id).in_([row[0] for row in rows]))
    await session.execute(done.execution_options(synchronize_session=False))
    return len(rows)


async def organisations(session: SystemSession) -> Sequence[UUID]:
    """Return the organisations that something is noted of."""
    return (await session.execute(select(col(FeedDue.organisation_id)).distinct())).scalars().all()


async def oldest(session: ReadSession) -> datetime | None:
    """Return since when the oldest note waits that was not told of yet; None where none does."""
    return (await session.execute(select(func.min(col(FeedDue.created_at))))).scalar_one()


async def _some(session: Session, most: int) -> Sequence[Due]:
    query = select(col(FeedDue.id), col(FeedDue.cause), col(FeedDue.key), col(FeedDue.created_at))
    return (await session.execute(query.order_by(col(FeedDue.id)).limit(most))).all()


def _by_cause(rows: Sequence[Due]) -> Noted:
    """Return what is noted by cause and key, each with the first time of it."""
    found: dict[Cause, Times] = defaultdict(dict)
    for _, cause, key, at in rows:
        times = found[Cause(cause)]
        times[key] = min(at, times.get(key, at))
    return found


async def _tell(session: Session, noted: Noted) -> None:
    """Write entries of what notes are about, after all that there are."""
    at = feeds.position(await database_time(session))
    head = (await session.execute(select(FeedHead))).scalar_one_or_none()
    places = Places(at - 1 if head is None else head.position, at)
    for source in SOURCES:
        due = await source.due(session, noted)
        if due:
            states = await source.states(session, due.keys())
            await _write(session, due, source.stream, states, places)
    if head is None:
        session.add(FeedHead(organisation_id=organisation_of(session), first=at, position=places.newest))
    else:
        head.position = places.newest


async def _write(
    session: Session, due: Times, stream: Stream, states: Mapping[str, State], places: Places
) -> None:
    """Write where things stand: those that are to be seen, and those that were and are not any more."""
    told = await _told(session, stream, due.keys())
    there, gone = list[dict[str, Any]](), list[dict[str, Any]]()
    for feed in stream.feeds:
        for key, at in due.items():
            state = states.get(key)
            if state is not None and stream.shows(feed, state):
                there.append(_entry(session, stream, feed, key, state, places.next()))
            elif (feed, key) in told:
                where = {"of": organisation_of(session), "in_feed": feed, "named": key}
                gone.append({**where, "position": places.next(), "deleted_at": at})
    connection = await session.connection()  # entries by the hundred, which nobody holds as objects
    if there:
        await connection.execute(_upsert(session), there)
    if gone:
        await connection.execute(_TAKEN_OUT, gone)


async def _told(session: Session, stream: Stream, keys: Collection[str]) -> Collection[tuple[str, str]]:
    """Return feed and key of things that are told of as being there."""
    query = select(col(FeedEntry.feed), col(FeedEntry.key)).where(
        col(FeedEntry.feed).in_(stream.feeds),
        col(FeedEntry.key).in_(keys),
        col(FeedEntry.deleted_at).is_(None),
    )
    return {(feed, key) for feed, key in await session.execute(query)}


def _entry(
    session: Session, stream: Stream, feed: str, key: str, state: State, position: int
) -> dict[str, Any]:
    return {
        "organisation_id": organisation_of(session),
        "feed": feed,
        "key": key,
        "position": position,
        "at": state.at,
        "external_id": state.external_id if stream.keeps_external_id else None,
        "deleted_at": None,
    }


_ENTRY: Any = FeedEntry.__table__  # type: ignore[attr-defined]
_TAKEN_OUT = (
    update(_ENTRY)
    .where(
        _ENTRY.c.organisation_id == bindparam("of"),
        _ENTRY.c.feed == bindparam("in_feed"),
        _ENTRY.c.key == bindparam("named"),
    )
    .values(position=bindparam("position"), deleted_at=bindparam("deleted_at"))
)


def _upsert(session: Session) -> Any:
    """Return the statement that writes an entry, over the one that there is."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    new = dialect.insert(_ENTRY)
    written = ("position", "at", "external_id", "deleted_at")
    return new.on_conflict_do_update(
        index_elements=["organisation_id", "feed", "key"],
        set_={name: new.excluded[name] for name in written},
    )
