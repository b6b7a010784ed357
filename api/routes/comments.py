"""Comments on calls, and where one is called upon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import groupby
from uuid import UUID

from api import cursors
from api.auth import CallReader, Commenter, ServiceDep
from api.persons import named, person
from api.problems import Problem, not_found
from api.routes.calls import changing, present
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import CONFLICT, GONE, MISSING, guarded
from api.schemas.comments import (
    CommentChange,
    CommentShape,
    MentionPage,
    MentionShape,
    MentionsSeen,
    NewComment,
    ReaderShape,
    ThreadPage,
    ThreadShape,
)
from core.clock import now
from models.access import Reach, Viewer
from models.db import ReadSession, Session
from models.queries import comments
from models.queries.comments import Place, Remark
from models.tables import Call, Comment

router = guarded("comments", "/v1")


@router.get("/calls/{call_id}/comments", responses=GONE)
async def list_comments(
    call_id: UUID, viewer: CallReader, service: ServiceDep, limit: Limit = 100, cursor: Cursor = None
) -> ThreadPage:
    """Return the comments on a call, each with its answers."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await comments.threads(session, call_id, cursors.key(cursor), limit + 1)
        heads, more = cut(found, limit)
        answers = await comments.replies(session, call_id, [head.id for head in heads])
        shape = await _shape(session, [*heads, *answers])
    below = {key: list(group) for key, group in groupby(sorted(answers, key=_thread), key=_thread)}
    items = [
        ThreadShape(**dict(shape(head)), replies=[shape(one) for one in below.get(head.id, ())])
        for head in heads
    ]
    return ThreadPage(items=items, next=cursors.of_key(heads[-1].id) if more else None)


@router.post("/calls/{call_id}/comments", status_code=HTTPStatus.CREATED, responses={**GONE, **CONFLICT})
async def add_comment(
    call_id: UUID, given: NewComment, viewer: Commenter, service: ServiceDep
) -> CommentShape:
    """Comment on a call, or answer a comment; an answer to an answer stands in the same thread."""
    remark = Remark(given.text, given.start, given.end, given.parent_id, tuple(dict.fromkeys(given.mentions)))
    async with changing(service, viewer, call_id) as (session, call):
        row = await comments.add(session, call, person(viewer), remark, now())
        await session.flush()
        return (await _shape(session, [row]))(row)


@router.get("/calls/{call_id}/readers", responses=GONE)
async def list_readers(call_id: UUID, viewer: Commenter, service: ServiceDep) -> list[ReaderShape]:
    """Return the people who see a call: those who can be mentioned in a comment on it."""
    async with service.database.read(viewer.organisation_id) as session:
        found = await comments.readers(session, await present(session, viewer, call_id))
    return [ReaderShape.model_validate(row) for row in found]


@router.patch("/comments/{comment_id}", responses=MISSING)
async def change_comment(
    comment_id: UUID, given: CommentChange, viewer: Commenter, service: ServiceDep
) -> CommentShape:
    """Write a comment of one's own anew."""
    values = given.given
    async with service.database.write(viewer.organisation_id) as session:
        row, call = await _found(session, viewer, comment_id)
        if row.user_id != viewer.user_id:
            raise _not_yours("Only who wrote a comment may change it.")
        called = tuple(dict.fromkeys(values["mentions"])) if "mentions" in values else None
        await comments.change(session, call, row, values.get("text", row.text), called, now())
        await session.flush()
        return (await _shape(session, [row]))(row)


@router.delete("/comments/{comment_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_comment(comment_id: UUID, viewer: Commenter, service: ServiceDep) -> None:
    """Take a comment back: one's own; admins may remove others'."""
    async with service.database.write(viewer.organisation_id) as session:
        row, call = await _found(session, viewer, comment_id)
        if row.user_id != viewer.user_id and viewer.reach is not Reach.ALL:
            raise _not_yours("Only who wrote a comment, or an admin, may remove it.")
        await comments.remove(session, call, row, now())


@router.get("/mentions", responses=CONFLICT)
async def list_mentions(
    viewer: Commenter, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> MentionPage:
    """Return where one is called upon, on calls that one sees: what is unseen first, then the newest."""
    mine = person(viewer)
    after = None if cursor is None else Place(*cursors.flagged(cursor))
    async with service.database.read(viewer.organisation_id) as session:
        found = await comments.mentions(session, viewer, mine, after, limit + 1)
        rows, more = cut(found, limit)
        shape = await _shape(session, [comment for _, comment, _ in rows])
    items = [
        MentionShape(comment=shape(comment), call_title=call.title, seen_at=mention.seen_at)
        for mention, comment, call in rows
    ]
    last = rows[-1][0] if more else None
    following = None if last is None else cursors.of_flagged(last.seen_at is not None, last.comment_id)
    return MentionPage(items=items, next=following)


@router.post("/mentions/seen", status_code=HTTPStatus.NO_CONTENT, responses=CONFLICT)
async def see_mentions(given: MentionsSeen, viewer: Commenter, service: ServiceDep) -> None:
    """Note that one saw where one is called upon."""
    mine = person(viewer)
    async with service.database.write(viewer.organisation_id) as session:
        await comments.see(session, mine, given.comments, now())


async def _found(session: Session, viewer: Viewer, comment_id: UUID) -> tuple[Comment, Call]:
    """Return a comment with its call, locked; raises `Problem` 404 where there is none to see."""
    found = await comments.find(session, viewer, comment_id, lock=True)
    if found is None:
        raise not_found()
    return found


async def _shape(session: ReadSession, rows: Sequence[Comment]) -> Callable[[Comment], CommentShape]:
    """Return a function that gives some comments as they go out, with everybody's name."""
    called = await comments.mentioned(session, [row.id for row in rows])
    who = await named(
        session, [*(row.user_id for row in rows), *(key for keys in called.values() for key in keys)]
    )

    def shape(row: Comment) -> CommentShape:
        return CommentShape(
            id=row.id,
            call_id=row.call_id,
            parent_id=row.parent_id,
            user=who[row.user_id],
            start=row.start,
            end=row.end,
            quote=row.quote,
            text=row.text if row.deleted_at is None else None,
            mentions=[who[key] for key in called.get(row.id, ())],
            created_at=row.created_at,
            updated_at=row.updated_at,
            deleted_at=row.deleted_at,
        )

    return shape


def _thread(row: Comment) -> UUID:
    return row.parent_id or row.id


def _not_yours(detail: str) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "not_yours", detail, "Ask whoever wrote it.")
