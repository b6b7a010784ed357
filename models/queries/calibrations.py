"""Sessions in which several people score one call: held, answered blind, closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select, true
from sqlmodel import col

from models.access import Permission, Reach, Viewer, granted
from models.assessment import AnswerKind
from models.db import ReadSession, Session, organisation_of
from models.queries import access
from models.scorecard import ANSWER, SCORE, Answer, Score
from models.tables import (
    AnswerRow,
    Assessment,
    Calibration,
    CalibrationMember,
    Call,
    MachineScore,
    ScorecardRow,
    ScorecardVersion,
    User,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A session with the call that is scored in it and by what."""

    row: Calibration
    assessment: Assessment
    version: ScorecardVersion
    card: ScorecardRow
    call: Call


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who takes part in a session."""

    user_id: UUID
    name: str
    submitted_at: datetime | None


async def page(
    session: ReadSession, viewer: Viewer, before: UUID | None, limit: int, *, all_within: bool
) -> Sequence[Held]:
    """Return the sessions a viewer sees, the newest first: their own, or all within reach."""
    query = _held(viewer, all_within=all_within).order_by(col(Calibration.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Calibration.id) < before)
    return [_one(row) for row in await session.execute(query)]


async def find(
    session: ReadSession, viewer: Viewer, calibration_id: UUID, *, all_within: bool
) -> Held | None:
    """Return a session that a viewer sees."""
    query = _held(viewer, all_within=all_within).where(col(Calibration.id) == calibration_id)
    found = (await session.execute(query)).first()
    return None if found is None else _one(found)


async def lock(session: Session, held: Held) -> None:
    """Have nobody else change a session until the transaction ends, and see it as it now is."""
    query = select(Calibration).where(col(Calibration.id) == held.row.id).with_for_update()
    await session.execute(query.execution_options(populate_existing=True))


async def closed(session: ReadSession, viewer: Viewer, scorecard_id: UUID) -> Sequence[Held]:
    """Return the closed sessions on a scorecard's versions over calls a viewer sees, oldest first."""
    query = _held(viewer, all_within=True).where(
        col(ScorecardVersion.scorecard_id) == scorecard_id, col(Calibration.closed_at).is_not(None)
    )
    return [_one(row) for row in await session.execute(query.order_by(col(Calibration.id)))]


async def members(session: ReadSession, ids: Sequence[UUID]) -> Mapping[UUID, tuple[Member, ...]]:
    """Return who takes part in sessions, by name."""
    query = (
        select(CalibrationMember, col(User.name))
        .join(User, col(User.id) == col(CalibrationMember.user_id))
        .where(col(CalibrationMember.calibration_id).in_(ids))
        .order_by(col(User.name), col(User.id))
    )
    found: dict[UUID, tuple[Member, ...]] = dict.fromkeys(ids, ())
    for row, name in await session.execute(query):
        found[row.calibration_id] += (Member(row.user_id, name, row.submitted_at),)
    return found


async def assessed(
    session: ReadSession, viewer: Viewer, assessment_id: UUID
) -> tuple[Assessment, Call] | None:
    """Return an assessment with its call, where a viewer sees that."""
    query = (
        select(Assessment, Call)
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .where(col(Assessment.id) == assessment_id, access.calls(viewer), col(Call.deleted_at).is_(None))
    )
    found = (await session.execute(query)).first()
    return None if found is None else (found[0], found[1])


async def reviewers(session: ReadSession, call: Call, ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of some users who may review a call: it is within their reach, and not their own."""
    query = select(User).where(col(User.id).in_(list(ids)), col(User.active))
    people = (await session.execute(query)).scalars().all()
    return frozenset([one.id for one in people if await _reaches(session, one, call)])


async def add(session: Session, name: str, assessment_id: UUID, by: UUID, at: datetime) -> Calibration:
    """Return a new session, held by a principal."""
    row = Calibration(
        organisation_id=organisation_of(session),
        name=name,
        assessment_id=assessment_id,
        created_by=by,
        created_at=at,
    )
    session.add(row)
    await session.flush()
    return row


async def join(session: Session, calibration_id: UUID, user_ids: Iterable[UUID]) -> None:
    """Have people take part in a session."""
    organisation_id = organisation_of(session)
    session.add_all(
        CalibrationMember(organisation_id=organisation_id, calibration_id=calibration_id, user_id=user_id)
        for user_id in user_ids
    )
    await session.flush()


async def answered(
    session: ReadSession, ids: Sequence[UUID], user_id: UUID | None = None
) -> Mapping[UUID, Mapping[UUID, tuple[Answer, ...]]]:
    """Return by session and person what people, or one of them, answered: the newest to each item."""
    query = (
        select(AnswerRow)
        .where(
            col(AnswerRow.kind) == AnswerKind.CALIBRATION,
            col(AnswerRow.calibration_id).in_(ids),
            col(AnswerRow.assessment_id).in_(
                select(col(Calibration.assessment_id)).where(col(Calibration.id).in_(ids))
            ),
            true() if user_id is None else col(AnswerRow.user_id) == user_id,
        )
        .order_by(col(AnswerRow.id))
    )
    newest: dict[UUID, dict[UUID, dict[str, Answer]]] = {one: {} for one in ids}
    for row in (await session.execute(query)).scalars():
        if row.calibration_id is not None:
            given = newest[row.calibration_id].setdefault(row.user_id, {})
            given[row.item] = ANSWER.validate_python(row.content)
    return {
        one: {person: tuple(given.values()) for person, given in people.items()}
        for one, people in newest.items()
    }


def answer(session: Session, held: Held, user_id: UUID, answers: Iterable[Answer], at: datetime) -> None:
    """Keep answers of a member, in place of what they answered to the same items before."""
    session.add_all(
        AnswerRow(
            organisation_id=held.row.organisation_id,
            assessment_id=held.assessment.id,
            item=one.item,
            kind=AnswerKind.CALIBRATION,
            user_id=user_id,
            calibration_id=held.row.id,
            content=ANSWER.dump_python(one, mode="json"),
            created_at=at,
        )
        for one in answers
    )


async def machines(session: ReadSession, assessment_ids: Sequence[UUID]) -> Mapping[UUID, Score]:
    """Return what the machine proposed last for each of some assessments."""
    query = (
        select(MachineScore)
        .where(col(MachineScore.assessment_id).in_(assessment_ids))
        .order_by(col(MachineScore.version))
    )
    newest = {row.assessment_id: row.content for row in (await session.execute(query)).scalars()}
    return {key: SCORE.validate_python(content) for key, content in newest.items()}


async def submit(session: Session, calibration_id: UUID, user_id: UUID, at: datetime) -> None:
    """Note that a member has answered: from now on their answers do not change."""
    row = await session.get_one(CalibrationMember, (calibration_id, user_id))
    row.submitted_at = at


async def blind(
    session: ReadSession, user_id: UUID | None, assessment_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Return those of some assessments whose score somebody must not see yet.

    They take part in an open session on it and have not submitted their answers.
    """
    if user_id is None or not assessment_ids:
        return frozenset()
    query = (
        select(col(Calibration.assessment_id))
        .join(CalibrationMember, col(CalibrationMember.calibration_id) == col(Calibration.id))
        .where(
            col(CalibrationMember.user_id) == user_id,
            col(CalibrationMember.submitted_at).is_(None),
            col(Calibration.closed_at).is_(None),
            col(Calibration.assessment_id).in_(assessment_ids),
        )
    )
    return frozenset((await session.execute(query)).scalars())


def _held(
    viewer: Viewer, *, all_within: bool
) -> Select[Calibration, Assessment, ScorecardVersion, ScorecardRow, Call]:
    """Return the query of sessions that a viewer sees, never one on a call of their own."""
    own = or_(col(Calibration.created_by) == viewer.principal_id, _takes_part(viewer))
    return (
        select(Calibration, Assessment, ScorecardVersion, ScorecardRow, Call)
        .join(Assessment, col(Assessment.id) == col(Calibration.assessment_id))
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .where(
            access.calls(viewer),
            col(Call.deleted_at).is_(None),
            or_(col(Call.rep_id).is_(None), col(Call.rep_id) != viewer.principal_id),
            true() if all_within else own,
        )
    )


def _one(row: Row[Calibration, Assessment, ScorecardVersion, ScorecardRow, Call]) -> Held:
    return Held(row[0], row[1], row[2], row[3], row[4])


def _takes_part(viewer: Viewer) -> ColumnElement[bool]:
    query = select(col(CalibrationMember.calibration_id)).where(
        col(CalibrationMember.user_id) == viewer.principal_id
    )
    return col(Calibration.id).in_(query)


async def _reaches(session: ReadSession, person: User, call: Call) -> bool:
    """Return whether a person may review a call of somebody else."""
    if person.id == call.rep_id:
        return False
    reach = granted(Permission.CALIBRATE, person.role, frozenset())
    teams = await access.subtree(session, person.team_id) if reach is Reach.TEAM else ()
    viewer = Viewer(person.organisation_id, person.id, person.id, reach, person.team_id, teams)
    return viewer.sees(call.rep_id, call.team_id)
