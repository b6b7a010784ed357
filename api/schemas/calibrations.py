"""Sessions in which several people score one call, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool

from api.schemas.people import PersonShape
from api.schemas.reviewing import MOST_ANSWERS
from api.schemas.shape import Given, Line, Taken
from models.scorecard import Answer

MOST_MEMBERS = 50


class NewCalibration(Taken):
    """A session to hold: on which score of which call, and who takes part."""

    name: Line
    assessment_id: UUID
    members: Annotated[list[UUID], Field(min_length=1, max_length=MOST_MEMBERS)]
    """People who may review the call, not the rep whose call it is."""


class NewMember(Taken):
    """Somebody to take part."""

    user_id: UUID


class AnswersGiven(Taken):
    """One's own answers, of any items; those to others stay. Submitted, they never change."""

    answers: Annotated[list[Answer], Field(max_length=MOST_ANSWERS)] = Field(default_factory=list)
    submit: StrictBool = False


class MemberShape(Given):
    """Somebody who takes part, and when they had answered."""

    id: UUID
    name: str
    submitted_at: datetime | None


class CalibrationShape(Given):
    """A session in which several people score one call without seeing each other's answers."""

    id: UUID
    name: str
    call_id: UUID
    title: str
    """Of the call."""
    assessment_id: UUID
    version_id: UUID
    scorecard: str
    """The scorecard's key."""
    number: int
    held_by: PersonShape
    members: list[MemberShape]
    created_at: datetime
    closed_at: datetime | None


class CalibrationPage(Given):
    """Sessions, the newest first, and the cursor of those before them."""

    items: list[CalibrationShape]
    next: str | None


class ScoreOf(Given):
    """A whole score, of 100; null with a reason."""

    points: float | None
    coverage: float
    reason: str | None


class MemberScore(ScoreOf):
    """What a member's answers make of the machine's score, and the answers."""

    by: PersonShape
    answers: list[Answer]


class ShareOf(Given):
    """The share (0..1) of an item's points that somebody gives; null: it does not apply."""

    by: PersonShape
    share: float | None


class ItemAgreementShape(Given):
    """How far people agree on an item; null where fewer than two said anything."""

    key: str
    label: str
    shares: list[ShareOf]
    machine: float | None
    """The share the machine gives; null where it is for people."""
    same: float | None
    """Share of pairs of people who answer alike."""
    difference: float | None
    """Mean distance between two people's shares."""
    spread: float | None
    """Largest distance between two people's shares."""


class ResultsShape(Given):
    """What came of a session: by those who have submitted, with the machine beside them."""

    machine: ScoreOf
    members: list[MemberScore]
    items: list[ItemAgreementShape]


class WholeCalibrationShape(CalibrationShape):
    """A session with one's own answers, and what came of it where one may see that."""

    answers: list[Answer]
    """One's own, as saved."""
    hidden: str | None
    """Why there are no results for whoever asks; null where there are."""
    results: ResultsShape | None


class ItemReliabilityShape(Given):
    """How reliably an item is answered over calls."""

    key: str
    label: str
    level: Literal["nominal", "interval"]
    """How answers are compared: as options, or by the distance between shares."""
    alpha: float | None
    """Krippendorff's alpha: 1 where all agree, 0 where they agree as chance would have it."""
    reason: str | None
    """Why there is none."""
    low: float | None
    high: float | None
    """Its 95 % bounds; null under five calls."""
    units: int
    """Calls that two people or more answered."""
    coders: int
    """People who answered them."""
    machine: float | None
    """Mean distance between people's mean share and the machine's."""
    machine_units: int


class AgreementShape(Given):
    """How reliably a scorecard is answered: closed sessions on any of its versions."""

    sessions: int
    items: list[ItemReliabilityShape]
