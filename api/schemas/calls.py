"""Calls on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.shape import Change, Email, Given, Language, Line, Moment, Taken
from core.clock import now
from models.call import CallState, CallType, Consent, Direction, RunState, Source
from models.queries.search import Hit
from models.stages import STAGE, Lane, StageName
from models.tables import Call, StageRun
from models.transcript import Role

MOST_CRM = 50
LABEL = r"^S[1-9][0-9]{0,2}$"
"""Labels of speakers."""


def _few(crm: Mapping[str, str]) -> Mapping[str, str]:
    if len(crm) > MOST_CRM:
        raise ValueError(f"holds more than {MOST_CRM} keys")
    return crm


Crm = Annotated[dict[Line, Line], AfterValidator(_few)]
"""Ids of what the call belongs to in a CRM: deal, account, contact."""


class ReasonShape(Given):
    """Why a call was not reviewed, and what to do."""

    code: str
    reason: str
    remedy: str


class HitShape(Given):
    """An utterance that holds something of what was searched."""

    index: int
    start: float
    end: float
    speaker: str
    text: str


class CallShape(Given):
    """A call."""

    id: UUID
    state: CallState
    progress: float
    """How far the review is, 0..1."""
    expected_at: datetime | None
    """When it is likely to be reviewed; null where that is past or unknown."""
    reason: ReasonShape | None
    """Why it is rejected or failed."""
    title: str
    customer: str | None
    rep_id: UUID | None
    team_id: UUID | None
    direction: Direction
    call_type: CallType
    started_at: datetime
    duration_s: float | None
    """Length of the recording; null until it is decoded."""
    external_id: str | None
    """The call's id in the system it comes from."""
    crm: dict[str, str]
    consent: Consent
    consent_basis: str | None
    retain_until: datetime | None
    """When the call and its recording are deleted."""
    source: Source
    priority: int
    """The lower the number, the sooner."""
    language: str | None
    """Spoken language as it was given."""
    spoken_language: str | None
    """Spoken language as it was heard."""
    speakers_least: int | None
    speakers_most: int | None
    rep_channel: int | None
    depth: float | None
    """Interaction depth, 0..100."""
    version: int
    """Grows with every change."""
    created_at: datetime
    updated_at: datetime
    reviewed_at: datetime | None
    deleted_at: datetime | None
    hits: list[HitShape] | None
    """Where in the call it is said, in a list that was searched."""

    @classmethod
    def of(
        cls, call: Call, expected: Mapping[UUID, datetime] | None = None, hits: tuple[Hit, ...] | None = None
    ) -> Self:
        """Return a call as it goes out."""
        waiting = not call.state.ended
        told = cls.model_fields.keys() - {"expected_at", "reason", "hits"}
        return cls(
            **{name: getattr(call, name) for name in told},
            expected_at=(expected or {}).get(call.id) if waiting else None,
            reason=_reason(call),
            hits=None if hits is None else [HitShape.model_validate(hit) for hit in hits],
        )


def _reason(call: Call) -> ReasonShape | None:
    if call.reason_code is None:
        return None
    return ReasonShape(code=call.reason_code, reason=call.reason or "", remedy=call.remedy or "")


class CallPage(Given):
    """Some calls, and the cursor of those after them; null where these are the last."""

    items: list[CallShape]
    next: str | None


class CallFacts(Taken):
    """What is known of a call when its recording is handed in; all of it may be left out."""

    title: Line | None = None
    """What to call it; else the recording's name."""
    customer: Line | None = None
    rep_id: UUID | None = None
    """Whose call it is; else a rep's own."""
    rep_email: Email | None = None
    """The same by e-mail address."""
    team_id: UUID | None = None
    """The team it counts for; else the rep's."""
    direction: Direction = Direction.UNKNOWN
    call_type: CallType = CallType.GENERAL
    started_at: Moment | None = None
    """When the call began; else now."""
    external_id: Line | None = None
    """The call's id in the system it comes from; once in an organisation."""
    crm: Crm = Field(default_factory=dict)
    consent: Consent = Consent.UNKNOWN
    consent_basis: Line | None = None
    retain_until: Moment | None = None
    language: Language | None = None
    """Spoken language; else it is heard."""
    speakers_least: Annotated[int, Field(ge=1, le=99)] | None = None
    speakers_most: Annotated[int, Field(ge=1, le=99)] | None = None
    rep_channel: Annotated[int, Field(ge=0, le=7)] | None = None
    """The channel the rep is on, from 0, where the recording keeps the sides apart."""
    urgent: bool = False
    """Goes before calls that are not."""


class CallByUrl(CallFacts):
    """A recording to fetch."""

    url: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^https?://")]
    """Where the recording is."""


class CallChange(Change):
    """What to change of a call; what is left out stays, null takes away."""

    title: Line = ""
    customer: Line | None = None
    rep_id: UUID | None = None
    team_id: UUID | None = None
    direction: Direction = Direction.UNKNOWN
    call_type: CallType = CallType.GENERAL
    started_at: Moment = Field(default_factory=now)
    external_id: Line | None = None
    crm: Crm = Field(default_factory=dict)
    consent: Consent = Consent.UNKNOWN
    consent_basis: Line | None = None
    retain_until: Moment | None = None


class Rerun(Taken):
    """From which stage on to do a call again."""

    stage: StageName = StageName.DECODE


class SpeakerChange(Change):
    """What a person says of one speaker."""

    role: Role = Role.UNKNOWN
    """Which side the speaker is on; left out it stays."""
    name: Line | None = None
    """What to call the speaker; null takes a name away, left out it stays."""


class SpeakersChange(Taken):
    """What a person says of speakers, by their labels."""

    speakers: dict[Annotated[str, Field(pattern=LABEL)], SpeakerChange] = Field(
        min_length=1, max_length=99, json_schema_extra={"propertyNames": {"pattern": LABEL}}
    )


class SpeakerShape(Given):
    """A voice of a call."""

    label: str
    name: str | None
    role: Role
    role_confidence: float
    talk_s: float
    channel: int | None


class StageShape(Given):
    """One stage of a call."""

    stage: StageName
    says: str
    lane: Lane
    state: RunState
    progress: float
    attempt: int
    failures: int
    queued_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    fingerprint: str | None
    error: str | None

    @classmethod
    def of(cls, run: StageRun) -> Self:
        """Return a stage as it goes out."""
        told = cls.model_fields.keys() - {"says"}
        return cls(**{name: getattr(run, name) for name in told}, says=STAGE[run.stage].says)
