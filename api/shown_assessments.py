"""Assessments as they go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from analysis.scorecards.score import FORMULA
from api.schemas.assessments import AssessmentShape
from api.schemas.people import PersonShape
from api.schemas.reviewing import (
    AnswerShape,
    ItemReviewed,
    MoveShape,
    WaitingShape,
    WholeAssessmentShape,
)
from api.schemas.shape import of_hundred
from models.access import Viewer
from models.assessment import MoveName
from models.db import ReadSession
from models.queries import calibrations, people, reviewing
from models.queries.reviewing import Assessed
from models.scorecard import ANSWER, SCORE, SCORECARD
from models.tables import AnswerRow, Assessment, MachineScore, MoveRow, ScorecardRow, ScorecardVersion

Names = Mapping[UUID, str]
Blind = frozenset[UUID]
"""Scores that somebody is not to see yet."""
BLIND = "You score this call in an open session: you see its score once you have submitted your answers."


@dataclass(frozen=True, slots=True)
class Said:
    """All that was said to a score and done with it, and the names of those who did."""

    machine: MachineScore
    answers: Sequence[AnswerRow]
    moves: Sequence[MoveRow]
    names: Names
    blind: Blind


async def said(session: ReadSession, found: Assessed, viewer: Viewer) -> Said:
    """Return what was said to a score and done with it, and whether a viewer is to see it."""
    key = found.row.id
    answers, moves = await reviewing.answered(session, key), await reviewing.moves(session, key)
    names = await people.member_names(session, list(_people(found, answers, moves)))
    blind = await calibrations.blind(session, viewer.user_id, [key])
    return Said(await reviewing.machine(session, key), answers, moves, names, blind)


def assessment(
    row: Assessment, version: ScorecardVersion, card: ScorecardRow, blind: Blind = frozenset()
) -> AssessmentShape:
    """Return a score as it goes out; what it is only to those who are not blind for it."""
    hidden = row.id in blind
    return AssessmentShape(
        id=row.id,
        version_id=version.id,
        scorecard=card.key,
        name=str(version.content["name"]),
        number=version.number,
        trial=row.trial,
        state=row.state,
        points=None if hidden else of_hundred(row.points),
        coverage=row.coverage,
        why="" if hidden else row.why,
        formula=FORMULA,
        score=None if hidden else SCORE.validate_python(row.content),
        hidden=BLIND if hidden else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def whole(found: Assessed, all_said: Said, may: list[MoveName]) -> WholeAssessmentShape:
    """Return a score with everything that was said to it and done with it."""
    row, names, hidden = found.row, all_said.names, found.row.id in all_said.blind
    return WholeAssessmentShape(
        **dict(assessment(row, found.version, found.card, all_said.blind)),
        call_id=found.call.id,
        rep_id=found.call.rep_id,
        version=row.version,
        machine_points=None if hidden else of_hundred(all_said.machine.points),
        assigned_to=person(row.assigned_to, names),
        decided_by=person(row.decided_by, names),
        decided_at=row.decided_at,
        by_policy=row.by_policy,
        acknowledged_at=row.acknowledged_at,
        contested_at=row.contested_at,
        items=[] if hidden else list(_items(found, all_said)),
        moves=[_move(one, names) for one in all_said.moves],
        may=may,
    )


def waiting(found: Assessed, names: Names, blind: Blind) -> WaitingShape:
    """Return a score as the queue of review shows it."""
    row, call, hidden = found.row, found.call, found.row.id in blind
    return WaitingShape(
        id=row.id,
        call_id=call.id,
        title=call.title,
        rep=person(call.rep_id, names),
        call_type=call.call_type,
        started_at=call.started_at,
        duration_s=call.duration_s,
        scorecard=found.card.key,
        number=found.version.number,
        state=row.state,
        points=None if hidden else of_hundred(row.points),
        coverage=row.coverage,
        why="" if hidden else row.why,
        hidden=BLIND if hidden else None,
        assigned_to=person(row.assigned_to, names),
        contested_at=row.contested_at,
        created_at=row.created_at,
    )


def person(key: UUID | None, names: Names) -> PersonShape | None:
    """Return a person by key and name; None where there is nobody."""
    return None if key is None else PersonShape(id=key, name=names.get(key, ""))


def _people(found: Assessed, answers: Sequence[AnswerRow], moves: Sequence[MoveRow]) -> Iterator[UUID]:
    yield from (one.user_id for one in answers)
    every = (*(one.user_id for one in moves), found.row.assigned_to, found.row.decided_by)
    yield from (one for one in every if one is not None)


def _items(found: Assessed, all_said: Said) -> Iterator[ItemReviewed]:
    card = SCORECARD.validate_python(found.version.content)
    by_machine = {one.key: one for one in SCORE.validate_python(all_said.machine.content).items}
    shown = {one.key: one for one in SCORE.validate_python(found.row.content).items}
    for item in card.items:
        answers = [_answer(one, all_said.names) for one in all_said.answers if one.item == item.key]
        yield ItemReviewed(item=item, machine=by_machine[item.key], shown=shown[item.key], answers=answers)


def _answer(row: AnswerRow, names: Names) -> AnswerShape:
    by = PersonShape(id=row.user_id, name=names.get(row.user_id, ""))
    return AnswerShape(kind=row.kind, by=by, at=row.created_at, answer=ANSWER.validate_python(row.content))


def _move(row: MoveRow, names: Names) -> MoveShape:
    return MoveShape(
        move=row.name,
        before=row.before,
        after=row.after,
        by=person(row.user_id, names),
        comment=row.comment,
        at=row.created_at,
    )
