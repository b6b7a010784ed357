"""Recordings, calls, and what people know or say about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, SmallInteger, UniqueConstraint, event, text
from sqlmodel import Field

from core.clock import now
from models.call import CallState, CallType, Consent, Direction, Priority, Source
from models.tables.base import Keyed, TenantRow, choice, not_negative, of_tenant, within_tenant

DEAL = "deal"
"""Key of `crm` under which the deal stands."""


class Recording(Keyed, TenantRow, table=True):
    """The bytes that were handed in, once per organisation; `sound` columns are known once decoded."""

    __tablename__ = "recording"
    __table_args__ = (of_tenant(), UniqueConstraint("organisation_id", "sha256"), *not_negative("bytes"))

    sha256: str
    bytes: int = Field(sa_type=BigInteger)
    name: str
    key: str = Field(unique=True)
    playback_key: str | None = None
    playback_bytes: int | None = Field(default=None, sa_type=BigInteger)
    peaks_key: str | None = None
    duration_s: float | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    created_at: datetime = Field(default_factory=now)


class Call(Keyed, TenantRow, table=True):
    """A call on its way through the service; `version` grows with every change that a reader can see.

    `crm_deal` is what `crm` says of the deal, kept apart so that an index finds the calls of one.
    """

    __tablename__ = "call"
    __table_args__ = (
        of_tenant(),
        within_tenant("recording_id", "recording", "RESTRICT"),
        within_tenant("rep_id", "users", "RESTRICT"),
        within_tenant("team_id", "team", "RESTRICT"),
        UniqueConstraint("organisation_id", "external_id"),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress_is_a_share"),
        Index("ix_call_organisation_id_started_at_id", "organisation_id", "started_at", "id"),
        Index("ix_call_organisation_id_created_at_id", "organisation_id", "created_at", "id"),
        Index("ix_call_organisation_id_updated_at_id", "organisation_id", "updated_at", "id"),
        Index("ix_call_organisation_id_duration_s_id", "organisation_id", "duration_s", "id"),
        Index("ix_call_organisation_id_depth_id", "organisation_id", "depth", "id"),
        Index("ix_call_organisation_id_rep_id_started_at", "organisation_id", "rep_id", "started_at", "id"),
        Index("ix_call_organisation_id_state_started_at", "organisation_id", "state", "started_at", "id"),
        Index("ix_call_crm_deal", "organisation_id", "crm_deal"),
    )

    recording_id: UUID = Field(index=True)
    rep_id: UUID | None = None
    team_id: UUID | None = Field(default=None, index=True)
    title: str
    customer: str | None = None
    direction: Direction = Field(default=Direction.UNKNOWN, sa_type=choice(Direction))
    call_type: CallType = Field(default=CallType.GENERAL, sa_type=choice(CallType))
    started_at: datetime
    external_id: str | None = None
    crm: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    crm_deal: str | None = None
    consent: Consent = Field(default=Consent.UNKNOWN, sa_type=choice(Consent))
    consent_basis: str | None = None
    retain_until: datetime | None = Field(default=None, index=True)
    source: Source = Field(sa_type=choice(Source))
    priority: int = Field(default=int(Priority.NORMAL), sa_type=SmallInteger)
    language: str | None = None
    speakers_least: int | None = None
    speakers_most: int | None = None
    rep_channel: int | None = None
    state: CallState = Field(default=CallState.QUEUED, sa_type=choice(CallState))
    progress: float = 0.0
    reason_code: str | None = None
    reason: str | None = None
    remedy: str | None = None
    duration_s: float | None = None
    spoken_language: str | None = None
    depth: float | None = None
    customer_sentiment: float | None = None
    customer_sentiment_change: float | None = None
    version: int = 1
    created_by: UUID | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    reviewed_at: datetime | None = None
    deleted_at: datetime | None = None


@event.listens_for(Call, "before_insert")
@event.listens_for(Call, "before_update")
def _keep_deal_apart(_mapper: object, _connection: object, call: Call) -> None:
    """Have the deal of a call be what is said of it in the CRM."""
    call.crm_deal = call.crm.get(DEAL)


class Correction(Keyed, TenantRow, table=True):
    """What a person put right about a call: the whole of it each time, so the newest is in force."""

    __tablename__ = "correction"
    __table_args__ = (within_tenant("call_id", "call"), UniqueConstraint("call_id", "version"))

    call_id: UUID
    version: int
    content: dict[str, Any] = Field(sa_type=JSON)
    user_id: UUID | None = None
    created_at: datetime = Field(default_factory=now)


TO_SEND = text("to_send")
"""What the index of events to be sent holds: written out, since no planner looks behind a parameter."""


class Event(TenantRow, table=True):
    """Something that happened to a call or another `subject`, in the order of `id`; written with the change.

    A subject is a kind and a key, as `webhook:0198...`. `to_send` until webhooks are told.
    """

    __tablename__ = "event"
    __table_args__ = (
        within_tenant("call_id", "call"),
        Index("ix_event_organisation_id_id", "organisation_id", "id"),
        Index("ix_event_to_send", "id", sqlite_where=TO_SEND, postgresql_where=TO_SEND),
    )

    id: int | None = Field(default=None, primary_key=True)
    call_id: UUID | None = Field(default=None, index=True)
    subject: str | None = None
    kind: str
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime = Field(default_factory=now, index=True)
    to_send: bool = False


class Upload(Keyed, TenantRow, table=True):
    """A resumable upload under way: how long it will be; how much is there, its file says."""

    __tablename__ = "upload"
    __table_args__ = (*not_negative("length"),)

    owner_id: UUID
    length: int = Field(sa_type=BigInteger)
    details: dict[str, Any] = Field(sa_type=JSON)
    call_id: UUID | None = None
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime = Field(index=True)
