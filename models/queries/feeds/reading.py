"""Feeds read by the page: what changed after a position, what is gone, what lies in a stretch of time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, or_, select
from sqlmodel import col

from models import feeds
from models.db import ReadSession, Session, SystemSession, organisation_of
from models.queries import records
from models.queries.contributions import Stretch
from models.queries.feeds.publishing import LOCK
from models.tables import FeedEntry, FeedHead


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing in a feed: where it stands, and when it went if it is gone."""

    feed: str
    key: str
    position: int
    at: datetime
    external_id: str | None
    deleted_at: datetime | None

    @property
    def updated_at(self) -> datetime:
        """Return when its last change was told of."""
        return feeds.moment(self.position)


@dataclass(frozen=True, slots=True)
class Head:
    """How far feeds are: first and newest position, and up to where it is no longer told what is gone."""

    first: int
    position: int
    swept: int


NOTHING = Head(0, 0, 0)
"""The head of an organisation of which nothing was told yet."""
_ENTRY = (
    col(FeedEntry.feed),
    col(FeedEntry.key),
    col(FeedEntry.position),
    col(FeedEntry.at),
    col(FeedEntry.external_id),
    col(FeedEntry.deleted_at),
)


async def head(session: ReadSession) -> Head:
    """Return how far the feeds of an organisation are."""
    query = select(col(FeedHead.first), col(FeedHead.position), col(FeedHead.swept))
    found = (await session.execute(query)).one_or_none()
    return NOTHING if found is None else Head(*found)


async def after(session: ReadSession, feed: str, position: int, limit: int) -> Sequence[Entry]:
    """Return at most `limit` entries of a feed after a position, in order."""
    query = select(*_ENTRY).where(col(FeedEntry.feed) == feed, col(FeedEntry.position) > position)
    return await _read(session, query.order_by(col(FeedEntry.position)).limit(limit))


async def gone_after(
    session: ReadSession, names: Collection[str], position: int, limit: int
) -> Sequence[Entry]:
    """Return at most `limit` entries of what is gone out of some feeds after a position, in order."""
    query = select(*_ENTRY).where(
        col(FeedEntry.deleted_at).is_not(None),
        col(FeedEntry.position) > position,
        col(FeedEntry.feed).in_(names),
    )
    return await _read(session, query.order_by(col(FeedEntry.position)).limit(limit))


async def between(
    session: ReadSession, feed: str, within: Stretch, last: Entry | None, limit: int
) -> Sequence[Entry]:
    """Return at most `limit` entries of what is there of a stretch of time, in order, those after one."""
    at, key = col(FeedEntry.at), col(FeedEntry.key)
    query = select(*_ENTRY).where(
        col(FeedEntry.feed) == feed,
        col(FeedEntry.deleted_at).is_(None),
        at >= within[0],
        at < within[1],
    )
    if last is not None:
        query = query.where(at >= last.at, or_(at > last.at, key > last.key))
    return await _read(session, query.order_by(at, key).limit(limit))


async def sweep(session: Session, before: datetime) -> int:
    """Tell no longer of what is gone since before a time; return of how many things."""
    await records.alone(session, organisation_of(session), LOCK)
    old = (col(FeedEntry.deleted_at).is_not(None), col(FeedEntry.position) < feeds.position(before))
    number, newest = (
        await session.execute(select(func.count(), func.max(col(FeedEntry.position))).where(*old))
    ).one()
    if number:
        (await session.execute(select(FeedHead))).scalar_one().swept = newest
        await session.execute(delete(FeedEntry).where(*old))
    return int(number)


async def organisations(session: SystemSession) -> Sequence[UUID]:
    """Return the organisations that have feeds."""
    return (await session.execute(select(col(FeedHead.organisation_id)))).scalars().all()


async def _read(session: ReadSession, query: Select[*tuple[Any, ...]]) -> Sequence[Entry]:
    return [Entry(*row) for row in await session.execute(query)]
