"""Tasks of reps: given, changed, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update
from sqlmodel import col

from core.errors import Rejected
from models.access import Viewer
from models.db import ReadSession, Session
from models.queries import access, comments, people, reading
from models.tables import ActionItem, Call, User


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task to give: what to do, until when, and the call or the comment that it comes of."""

    text: str
    call_id: UUID | None = None
    comment_id: UUID | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks; None lets all through. `undone` says whether they are still to be done."""

    rep_id: UUID | None = None
    call_id: UUID | None = None
    undone: bool | None = None


async def page(
    session: ReadSession, viewer: Viewer, wanted: Wanted, before: UUID | None, limit: int
) -> Sequence[tuple[ActionItem, User]]:
    """Return tasks, with whose they are, of people within reach: the newest first, those before a key."""
    query = _within(viewer).order_by(col(ActionItem.id).desc()).limit(limit)
    if wanted.rep_id is not None:
        query = query.where(col(ActionItem.rep_id) == wanted.rep_id)
    if wanted.call_id is not None:
        query = query.where(col(ActionItem.call_id) == wanted.call_id)
    if wanted.undone is not None:
        done = col(ActionItem.done_at)
        query = query.where(done.is_(None) if wanted.undone else done.is_not(None))
    if before is not None:
        query = query.where(col(ActionItem.id) < before)
    return [(row[0], row[1]) for row in await session.execute(query)]


async def find(
    session: ReadSession, viewer: Viewer, task_id: UUID, *, lock: bool = False
) -> tuple[ActionItem, User] | None:
    """Return a task of somebody within reach, with whose it is; locked until the transaction ends."""
    query = _within(viewer).where(col(ActionItem.id) == task_id)
    found = (await session.execute(query.with_for_update(of=ActionItem) if lock else query)).first()
    return None if found is None else (found[0], found[1])


async def add(
    session: Session, viewer: Viewer, reader: Viewer, rep_id: UUID, given: Assignment, at: datetime
) -> tuple[ActionItem, User]:
    """Return a new task of somebody within reach, with whose it is.

    `reader` is the viewer as a reader of calls. Raises `Rejected` for somebody who is not within reach, and
    for a call or comment that is not there, or that one of the two may not see.
    """
    rep = await people.user(session, viewer, rep_id)
    if rep is None or not rep.active:
        raise Rejected(
            "no_such_rep", "There is no such person, or nobody to whom you may give tasks.", "Take another."
        )
    row = ActionItem(
        organisation_id=rep.organisation_id,
        rep_id=rep.id,
        call_id=await _call(session, reader, rep, given),
        comment_id=given.comment_id,
        text=given.text,
        due_on=given.due_on,
        created_by=viewer.principal_id,
        created_at=at,
        updated_at=at,
    )
    session.add(row)
    await session.flush()
    return row, rep


def change(row: ActionItem, values: dict[str, Any], at: datetime) -> None:
    """Change a task: `text`, `due_on`, and whether it is `done`; done again, it keeps when it was first."""
    kept = dict(values)
    done = kept.pop("done", None)
    if done is not None:
        kept["done_at"] = (row.done_at or at) if done else None
    for name, value in kept.items():
        setattr(row, name, value)
    row.updated_at = at


async def forget_call(session: Session, call_id: UUID) -> None:
    """Let the tasks that came of a call stay without it."""
    await session.execute(
        update(ActionItem).where(col(ActionItem.call_id) == call_id).values(call_id=None, comment_id=None)
    )


async def today(session: ReadSession, at: datetime) -> date:
    """Return the day that it is where the organisation is."""
    return at.astimezone(ZoneInfo((await people.own_organisation(session)).time_zone)).date()


def _within(viewer: Viewer) -> Select[ActionItem, User]:
    return (
        select(ActionItem, User)
        .join(User, col(User.id) == col(ActionItem.rep_id))
        .where(access.users(viewer))
    )


async def _call(session: Session, reader: Viewer, rep: User, given: Assignment) -> UUID | None:
    """Return the call that a task comes of: the one named, or that of the comment."""
    call_id = given.call_id
    if given.comment_id is not None:
        found = await comments.find(session, reader, given.comment_id, lock=True)
        if found is None or call_id not in {None, found[1].id}:
            raise Rejected("no_such_comment", "There is no such comment on that call.", "Take one it has.")
        call_id = found[1].id
    if call_id is None:
        return None
    call = await reading.call(session, reader, call_id)
    if call is None or call.deleted_at is not None:
        raise Rejected("no_such_call", "There is no such call, or none that you may see.", "Take another.")
    if not await _sees(session, rep, call):
        raise Rejected("cannot_see", "Whose task it is may not see that call.", "Take a call they see.")
    return call_id


async def _sees(session: ReadSession, rep: User, call: Call) -> bool:
    query = select(col(User.id)).where(col(User.id) == rep.id, await access.readers(session, call))
    return (await session.execute(query)).first() is not None
