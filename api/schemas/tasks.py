"""Tasks on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import StrictBool

from api.schemas.people import PersonShape
from api.schemas.shape import Change, Day, Given, Taken, Text


class NewTask(Taken):
    """A task to give."""

    text: Text
    rep_id: UUID | None = None
    """Whose it is; left out: one's own."""
    call_id: UUID | None = None
    """A call that it comes of, which whose task it is must see."""
    comment_id: UUID | None = None
    """A comment that it comes of."""
    due_on: Day | None = None


class TaskChange(Change):
    """What to change of a task; what is left out stays."""

    text: Text = ""
    due_on: Day | None = None
    done: StrictBool = True


class TaskShape(Given):
    """A task."""

    id: UUID
    rep: PersonShape
    given_by: PersonShape | None
    """Null where a program gave it."""
    call_id: UUID | None
    comment_id: UUID | None
    text: str
    due_on: Day | None
    overdue: bool
    """Whether it is still to be done after that day, where the organisation is."""
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TaskPage(Given):
    """Tasks, the newest first, and the cursor of those after them."""

    items: list[TaskShape]
    next: str | None
