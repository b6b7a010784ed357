"""Scorecards and trackers with their versions; assessments of calls, and what people say of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, SmallInteger, UniqueConstraint
from sqlmodel import Field

from core.clock import now
from models.assessment import AnswerKind, AssessmentState, MoveName
from models.tables.base import Keyed, TenantRow, choice, of_tenant, within_tenant
from models.versions import VersionState


class ScorecardRow(Keyed, TenantRow, table=True):
    """A scorecard by name; what it asks is in its versions."""

    __tablename__ = "scorecard"
    __table_args__ = (of_tenant(), UniqueConstraint("organisation_id", "key"))

    key: str
    name: str
    created_at: datetime = Field(default_factory=now)


class ScorecardVersion(Keyed, TenantRow, table=True):
    """What a scorecard asks; `locked_at` is when a call was first scored by it: it never changes again."""

    __tablename__ = "scorecard_version"
    __table_args__ = (
        of_tenant(),
        within_tenant("scorecard_id", "scorecard"),
        UniqueConstraint("scorecard_id", "number"),
    )

    scorecard_id: UUID
    number: int
    state: VersionState = Field(default=VersionState.DRAFT, sa_type=choice(VersionState))
    content: dict[str, Any] = Field(sa_type=JSON)
    note: str = ""
    created_by: UUID | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    activated_at: datetime | None = None
    locked_at: datetime | None = None


class TrackerRow(Keyed, TenantRow, table=True):
    """A tracker; changing what it looks for makes another version of its content."""

    __tablename__ = "tracker"
    __table_args__ = (of_tenant(), UniqueConstraint("organisation_id", "key"))

    key: str
    name: str
    version: int = 1
    content: dict[str, Any] = Field(sa_type=JSON)
    active: bool = True
    created_by: UUID | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class TrackerHit(TenantRow, table=True):
    """A place where a tracker found something.

    `at`, `rep_id` and `team_id` are the call's, kept here so that one index finds and sorts hits.
    """

    __tablename__ = "tracker_hit"
    __table_args__ = (
        within_tenant("call_id", "call"),
        within_tenant("tracker_id", "tracker"),
        Index(
            "ix_tracker_hit_tracker_id_at",
            "tracker_id",
            "at",
            "call_id",
            "number",
            "side",
            "rep_id",
            "team_id",
        ),
    )

    call_id: UUID = Field(primary_key=True)
    tracker_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    utterance: int
    start: float
    end: float
    side: str
    words: str
    at: datetime
    rep_id: UUID | None = None
    team_id: UUID | None = None


class Assessment(Keyed, TenantRow, table=True):
    """A call by a version of a scorecard: the score in force and where its review is.

    `content` is the score as shown; `queue` (the lower the sooner) and `why` put it in the queue of review,
    see `models.assessment.Place`.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        of_tenant(),
        within_tenant("call_id", "call"),
        within_tenant("version_id", "scorecard_version", "RESTRICT"),
        UniqueConstraint("call_id", "version_id"),
        Index("ix_assessment_version_id", "version_id", "id"),
        Index("ix_assessment_state", "organisation_id", "state", "trial", "call_id"),
        Index("ix_assessment_queue", "organisation_id", "queue", "created_at", "id"),
        Index("ix_assessment_organisation_id_updated_at", "organisation_id", "updated_at", "id"),
    )

    call_id: UUID
    version_id: UUID
    revision: int
    trial: bool = False
    state: AssessmentState = Field(default=AssessmentState.PROPOSED, sa_type=choice(AssessmentState))
    points: int | None = None
    coverage: float
    content: dict[str, Any] = Field(sa_type=JSON)
    queue: int = Field(default=0, sa_type=SmallInteger)
    why: str = ""
    assigned_to: UUID | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    by_policy: bool = False
    acknowledged_at: datetime | None = None
    contested_at: datetime | None = None
    version: int = 1
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class MachineScore(Keyed, TenantRow, table=True):
    """What the machine proposed, for each revision of a call's review; never changed."""

    __tablename__ = "machine_score"
    __table_args__ = (
        within_tenant("assessment_id", "assessment"),
        UniqueConstraint("assessment_id", "version"),
    )

    assessment_id: UUID
    version: int
    revision: int
    points: int | None = None
    content: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(default_factory=now)


class AnswerRow(Keyed, TenantRow, table=True):
    """What a person answered to an item; never changed: the newest of a kind and person is in force."""

    __tablename__ = "answer"
    __table_args__ = (
        within_tenant("assessment_id", "assessment"),
        within_tenant("user_id", "users", "RESTRICT"),
        within_tenant("calibration_id", "calibration"),
        Index("ix_answer_assessment_id", "assessment_id", "kind", "item"),
    )

    assessment_id: UUID
    item: str
    kind: AnswerKind = Field(sa_type=choice(AnswerKind))
    user_id: UUID
    calibration_id: UUID | None = None
    content: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(default_factory=now)


class MoveRow(Keyed, TenantRow, table=True):
    """A move that was made; never changed. Without a person it was the policy, or Debrief itself."""

    __tablename__ = "move"
    __table_args__ = (
        within_tenant("assessment_id", "assessment"),
        Index("ix_move_assessment_id", "assessment_id"),
        Index("ix_move_user_id", "user_id", "created_at"),
    )

    assessment_id: UUID
    name: MoveName = Field(sa_type=choice(MoveName))
    before: AssessmentState = Field(sa_type=choice(AssessmentState, "before"))
    after: AssessmentState = Field(sa_type=choice(AssessmentState, "after"))
    user_id: UUID | None = None
    comment: str = ""
    created_at: datetime = Field(default_factory=now)


class Calibration(Keyed, TenantRow, table=True):
    """A session in which several people score one call without seeing each other's answers."""

    __tablename__ = "calibration"
    __table_args__ = (
        of_tenant(),
        within_tenant("assessment_id", "assessment"),
        Index("ix_calibration_organisation_id_created_at", "organisation_id", "created_at", "id"),
    )

    name: str
    assessment_id: UUID
    created_by: UUID
    created_at: datetime = Field(default_factory=now)
    closed_at: datetime | None = None


class CalibrationMember(TenantRow, table=True):
    """Somebody who takes part in a session; `submitted_at` is when they had answered."""

    __tablename__ = "calibration_member"
    __table_args__ = (
        within_tenant("calibration_id", "calibration"),
        within_tenant("user_id", "users"),
        Index("ix_calibration_member_user_id", "user_id"),
    )

    calibration_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    submitted_at: datetime | None = None
