"""Comments on calls: written, answered, changed, taken back; and whom they call upon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlmodel import col

from core.errors import Rejected
from models.access import Viewer
from models.db import ReadSession, Session
from models.event import Kind
from models.queries import access, said
from models.queries.events import record
from models.tables import ActionItem, Call, Comment, Mention, User


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody writes: of which seconds of the call, in answer to what, calling upon whom."""

    text: str
    start: float | None = None
    end: float | None = None
    parent_id: UUID | None = None
    mentions: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of mentions ends: whether that one was seen, and its comment."""

    seen: bool
    comment_id: UUID


async def threads(session: ReadSession, call_id: UUID, after: UUID | None, limit: int) -> Sequence[Comment]:
    """Return comments on a call that answer none, those after a key, oldest first."""
    query = select(Comment).where(col(Comment.call_id) == call_id, col(Comment.parent_id).is_(None))
    if after is not None:
        query = query.where(col(Comment.id) > after)
    return (await session.execute(query.order_by(col(Comment.id)).limit(limit))).scalars().all()


async def replies(session: ReadSession, call_id: UUID, ids: Iterable[UUID]) -> Sequence[Comment]:
    """Return the answers to some comments on a call, oldest first."""
    query = (
        select(Comment)
        .where(col(Comment.call_id) == call_id, col(Comment.parent_id).in_(ids))
        .order_by(col(Comment.id))
    )
    return (await session.execute(query)).scalars().all()


async def mentioned(session: ReadSession, ids: Iterable[UUID]) -> Mapping[UUID, list[UUID]]:
    """Return whom each of some comments calls upon."""
    query = select(col(Mention.comment_id), col(Mention.user_id)).where(col(Mention.comment_id).in_(ids))
    found = dict[UUID, list[UUID]]()
    for comment_id, user_id in await session.execute(query.order_by(col(Mention.user_id))):
        found.setdefault(comment_id, []).append(user_id)
    return found


async def readers(session: ReadSession, call: Call) -> Sequence[User]:
    """Return the people who see a call, and so may be called upon, by name."""
    query = select(User).where(await access.readers(session, call)).order_by(col(User.name), col(User.id))
    return (await session.execute(query)).scalars().all()


async def find(
    session: ReadSession, viewer: Viewer, comment_id: UUID, *, lock: bool = False
) -> tuple[Comment, Call] | None:
    """Return a comment, not taken back, on a call that a viewer sees; locked until the transaction ends."""
    query = (
        select(Comment, Call)
        .join(Call, col(Call.id) == col(Comment.call_id))
        .where(col(Comment.id) == comment_id, col(Comment.deleted_at).is_(None), access.calls(viewer))
    )
    found = (await session.execute(query.with_for_update(of=Comment) if lock else query)).first()
    return None if found is None else (found[0], found[1])


async def add(session: Session, call: Call, by: UUID, remark: Remark, at: datetime) -> Comment:
    """Return a new comment on a call.

    Raises `Rejected` for seconds outside the call, for an answer to what is not there, and for people called
    upon who do not see the call.
    """
    end = remark.end if remark.start is None else said.inside(call, remark.start, remark.end)
    await _called(session, call, remark.mentions)
    row = Comment(
        organisation_id=call.organisation_id,
        call_id=call.id,
        user_id=by,
        parent_id=await _thread(session, call, remark.parent_id),
        start=remark.start,
        end=end,
        quote=await said.quote(session, call.id, remark.start, end),
        text=remark.text,
        created_at=at,
        updated_at=at,
    )
    session.add(row)
    await session.flush()
    session.add_all(_mention(row, user_id) for user_id in remark.mentions)
    _tell(session, call, row, "added", at, remark.mentions)
    return row


async def change(
    session: Session, call: Call, row: Comment, text: str, mentions: Sequence[UUID] | None, at: datetime
) -> None:
    """Write a comment anew, calling upon others where they are given; raises `Rejected` as `add` does."""
    added = list[UUID]()
    if mentions is not None:
        before = set((await mentioned(session, [row.id])).get(row.id, ()))
        added = [user_id for user_id in mentions if user_id not in before]
        await _called(session, call, added)
        gone = before.difference(mentions)
        await session.execute(
            delete(Mention).where(col(Mention.comment_id) == row.id, col(Mention.user_id).in_(gone))
        )
        session.add_all(_mention(row, user_id) for user_id in added)
    row.text, row.updated_at = text, at
    _tell(session, call, row, "changed", at, added)


async def remove(session: Session, call: Call, row: Comment, at: datetime) -> None:
    """Take a comment back. One that was answered stays as a shell, without what it said, while it is."""
    await session.execute(delete(Mention).where(col(Mention.comment_id) == row.id))
    parent_id = row.parent_id
    if await _answered(session, row.id):
        row.text = row.quote = ""
        row.deleted_at = row.updated_at = at
    else:
        await _drop(session, row)
        await _drop_shell(session, parent_id)
    _tell(session, call, row, "removed", at)


async def mentions(
    session: ReadSession, viewer: Viewer, user_id: UUID, after: Place | None, limit: int
) -> Sequence[tuple[Mention, Comment, Call]]:
    """Return where somebody is called upon, on calls they see: what is unseen first, then the newest."""
    seen = col(Mention.seen_at).is_not(None)
    query = (
        select(Mention, Comment, Call)
        .join(Comment, col(Comment.id) == col(Mention.comment_id))
        .join(Call, col(Call.id) == col(Comment.call_id))
        .where(col(Mention.user_id) == user_id, access.calls(viewer))
        .order_by(seen, col(Mention.comment_id).desc())
        .limit(limit)
    )
    if after is not None:
        older = col(Mention.comment_id) < after.comment_id
        query = query.where(and_(seen, older) if after.seen else or_(seen, older))
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def see(session: Session, user_id: UUID, comment_ids: Sequence[UUID] | None, at: datetime) -> None:
    """Note that somebody saw where they are called upon: in some comments, or everywhere."""
    query = update(Mention).where(col(Mention.user_id) == user_id, col(Mention.seen_at).is_(None))
    if comment_ids is not None:
        query = query.where(col(Mention.comment_id).in_(comment_ids))
    await session.execute(query.values(seen_at=at))


async def erase(session: Session, call_id: UUID) -> None:
    """Remove every comment on a call, once no task names one any more."""
    ids = select(col(Comment.id)).where(col(Comment.call_id) == call_id)
    await session.execute(delete(Mention).where(col(Mention.comment_id).in_(ids)))
    answers = (col(Comment.call_id) == call_id, col(Comment.parent_id).is_not(None))
    await session.execute(delete(Comment).where(*answers))
    await session.execute(delete(Comment).where(col(Comment.call_id) == call_id))


async def _called(session: Session, call: Call, ids: Sequence[UUID]) -> None:
    """Raise `Rejected` where one of some people does not see a call; who is not there is no other."""
    if not ids:
        return
    query = select(func.count(col(User.id))).where(col(User.id).in_(ids), await access.readers(session, call))
    if (await session.execute(query)).scalar_one() < len(set(ids)):
        raise Rejected(
            "cannot_see",
            "Somebody who is mentioned may not see the call.",
            "Mention people who see it; /v1/calls/{call_id}/readers lists them.",
        )


async def _thread(session: Session, call: Call, parent_id: UUID | None) -> UUID | None:
    """Return the comment at the head of a thread, locked, so that it is not taken back meanwhile."""
    if parent_id is None:
        return None
    query = select(Comment).where(col(Comment.id) == parent_id, col(Comment.call_id) == call.id)
    parent = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if parent is None:
        raise Rejected("no_such_comment", "The call has no comment like that.", "Answer one it has.")
    return parent.id if parent.parent_id is None else await _thread(session, call, parent.parent_id)


async def _answered(session: Session, comment_id: UUID) -> bool:
    query = select(col(Comment.id)).where(col(Comment.parent_id) == comment_id).limit(1)
    return (await session.execute(query)).first() is not None


async def _drop(session: Session, row: Comment) -> None:
    """Remove a comment; tasks that came of it stay without it."""
    await session.execute(
        update(ActionItem).where(col(ActionItem.comment_id) == row.id).values(comment_id=None)
    )
    await session.delete(row)
    await session.flush()


async def _drop_shell(session: Session, parent_id: UUID | None) -> None:
    """Remove the shell of a comment whose last answer went."""
    query = select(Comment).where(col(Comment.id) == parent_id, col(Comment.deleted_at).is_not(None))
    shell = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if shell is not None and not await _answered(session, shell.id):
        await _drop(session, shell)


def _mention(row: Comment, user_id: UUID) -> Mention:
    return Mention(organisation_id=row.organisation_id, comment_id=row.id, user_id=user_id)


def _tell(
    session: Session, call: Call, row: Comment, what: str, at: datetime, called: Sequence[UUID] = ()
) -> None:
    """Tell open pages of a comment: by keys, without a word of it."""
    told: dict[str, Any] = {
        "comment_id": str(row.id),
        "parent_id": None if row.parent_id is None else str(row.parent_id),
        "user_id": str(row.user_id),
        "mentions": [str(user_id) for user_id in called],
        "what": what,
    }
    record(session, call, Kind.COMMENTED, told, at)
