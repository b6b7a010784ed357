"""The review of a call as rows, the newest version only; every version is kept in its products."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from models.review import Act, SentimentLabel, Side
from models.tables.base import TenantRow, choice, within_tenant
from models.transcript import Role


class SpeakerRow(TenantRow, table=True):
    """A voice of a call and the side it is on."""

    __tablename__ = "speaker"
    __table_args__ = (within_tenant("call_id", "call"),)

    call_id: UUID = Field(primary_key=True)
    label: str = Field(primary_key=True)
    name: str | None = None
    role: Role = Field(sa_type=choice(Role))
    role_confidence: float
    role_evidence: list[Any] = Field(sa_type=JSON)
    talk_s: float
    channel: int | None = None


class UtteranceRow(TenantRow, table=True):
    """What one speaker says in one go; `words` is a JSON list of [start, end, text, probability]."""

    __tablename__ = "utterance"
    __table_args__ = (within_tenant("call_id", "call"),)

    call_id: UUID = Field(primary_key=True)
    index: int = Field(primary_key=True)
    start: float
    end: float
    speaker: str
    text: str = Field(sa_type=Text)
    words: bytes = Field(sa_type=LargeBinary)
    sentiment: SentimentLabel | None = Field(default=None, sa_type=choice(SentimentLabel))
    sentiment_score: float | None = None
    probabilities: dict[str, float] | None = Field(default=None, sa_type=JSON)
    act: Act | None = Field(default=None, sa_type=choice(Act))
    act_probability: float | None = None


class MetricRow(TenantRow, table=True):
    """A measure of one side of a call; null has a reason."""

    __tablename__ = "metric"
    __table_args__ = (
        within_tenant("call_id", "call"),
        Index("ix_metric_organisation_id_name", "organisation_id", "name", "side"),
    )

    call_id: UUID = Field(primary_key=True)
    name: str = Field(primary_key=True)
    side: Side = Field(primary_key=True, sa_type=choice(Side))
    value: float | None = None
    unit: str
    reason: str | None = None
    version: str
    evidence: list[Any] = Field(sa_type=JSON)


class ReviewRow(TenantRow, table=True):
    """The whole review as published JSON (zstd), one row a version, never changed.

    `correction` is the version of what people put right that is in it, 0 for none.
    """

    __tablename__ = "review"
    __table_args__ = (within_tenant("call_id", "call"),)

    call_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    correction: int = 0
    document: bytes = Field(sa_type=LargeBinary)
    created_at: datetime


class CallText(TenantRow, table=True):
    """What is searched: the words of a call as `models.search` cuts them, in parts.

    Parts, because PostgreSQL counts the places of words in a text no further than 16,383. The index is
    made by a migration: FTS5 on SQLite, a generated `tsvector` on PostgreSQL.
    """

    __tablename__ = "call_text"
    __table_args__ = (within_tenant("call_id", "call"), UniqueConstraint("call_id", "part"))

    id: int | None = Field(default=None, primary_key=True)
    call_id: UUID
    part: int
    text: str = Field(sa_type=Text)
