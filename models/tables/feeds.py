"""Feeds: what was told of every thing that others pull, and what is still to be told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from core.clock import now
from models.tables.base import TenantRow


class FeedEntry(TenantRow, table=True):
    """A thing in a feed, at its last change.

    `position` is when that was told, in microseconds since 1970: it grows with every entry that is written
    in an organisation. `at` is the thing's own time, by which exports choose. What is gone has a time of
    that, and stays for a while.
    """

    __tablename__ = "feed_entry"
    __table_args__ = (
        Index("ix_feed_entry_position", "organisation_id", "feed", "position"),
        Index("ix_feed_entry_at", "organisation_id", "feed", "at", "key"),
        Index(
            "ix_feed_entry_gone",
            "organisation_id",
            "position",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
    )

    organisation_id: UUID = Field(foreign_key="organisation.id", ondelete="CASCADE", primary_key=True)
    feed: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    at: datetime
    external_id: str | None = None
    deleted_at: datetime | None = None


class FeedDue(TenantRow, table=True):
    """Something that feeds have to tell of, noted in the transaction that changed it."""

    __tablename__ = "feed_due"

    id: int | None = Field(default=None, primary_key=True)
    cause: str
    key: str
    created_at: datetime = Field(default_factory=now)


class FeedHead(TenantRow, table=True):
    """How far the feeds of an organisation are: its first and its newest position.

    Of what is gone, entries up to the position `swept` may be removed.
    """

    __tablename__ = "feed_head"

    organisation_id: UUID = Field(foreign_key="organisation.id", ondelete="CASCADE", primary_key=True)
    first: int = Field(sa_type=BigInteger)
    position: int = Field(sa_type=BigInteger)
    swept: int = Field(default=0, sa_type=BigInteger)
