"""What people say about calls to each other: comments, tasks, clips; and what they listened to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from core.clock import now
from models.tables.base import Keyed, TenantRow, not_negative, of_tenant, within_tenant


class Comment(Keyed, TenantRow, table=True):
    """A remark on a call, on its seconds `start` to `end` and the words said there, or an answer to one."""

    __tablename__ = "comment"
    __table_args__ = (
        of_tenant(),
        within_tenant("call_id", "call"),
        within_tenant("user_id", "users", "RESTRICT"),
        within_tenant("parent_id", "comment"),
        Index("ix_comment_call_id", "call_id", "id"),
        Index("ix_comment_user_id", "organisation_id", "user_id", "created_at"),
    )

    call_id: UUID
    user_id: UUID
    parent_id: UUID | None = None
    start: float | None = None
    end: float | None = None
    quote: str = Field(default="", sa_type=Text)
    text: str = Field(sa_type=Text)
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    deleted_at: datetime | None = None


class Mention(TenantRow, table=True):
    """Somebody whom a comment calls upon; `seen_at` is when they looked."""

    __tablename__ = "mention"
    __table_args__ = (
        within_tenant("comment_id", "comment"),
        within_tenant("user_id", "users"),
        Index("ix_mention_user_id", "user_id", "comment_id"),
    )

    comment_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    seen_at: datetime | None = None


class ActionItem(Keyed, TenantRow, table=True):
    """Something a rep is to do, perhaps because of a call or a comment."""

    __tablename__ = "action_item"
    __table_args__ = (
        of_tenant(),
        within_tenant("rep_id", "users"),
        within_tenant("call_id", "call"),
        within_tenant("comment_id", "comment"),
        Index("ix_action_item_rep_id", "rep_id", "id"),
        Index("ix_action_item_created_by", "organisation_id", "created_by", "created_at"),
    )

    rep_id: UUID
    call_id: UUID | None = None
    comment_id: UUID | None = None
    text: str = Field(sa_type=Text)
    due_on: date | None = None
    done_at: datetime | None = None
    created_by: UUID
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class Clip(Keyed, TenantRow, table=True):
    """Seconds of a call worth showing."""

    __tablename__ = "clip"
    __table_args__ = (
        of_tenant(),
        within_tenant("call_id", "call"),
        *not_negative("start"),
        Index("ix_clip_call_id", "call_id", "id"),
    )

    call_id: UUID
    start: float
    end: float
    title: str
    note: str = Field(default="", sa_type=Text)
    created_by: UUID
    created_at: datetime = Field(default_factory=now)


class Playlist(Keyed, TenantRow, table=True):
    """Clips in an order; shared, everybody in the organisation may hear them."""

    __tablename__ = "playlist"
    __table_args__ = (of_tenant(),)

    name: str
    description: str = Field(default="", sa_type=Text)
    shared: bool = False
    created_by: UUID
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class PlaylistClip(TenantRow, table=True):
    """A clip's place in a playlist."""

    __tablename__ = "playlist_clip"
    __table_args__ = (
        within_tenant("playlist_id", "playlist"),
        within_tenant("clip_id", "clip"),
        Index("ix_playlist_clip_clip_id", "clip_id"),
    )

    playlist_id: UUID = Field(primary_key=True)
    clip_id: UUID = Field(primary_key=True)
    place: int


class Listening(Keyed, TenantRow, table=True):
    """How long somebody listened to a call on a day (UTC); `last_at` is when they last said so."""

    __tablename__ = "listening"
    __table_args__ = (
        within_tenant("call_id", "call"),
        within_tenant("user_id", "users"),
        UniqueConstraint("call_id", "user_id", "day"),
        Index("ix_listening_user_id", "user_id", "day"),
    )

    call_id: UUID
    user_id: UUID
    day: date
    seconds: float = 0.0
    first_at: datetime = Field(default_factory=now)
    last_at: datetime = Field(default_factory=now)
