"""Who coaches whom, and how much: counted from what people did, nothing kept for it.

Only what is done for others counts: nobody coaches themself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from models.access import Viewer
from models.assessment import MoveName
from models.call import UserRole
from models.db import ReadSession
from models.queries import access
from models.tables import ActionItem, Assessment, Call, Comment, Listening, Mention, MoveRow, User

DECISIONS = (MoveName.APPROVE, MoveName.CORRECT, MoveName.REJECT)


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment up to but without another."""

    start: datetime
    end: datetime

    def holds(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that a time lies in it."""
        return and_(column >= self.start, column < self.end)

    def holds_day(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that a day (UTC) lies in it."""
        first: date = self.start.date()
        return and_(column >= first, column < self.end.date())


@dataclass(slots=True)
class Deeds:
    """What one person did for others."""

    calls_listened: int = 0
    seconds_listened: float = 0.0
    comments: int = 0
    replies: int = 0
    mentions: int = 0
    tasks_given: int = 0
    tasks_done: int = 0
    decisions: Counter[MoveName] = field(default_factory=Counter)
    reps: set[UUID] = field(default_factory=set)

    def coached(self, rep_id: UUID | None) -> None:
        """Take a rep as coached; None where nobody is known to be the call's."""
        if rep_id is not None:
            self.reps.add(rep_id)


@dataclass(frozen=True, slots=True)
class Feedback:
    """The first thing that somebody else than the rep said or decided on a call; `wait_s` since its review.

    None where it came before the review, which was made again.
    """

    call_id: UUID
    rep_id: UUID | None
    user_id: UUID
    wait_s: float | None


@dataclass(frozen=True, slots=True)
class Wait:
    """The median of how long calls waited for feedback, seconds, and the number of calls it rests on."""

    seconds: float | None
    calls: int


async def coaches(session: ReadSession, viewer: Viewer, team_ids: Sequence[UUID] | None) -> Sequence[User]:
    """Return the people within reach who may coach, or those of some teams, by name."""
    query = select(User).where(access.users(viewer), col(User.role) != UserRole.REP, col(User.active))
    if team_ids is not None:
        query = query.where(col(User.team_id).in_(team_ids))
    return (await session.execute(query.order_by(col(User.name), col(User.id)))).scalars().all()


async def deeds(session: ReadSession, ids: Sequence[UUID], span: Span) -> Mapping[UUID, Deeds]:
    """Return what some people did for others in a span."""
    found = defaultdict[UUID, Deeds](Deeds)
    for query in (_listened, _commented, _mentioned, _given, _decided):
        await query(session, ids, span, found)
    return found


async def feedback(
    session: ReadSession, reader: Viewer, team_ids: Sequence[UUID] | None, span: Span
) -> Sequence[Feedback]:
    """Return the first feedback on each call begun in a span that a reader sees and somebody spoke to."""
    conditions = _reviewed(reader, team_ids, span)
    first = dict[UUID, tuple[datetime, Any]]()
    for user_id, at, call in await _spoken(session, conditions) + await _moved(session, conditions):
        if call.id not in first or at < first[call.id][0]:
            first[call.id] = (at, Feedback(call.id, call.rep_id, user_id, _wait(call.reviewed_at, at)))
    return [told for _, told in first.values()]


async def reviewed(
    session: ReadSession, reader: Viewer, team_ids: Sequence[UUID] | None, span: Span
) -> Mapping[UUID, int]:
    """Return how many calls begun in a span were reviewed, of each rep, of those that a reader sees."""
    query = (
        select(col(Call.rep_id), func.count())
        .where(*_reviewed(reader, team_ids, span), col(Call.rep_id).is_not(None))
        .group_by(col(Call.rep_id))
    )
    return {rep_id: count for rep_id, count in await session.execute(query) if rep_id is not None}


def wait(told: Iterable[Feedback]) -> Wait:
    """Return how long calls waited for feedback, by the median."""
    waits = [one.wait_s for one in told if one.wait_s is not None]
    return Wait(median(waits) if waits else None, len(waits))


def _reviewed(reader: Viewer, team_ids: Sequence[UUID] | None, span: Span) -> list[ColumnElement[bool]]:
    """Return what reviewed calls begun in a span must be; erased ones are left out."""
    found = [
        access.calls(reader),
        span.holds(col(Call.started_at)),
        col(Call.reviewed_at).is_not(None),
        col(Call.deleted_at).is_(None),
    ]
    return found if team_ids is None else [*found, col(Call.team_id).in_(team_ids)]


async def _spoken(session: ReadSession, conditions: Sequence[ColumnElement[bool]]) -> list[tuple[Any, ...]]:
    """Return who commented on calls of others, when first, and the call."""
    by = col(Comment.user_id)
    query = (
        select(by, func.min(col(Comment.created_at)), *_CALL)
        .join(Call, col(Call.id) == col(Comment.call_id))
        .where(*conditions, _standing(), _others(by))
        .group_by(by, *_CALL)
    )
    return [(row[0], row[1], row) for row in await session.execute(query)]


async def _moved(session: ReadSession, conditions: Sequence[ColumnElement[bool]]) -> list[tuple[Any, ...]]:
    """Return who decided on a score of calls of others, when first, and the call."""
    by = col(MoveRow.user_id)
    query = (
        select(by, func.min(col(MoveRow.created_at)), *_CALL)
        .join(Assessment, col(Assessment.id) == col(MoveRow.assessment_id))
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .where(*conditions, by.is_not(None), col(MoveRow.name).in_(DECISIONS), _others(by))
        .group_by(by, *_CALL)
    )
    return [(row[0], row[1], row) for row in await session.execute(query)]


async def _listened(session: ReadSession, ids: Sequence[UUID], span: Span, found: dict[UUID, Deeds]) -> None:
    by = col(Listening.user_id)
    query = (
        select(by, func.count(col(Listening.call_id).distinct()), func.sum(col(Listening.seconds)))
        .join(Call, col(Call.id) == col(Listening.call_id))
        .where(by.in_(ids), span.holds_day(col(Listening.day)), col(Listening.seconds) > 0, _others(by))
        .group_by(by)
    )
    for user_id, calls, seconds in await session.execute(query):
        found[user_id].calls_listened, found[user_id].seconds_listened = calls, seconds


async def _commented(session: ReadSession, ids: Sequence[UUID], span: Span, found: dict[UUID, Deeds]) -> None:
    by, answered = col(Comment.user_id), col(Comment.parent_id).is_not(None)
    query = (
        select(by, answered, col(Call.rep_id), func.count())
        .join(Call, col(Call.id) == col(Comment.call_id))
        .where(by.in_(ids), span.holds(col(Comment.created_at)), _standing(), _others(by))
        .group_by(by, answered, col(Call.rep_id))
    )
    for user_id, is_reply, rep_id, count in await session.execute(query):
        did = found[user_id]
        did.replies += count if is_reply else 0
        did.comments += 0 if is_reply else count
        did.coached(rep_id)


async def _mentioned(session: ReadSession, ids: Sequence[UUID], span: Span, found: dict[UUID, Deeds]) -> None:
    by = col(Comment.user_id)
    query = (
        select(by, func.count())
        .join(Mention, col(Mention.comment_id) == col(Comment.id))
        .join(Call, col(Call.id) == col(Comment.call_id))
        .where(by.in_(ids), span.holds(col(Comment.created_at)), _others(by), col(Mention.user_id) != by)
        .group_by(by)
    )
    for user_id, count in await session.execute(query):
        found[user_id].mentions = count


async def _given(session: ReadSession, ids: Sequence[UUID], span: Span, found: dict[UUID, Deeds]) -> None:
    by, rep = col(ActionItem.created_by), col(ActionItem.rep_id)
    query = (
        select(by, rep, func.count(), func.count(col(ActionItem.done_at)))
        .where(by.in_(ids), span.holds(col(ActionItem.created_at)), rep != by)
        .group_by(by, rep)
    )
    for user_id, rep_id, count, done in await session.execute(query):
        did = found[user_id]
        did.tasks_given, did.tasks_done = did.tasks_given + count, did.tasks_done + done
        did.coached(rep_id)


async def _decided(session: ReadSession, ids: Sequence[UUID], span: Span, found: dict[UUID, Deeds]) -> None:
    by: Any = col(MoveRow.user_id)
    query = (
        select(by, col(MoveRow.name), col(Call.rep_id), func.count())
        .join(Assessment, col(Assessment.id) == col(MoveRow.assessment_id))
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .where(
            by.in_(ids), span.holds(col(MoveRow.created_at)), col(MoveRow.name).in_(DECISIONS), _others(by)
        )
        .group_by(by, col(MoveRow.name), col(Call.rep_id))
    )
    for user_id, name, rep_id, count in await session.execute(query):
        did = found[user_id]
        did.decisions[name] += count
        did.coached(rep_id)


_CALL: tuple[Any, ...] = (col(Call.id), col(Call.rep_id), col(Call.reviewed_at))


def _others(by: Any) -> ColumnElement[bool]:
    """Return the condition on `Call` that it is not somebody's own."""
    return or_(col(Call.rep_id).is_(None), col(Call.rep_id) != by)


def _standing() -> ColumnElement[bool]:
    """Return the condition that a comment was not taken back."""
    return col(Comment.deleted_at).is_(None)


def _wait(reviewed_at: datetime, at: datetime) -> float | None:
    seconds = (at - reviewed_at).total_seconds()
    return seconds if seconds >= 0 else None
