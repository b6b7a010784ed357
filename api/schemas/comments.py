"""Comments and mentions on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.people import PersonShape
from api.schemas.shape import Change, Given, Second, Taken, Text
from models.call import UserRole

MOST_MENTIONS = 50
MOST_SEEN = 500

Mentions = Annotated[tuple[UUID, ...], Field(max_length=MOST_MENTIONS)]
"""People who are called upon, by key; each must see the call."""


class NewComment(Taken):
    """A comment to make: on the whole call, at a second of it, or on what is said in some seconds."""

    text: Text
    start: Second | None = None
    end: Second | None = None
    """With it, the words said from `start` on are kept as a quotation."""
    parent_id: UUID | None = None
    """A comment on the call that this one answers."""
    mentions: Mentions = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end is not None and (self.start is None or self.end <= self.start):
            raise ValueError("ends without, or before, its start")
        return self


class CommentChange(Change):
    """What to change of a comment; what is left out stays."""

    text: Text = ""
    mentions: Mentions = ()
    """Who is called upon now, in place of those before."""


class CommentShape(Given):
    """A comment on a call."""

    id: UUID
    call_id: UUID
    parent_id: UUID | None
    user: PersonShape
    start: float | None
    """The second that it is about, or the first of those; null: the whole call."""
    end: float | None
    quote: str
    """What was said in these seconds when it was written, the beginning of it where that was much."""
    text: str | None
    """Null where it was taken back: it stays while it has answers."""
    mentions: list[PersonShape]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class ThreadShape(CommentShape):
    """A comment with its answers, oldest first."""

    replies: list[CommentShape]


class ThreadPage(Given):
    """Comments that answer none, oldest first, and the cursor of those after them."""

    items: list[ThreadShape]
    next: str | None


class ReaderShape(PersonShape):
    """Somebody who sees a call."""

    role: UserRole


class MentionShape(Given):
    """Where one is called upon."""

    comment: CommentShape
    call_title: str
    seen_at: datetime | None


class MentionPage(Given):
    """Where one is called upon: what is unseen first, then the newest; and the cursor of what is after."""

    items: list[MentionShape]
    next: str | None


class MentionsSeen(Taken):
    """Which mentions were seen: those in some comments, or all of them."""

    comments: Annotated[tuple[UUID, ...], Field(max_length=MOST_SEEN)] | None = None
