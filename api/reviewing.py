"""Who may do what with a score now, and what answers make of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from analysis.scorecards.answers import problems
from analysis.scorecards.score import corrected
from api.problems import Problem, conflict, invalid
from models.access import Reach, Viewer
from models.assessment import MOVE, MOVES, AssessmentState, Move, MoveName, Mover
from models.queries.reviewing import Assessed, illegal
from models.scorecard import SCORE, SCORECARD, Answer, HumanItem, Score
from models.tables import MachineScore

OPEN = frozenset({AssessmentState.PROPOSED, AssessmentState.IN_REVIEW})
ALONE = frozenset({MoveName.APPROVE, MoveName.CORRECT, MoveName.REJECT})
"""Moves that only whoever has taken a score up may make, where somebody has."""


def may(found: Assessed, reviewer: Viewer | None, answerer: Viewer) -> list[MoveName]:
    """Return the moves that somebody may make now, as reviewer and as the rep whose call it is.

    The reviewer is None where the call is out of their reach.
    """
    movers = {Mover.REVIEWER: reviewer, Mover.REP: answerer}
    return [
        move.name
        for move in MOVES
        if (viewer := movers.get(move.mover)) is not None
        and _hindrance(found, move, viewer) is None
        and illegal(found.row, move) is None
    ]


def permit(found: Assessed, name: MoveName, viewer: Viewer, comment: str) -> None:
    """Raise `Problem` or `Rejected` where somebody may not make a move, or owes a reason for it."""
    move = MOVE[name]
    hindrance = _hindrance(found, move, viewer)
    if hindrance is not None:
        raise hindrance
    if move.comment and not comment.strip():
        raise invalid("no_reason", "This takes a reason.", "Say why in `comment`.")
    wrong = illegal(found.row, move)
    if wrong is not None:
        raise wrong


def demand_own(found: Assessed, viewer: Viewer) -> None:
    """Raise `Problem` where it is not somebody's own call."""
    hindrance = _hindrance(found, MOVE[MoveName.ACKNOWLEDGE], viewer)
    if hindrance is not None:
        raise hindrance


def demand_person(viewer: Viewer) -> None:
    """Raise `Problem` 403 for a program: scores are judged by people."""
    if viewer.user_id is None:
        raise _people_only()


def demand_open(found: Assessed, viewer: Viewer) -> None:
    """Raise `Problem` where a reviewer cannot answer: their own call, decided, or another is at it."""
    hindrance = _hindrance(found, MOVE[MoveName.CORRECT], viewer)
    if hindrance is not None:
        raise hindrance
    if found.row.state not in OPEN:
        raise conflict("wrong_state", f"The score is {found.row.state}.", "Reopen it first.")
    if found.row.trial:
        raise conflict("trial", "The scorecard is only tried out.", "Answer the score in use.")


def demand_fitting(found: Assessed, answers: Sequence[Answer], withdrawn: Sequence[str]) -> None:
    """Raise `Problem` 422 where answers do not fit the scorecard."""
    card = SCORECARD.validate_python(found.version.content)
    wrong = list(problems(card, answers))
    unknown = set(withdrawn) - {item.key for item in card.items}
    wrong += [f"The scorecard has no item '{item}'." for item in sorted(unknown)]
    wrong += [f"Item '{one.item}' is answered and taken back." for one in answers if one.item in withdrawn]
    if not answers and not withdrawn:
        wrong.append("There is nothing in it.")
    if wrong:
        raise invalid("answers", " ".join(wrong), "Put that right and try again.")


def demand_consistent(found: Assessed, name: MoveName, answers: Iterable[Answer]) -> None:
    """Raise `Problem` where somebody approves what they changed, or corrects what they did not."""
    card = SCORECARD.validate_python(found.version.content)
    asked = {item.key for item in card.items if isinstance(item, HumanItem)}
    changed = sorted(answer.item for answer in answers if answer.item not in asked)
    if name is MoveName.APPROVE and changed:
        raise conflict(
            "answers_differ",
            f"A reviewer answered what the machine had answered: {', '.join(changed)}.",
            "Take `correct`, or take those answers back.",
        )
    if name is MoveName.CORRECT and not changed:
        raise conflict(
            "nothing_corrected", "No answer of the machine is corrected.", "Answer an item, or `approve`."
        )


def rescored(found: Assessed, machine: MachineScore, answers: Sequence[Answer]) -> Score:
    """Return the score that people's answers make of the machine's."""
    card = SCORECARD.validate_python(found.version.content)
    return corrected(card, SCORE.validate_python(machine.content), answers)


def _hindrance(found: Assessed, move: Move, viewer: Viewer) -> Problem | None:
    """Return what keeps somebody from a move whatever state the score is in, or None."""
    call, taken_by = found.call, found.row.assigned_to
    if viewer.reach is Reach.NONE or viewer.user_id is None:
        return _people_only()
    own = call.rep_id == viewer.user_id
    if move.mover is Mover.REP and not own:
        return _forbidden("not_own", "It is not your call.", "Only the rep whose call it is may do that.")
    if move.mover is Mover.REVIEWER and own and not move.own:
        return _forbidden("own_call", "It is your own call.", "Somebody else reviews it.")
    if move.name in ALONE and taken_by is not None and taken_by != viewer.user_id:
        return conflict("taken", "Somebody else has taken it up.", "Leave it to them, or `give_back` first.")
    return None


def _people_only() -> Problem:
    return _forbidden(
        "people_only",
        "Scores are judged by people; this is a program.",
        "Sign in as the person who judges.",
    )


def _forbidden(code: str, detail: str, remedy: str) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, code, detail, remedy)
