"""Scores reviewed: the queue, what people answer, and the moves from state to state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import defer
from sqlmodel import col

from core.errors import Rejected
from models.access import Viewer
from models.assessment import MOVE, AnswerKind, AssessmentState, Move, MoveName, Place
from models.call import CallType
from models.db import ReadSession, Session
from models.event import Kind
from models.queries import access, due, trail
from models.queries.assessments import WITHDRAWN, plain_score
from models.queries.events import record
from models.scorecard import ANSWER, Answer, Score
from models.tables import (
    AnswerRow,
    Assessment,
    Call,
    MachineScore,
    MoveRow,
    Organisation,
    ScorecardRow,
    ScorecardVersion,
)
from models.trail import Action, Note

_CONTENTS: tuple[Any, ...] = (Assessment.content, ScorecardVersion.content)
BRIEF = tuple(defer(content, raiseload=True) for content in _CONTENTS)
AT_ONCE = 200
"""Scores that a policy approves in one transaction."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment with its call and what scored it."""

    row: Assessment
    call: Call
    version: ScorecardVersion
    card: ScorecardRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which assessments of the queue: None and nothing let all through."""

    scorecard: str | None = None
    rep_id: UUID | None = None
    team_ids: tuple[UUID, ...] | None = None
    call_types: tuple[CallType, ...] = ()
    assigned_to: UUID | None = None
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a page of the queue ends."""

    place: int
    created_at: datetime
    key: UUID


async def queue(
    session: ReadSession, viewer: Viewer, wanted: Waiting, after: Stand | None, limit: int
) -> Sequence[Assessed]:
    """Return what waits for review in calls that a viewer sees, the first first, what comes after a place.

    What each is made of is left out: a page of the queue would be some megabytes of it.
    """
    place, at, key = col(Assessment.queue), col(Assessment.created_at), col(Assessment.id)
    query = _assessed().where(
        place < int(Place.NOWHERE),
        access.calls(viewer),
        col(Call.deleted_at).is_(None),
        *_conditions(wanted),
    )
    if after is not None:
        later = or_(at > after.created_at, and_(at == after.created_at, key > after.key))
        query = query.where(place >= after.place, or_(place > after.place, later))
    query = query.order_by(place, at, key).limit(limit).options(*BRIEF)
    return [_of(row) for row in await session.execute(query)]


async def find(session: ReadSession, viewer: Viewer, assessment_id: UUID) -> Assessed | None:
    """Return an assessment of a call that a viewer sees and that is not deleted."""
    query = _assessed().where(
        col(Assessment.id) == assessment_id, access.calls(viewer), col(Call.deleted_at).is_(None)
    )
    found = (await session.execute(query)).first()
    return None if found is None else _of(found)


async def locked(session: Session, viewer: Viewer, assessment_id: UUID) -> Assessed | None:
    """Return the same, nobody else's to change until the transaction ends: the call first, as workers do."""
    found = await find(session, viewer, assessment_id)
    if found is None:
        return None
    await session.execute(select(Call).where(col(Call.id) == found.call.id).with_for_update())
    query = _assessed().where(col(Assessment.id) == assessment_id, access.calls(viewer))
    query = query.with_for_update(of=Assessment).execution_options(populate_existing=True)
    again = (await session.execute(query)).first()
    return None if again is None else _of(again)


async def machine(session: ReadSession, assessment_id: UUID) -> MachineScore:
    """Return what the machine proposed last."""
    query = (
        select(MachineScore)
        .where(col(MachineScore.assessment_id) == assessment_id)
        .order_by(col(MachineScore.version).desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one()


async def answered(session: ReadSession, assessment_id: UUID) -> Sequence[AnswerRow]:
    """Return what reviewers and the rep answered, the newest of a kind, person and item, oldest first."""
    query = (
        select(AnswerRow)
        .where(
            col(AnswerRow.assessment_id) == assessment_id,
            col(AnswerRow.kind).in_((AnswerKind.REVIEW, AnswerKind.SELF)),
        )
        .order_by(col(AnswerRow.created_at), col(AnswerRow.id))
    )
    newest = {(row.kind, row.user_id, row.item): row for row in (await session.execute(query)).scalars()}
    return [row for row in newest.values() if WITHDRAWN not in row.content]


async def moves(session: ReadSession, assessment_id: UUID) -> Sequence[MoveRow]:
    """Return the moves that were made, oldest first."""
    query = select(MoveRow).where(col(MoveRow.assessment_id) == assessment_id)
    query = query.order_by(col(MoveRow.created_at), col(MoveRow.id))
    return (await session.execute(query)).scalars().all()


def answer(
    session: Session, row: Assessment, kind: AnswerKind, given: Sequence[Answer], by: UUID, at: datetime
) -> None:
    """Add a person's answers beside all that were given before."""
    contents = [ANSWER.dump_python(one, mode="json") for one in given]
    _keep_answers(session, row, kind, contents, by, at)


def withdraw(
    session: Session, row: Assessment, kind: AnswerKind, items: Sequence[str], by: UUID, at: datetime
) -> None:
    """Take a person's answers to items back; what was answered stays written."""
    _keep_answers(session, row, kind, [{"item": item, WITHDRAWN: True} for item in items], by, at)


def show(row: Assessment, score: Score, at: datetime) -> None:
    """Have an assessment show another score, as answers make it."""
    row.points, row.coverage, row.content = score.points, score.coverage, plain_score(score)
    row.version, row.updated_at = row.version + 1, at


def move(
    session: Session, found: Assessed, name: MoveName, by: UUID | None, at: datetime, comment: str = ""
) -> None:
    """Make a move that is legal in the state an assessment is in, and write down that it was made.

    Raises `Rejected` where it is not legal there. Who may make it is for the caller to say.
    """
    row, declared = found.row, MOVE[name]
    wrong = illegal(row, declared)
    if wrong is not None:
        raise wrong
    before, after = row.state, declared.after or row.state
    session.add(
        MoveRow(
            organisation_id=row.organisation_id,
            assessment_id=row.id,
            name=name,
            before=before,
            after=after,
            user_id=by,
            comment=comment,
            created_at=at,
        )
    )
    _settle(row, declared, by, at)
    row.state, row.version, row.updated_at = after, row.version + 1, at
    _tell(session, found, declared, before, by, comment)


def illegal(row: Assessment, declared: Move) -> Rejected | None:
    """Return why a move is not legal as an assessment is; None where it is."""
    contested, name = row.contested_at is not None, declared.name
    if row.trial:
        return Rejected(
            "trial", "The scorecard is only tried out; its scores count nowhere.", "Review the score in use."
        )
    if row.state not in declared.before:
        return Rejected("wrong_state", f"A score that is {row.state} cannot take '{name}'.", "Read it again.")
    if name is MoveName.UPHOLD and not contested:
        return Rejected("not_contested", "Nobody asks for another look.", "There is nothing to uphold.")
    if name is MoveName.CONTEST and contested:
        return Rejected("contested", "Another look is asked for already.", "Wait for it.")
    if name in {MoveName.APPROVE, MoveName.CORRECT} and row.points is None:
        reason = "There is no score to approve: too little is answered."
        return Rejected("no_score", reason, "Answer more items, or reject it.")
    return None


async def approve_by_policy(session: Session, organisation: Organisation, at: datetime) -> int:
    """Approve what the organisation's policy lets pass unseen, marked as such; return how many scores.

    That is what nothing stands out in, has waited as long as the policy says and is covered well enough:
    never what is uncertain, extreme, drawn as a sample, contested or taken up by somebody.
    """
    if organisation.approve_after_hours is None:
        return 0
    query = (
        _assessed()
        .where(
            col(Assessment.state) == AssessmentState.PROPOSED,
            col(Assessment.queue) == int(Place.ORDINARY),
            col(Assessment.points).is_not(None),
            col(Assessment.coverage) >= organisation.approve_least_coverage,
            col(Assessment.updated_at) <= at - timedelta(hours=organisation.approve_after_hours),
            col(Call.deleted_at).is_(None),
        )
        .order_by(col(Assessment.created_at))
        .limit(AT_ONCE)
        .with_for_update(of=Assessment, skip_locked=True)
    )
    found = [_of(row) for row in await session.execute(query)]
    for one in found:
        move(session, one, MoveName.APPROVE_BY_POLICY, None, at)
    return len(found)


def _assessed() -> Select[Assessment, Call, ScorecardVersion, ScorecardRow]:
    return (
        select(Assessment, Call, ScorecardVersion, ScorecardRow)
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
    )


def _of(row: Row[Assessment, Call, ScorecardVersion, ScorecardRow]) -> Assessed:
    return Assessed(row[0], row[1], row[2], row[3])


def _conditions(wanted: Waiting) -> list[ColumnElement[bool]]:
    named: tuple[tuple[object, ColumnElement[bool]], ...] = (
        (wanted.scorecard, col(ScorecardRow.key) == wanted.scorecard),
        (wanted.rep_id, col(Call.rep_id) == wanted.rep_id),
        (wanted.assigned_to, col(Assessment.assigned_to) == wanted.assigned_to),
        (wanted.call_types or None, col(Call.call_type).in_(wanted.call_types)),
        (wanted.contested or None, col(Assessment.contested_at).is_not(None)),
    )
    found = [condition for value, condition in named if value is not None]
    if wanted.team_ids is not None:
        found.append(col(Call.team_id).in_(wanted.team_ids))
    return found


def _keep_answers(
    session: Session,
    row: Assessment,
    kind: AnswerKind,
    contents: Sequence[dict[str, Any]],
    by: UUID,
    at: datetime,
) -> None:
    session.add_all(
        AnswerRow(
            organisation_id=row.organisation_id,
            assessment_id=row.id,
            item=content["item"],
            kind=kind,
            user_id=by,
            content=content,
            created_at=at,
        )
        for content in contents
    )
    details = {"assessment_id": str(row.id), "kind": kind, "items": [content["item"] for content in contents]}
    note = Note(by, Action.SCORE_ANSWERED, f"call:{row.call_id}", details)
    trail.note(session, row.organisation_id, note)


def _settle(row: Assessment, declared: Move, by: UUID | None, at: datetime) -> None:
    """Write who is at it, who decided, and where it stands in the queue, as a move makes it."""
    match declared.name:
        case MoveName.TAKE:
            row.assigned_to = by
        case MoveName.GIVE_BACK:
            row.assigned_to = None
        case MoveName.REOPEN:
            row.assigned_to, row.queue = by, int(Place.CONTESTED)
            row.decided_by = row.decided_at = row.acknowledged_at = row.contested_at = None
            row.by_policy = False
            row.why = "It is reviewed again."
        case MoveName.ACKNOWLEDGE:
            row.acknowledged_at = row.acknowledged_at or at
        case MoveName.CONTEST:
            row.contested_at, row.queue = at, int(Place.CONTESTED)
            row.why = "The rep asks for another look."
        case MoveName.UPHOLD:
            row.contested_at, row.queue = None, int(Place.NOWHERE)
        case _:
            row.decided_by, row.decided_at, row.assigned_to = by, at, None
            row.by_policy = declared.name is MoveName.APPROVE_BY_POLICY
            row.queue = int(Place.NOWHERE)


def _tell(
    session: Session, found: Assessed, declared: Move, before: AssessmentState, by: UUID | None, comment: str
) -> None:
    """Have trail, followers and records know of a move."""
    row = found.row
    details = {
        "assessment_id": str(row.id),
        "move": declared.name,
        "before": before,
        "after": row.state,
        "points": row.points,
        "scorecard": found.card.key,
        "number": found.version.number,
    }
    note = Note(by, Action.SCORE_MOVED, f"call:{row.call_id}", details, comment or None)
    trail.note(session, row.organisation_id, note)
    told = {"assessment_id": str(row.id), "state": row.state, "version": row.version, "move": declared.name}
    record(session, found.call, Kind.ASSESSED, told)
    if before.counts or row.state.counts:
        due.note(session, row.organisation_id, call_id=row.call_id)
