"""Who may do what in a session of several scorers, and what comes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from analysis.scorecards.agreement import Coded, CodedCall, ItemAgreement, of_call
from analysis.scorecards.answers import problems
from analysis.scorecards.score import corrected
from api.problems import Problem, conflict, invalid
from api.schemas.calibrations import (
    CalibrationShape,
    ItemAgreementShape,
    MemberScore,
    MemberShape,
    ResultsShape,
    ScoreOf,
    ShareOf,
    WholeCalibrationShape,
)
from api.schemas.people import PersonShape
from models.access import Reach, Viewer
from models.queries.calibrations import Held, Member
from models.scorecard import POINT, SCORECARD, Answer, HumanItem, Score

Names = Mapping[UUID, str]
Answers = Mapping[UUID, tuple[Answer, ...]]
"""What people answered, by person."""

NOT_SUBMITTED = "You see what others answered, and the machine's score, once you have submitted your answers."
NOT_CLOSED = "Until it is closed, those see it who hold it, or take part and have submitted their answers."


def hidden(held: Held, members: Sequence[Member], viewer: Viewer) -> str | None:
    """Return why somebody who sees a session does not see what came of it, or None."""
    if held.row.closed_at is not None:
        return None
    own = member_of(members, viewer)
    if own is not None:
        return NOT_SUBMITTED if own.submitted_at is None else None
    return None if held.row.created_by == viewer.principal_id else NOT_CLOSED


def member_of(members: Sequence[Member], viewer: Viewer) -> Member | None:
    """Return somebody as a member of a session; None where they are none."""
    return next((one for one in members if one.user_id == viewer.user_id), None)


def demand_open(held: Held) -> None:
    """Raise `Problem` 409 for a session that is closed."""
    if held.row.closed_at is not None:
        raise conflict("closed", "The session is closed.", "Hold another one.")


def demand_holder(held: Held, viewer: Viewer) -> None:
    """Raise `Problem` 409 where somebody neither holds a session nor reaches the whole organisation."""
    if held.row.created_by != viewer.principal_id and viewer.reach is not Reach.ALL:
        raise conflict("not_holder", "Somebody else holds the session.", "Ask them.")


def demand_unsubmitted(held: Held, members: Sequence[Member], viewer: Viewer) -> UUID:
    """Return the member who may still answer; raises `Problem` 409 for others, and once submitted."""
    demand_open(held)
    own = member_of(members, viewer)
    if own is None:
        raise conflict("not_a_member", "You take no part in the session.", "Ask whoever holds it.")
    if own.submitted_at is not None:
        raise conflict("submitted", "You have submitted your answers.", "They do not change any more.")
    return own.user_id


def demand_untouched(held: Held, members: Sequence[Member]) -> None:
    """Raise `Problem` 409 where somebody has submitted answers in a session, or it is closed."""
    demand_open(held)
    if any(one.submitted_at is not None for one in members):
        raise conflict("answered", "Somebody has submitted answers.", "Close it instead.")


def demand_fitting(held: Held, given: Sequence[Answer]) -> None:
    """Raise `Problem` 422 where answers do not fit the scorecard."""
    wrong = list(problems(SCORECARD.validate_python(held.version.content), given))
    if wrong:
        raise invalid("answers", " ".join(wrong), "Put that right and try again.")


def demand_complete(held: Held, answered: Collection[str]) -> None:
    """Raise `Problem` 422 where an item for people is not answered."""
    card = SCORECARD.validate_python(held.version.content)
    asked = [item for item in card.items if isinstance(item, HumanItem)]
    left = [item.key for item in asked if item.key not in answered]
    if left:
        told = f"Not answered yet: {', '.join(left)}."
        raise invalid("unanswered", told, "Answer them, or say that they do not apply.")


def demand_newcomers(members: Sequence[Member], ids: Collection[UUID], holder: UUID) -> None:
    """Raise `Problem` 409 for people who take part already, or held the session and may have seen answers."""
    if {one.user_id for one in members} & set(ids):
        raise conflict("member", "They take part already.", "There is nothing to do.")
    if holder in ids and any(one.submitted_at is not None for one in members):
        raise conflict("has_seen", "Whoever holds it may have seen answers by now.", "Let others take part.")


def no_reviewer() -> Problem:
    """Return that somebody named may not review the call."""
    return invalid(
        "no_reviewer",
        "Not everybody named may review this call.",
        "Name coaches, managers and admins whose reach it is in, and not the rep whose call it is.",
    )


def shape(held: Held, members: Sequence[Member], names: Names) -> CalibrationShape:
    """Return a session as it goes out."""
    row = held.row
    return CalibrationShape(
        id=row.id,
        name=row.name,
        call_id=held.call.id,
        title=held.call.title,
        assessment_id=held.assessment.id,
        version_id=held.version.id,
        scorecard=held.card.key,
        number=held.version.number,
        held_by=PersonShape(id=row.created_by, name=names.get(row.created_by, "")),
        members=[
            MemberShape(id=one.user_id, name=one.name, submitted_at=one.submitted_at) for one in members
        ],
        created_at=row.created_at,
        closed_at=row.closed_at,
    )


def whole(
    held: Held, members: Sequence[Member], names: Names, answers: Answers, machine: Score, viewer: Viewer
) -> WholeCalibrationShape:
    """Return a session with what somebody answered, and what came of it where they may see that."""
    reason = hidden(held, members, viewer)
    return WholeCalibrationShape(
        **dict(shape(held, members, names)),
        answers=list(answers.get(viewer.principal_id, ())),
        hidden=reason,
        results=_results(held, members, answers, machine) if reason is None else None,
    )


def coded(members: Sequence[Member], answers: Answers, machine: Score) -> CodedCall:
    """Return what those who submitted answered about a call."""
    given = (
        Coded(one.user_id, {answer.item: answer for answer in answers.get(one.user_id, ())})
        for one in members
        if one.submitted_at is not None
    )
    return CodedCall(tuple(given), machine)


def _results(held: Held, members: Sequence[Member], answers: Answers, machine: Score) -> ResultsShape:
    card = SCORECARD.validate_python(held.version.content)
    people = {one.user_id: PersonShape(id=one.user_id, name=one.name) for one in members}
    call = coded(members, answers, machine)
    scores = [
        MemberScore(
            **_score(corrected(card, machine, list(one.answers.values()))),
            by=people[one.coder],
            answers=list(one.answers.values()),
        )
        for one in call.coded
    ]
    items = [_item(one, people) for one in of_call(card, call)]
    return ResultsShape(machine=ScoreOf(**_score(machine)), members=scores, items=items)


def _score(found: Score) -> dict[str, float | str | None]:
    points = None if found.points is None else found.points / POINT
    return {"points": points, "coverage": found.coverage, "reason": found.reason}


def _item(found: ItemAgreement, people: Mapping[UUID, PersonShape]) -> ItemAgreementShape:
    return ItemAgreementShape(
        key=found.key,
        label=found.label,
        shares=[ShareOf(by=people[key], share=share) for key, share in found.shares.items()],
        machine=found.machine,
        same=found.same,
        difference=found.difference,
        spread=found.spread,
    )
