"""Performance records: what counts in them, what it comes to, and by which formula it is weighed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from core.clock import now
from models.call import CallType
from models.record import Outcome, PeriodKind
from models.tables.base import Keyed, TenantRow, choice, of_tenant, within_tenant
from models.versions import VersionState


class Contribution(TenantRow, table=True):
    """What an approved call brings to its rep's record: measures by name."""

    __tablename__ = "contribution"
    __table_args__ = (
        within_tenant("call_id", "call"),
        within_tenant("rep_id", "users"),
        Index("ix_contribution_rep_id_at", "organisation_id", "rep_id", "at"),
    )

    call_id: UUID = Field(primary_key=True)
    rep_id: UUID
    at: datetime
    call_type: CallType = Field(sa_type=choice(CallType))
    measures: dict[str, float] = Field(sa_type=JSON)


class Deal(Keyed, TenantRow, table=True):
    """A deal as the CRM knows it; `stages` lists name and time of each stage it came to, in order."""

    __tablename__ = "deal"
    __table_args__ = (
        of_tenant(),
        within_tenant("rep_id", "users", "RESTRICT"),
        UniqueConstraint("organisation_id", "external_id"),
        Index("ix_deal_rep_id_closed_at", "organisation_id", "rep_id", "closed_at"),
        Index("ix_deal_rep_id_opened_at", "organisation_id", "rep_id", "opened_at"),
    )

    external_id: str
    name: str
    account: str | None = None
    rep_id: UUID | None = None
    stage: str | None = None
    stages: list[Any] = Field(default_factory=list, sa_type=JSON)
    outcome: Outcome = Field(default=Outcome.OPEN, sa_type=choice(Outcome))
    amount: float | None = None
    currency: str | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    version: int = 1
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class RecordCell(TenantRow, table=True):
    """One rep in one period, over calls of one type or `all`: [n, mean, deviation] by measure."""

    __tablename__ = "record_cell"
    __table_args__ = (
        within_tenant("rep_id", "users"),
        Index("ix_record_cell_period", "organisation_id", "kind", "start", "call_type"),
    )

    rep_id: UUID = Field(primary_key=True)
    kind: PeriodKind = Field(primary_key=True, sa_type=choice(PeriodKind))
    start: date = Field(primary_key=True)
    call_type: str = Field(primary_key=True)
    calls: int
    content: dict[str, list[Any]] = Field(sa_type=JSON)
    updated_at: datetime = Field(default_factory=now)


class RecordDue(TenantRow, table=True):
    """Something that may have changed what records show: a call, a deal, or all that a rep has."""

    __tablename__ = "record_due"
    __table_args__ = (
        within_tenant("call_id", "call"),
        within_tenant("deal_id", "deal"),
        within_tenant("rep_id", "users"),
    )

    id: int | None = Field(default=None, primary_key=True)
    call_id: UUID | None = None
    deal_id: UUID | None = None
    rep_id: UUID | None = None
    created_at: datetime = Field(default_factory=now)


class FormulaVersion(Keyed, TenantRow, table=True):
    """A version of the organisation's formula; once it was in use or tried it never changes."""

    __tablename__ = "formula_version"
    __table_args__ = (of_tenant(), UniqueConstraint("organisation_id", "number"))

    number: int
    state: VersionState = Field(default=VersionState.DRAFT, sa_type=choice(VersionState))
    content: dict[str, Any] = Field(sa_type=JSON)
    note: str = ""
    created_by: UUID | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    activated_at: datetime | None = None
    retired_at: datetime | None = None
    locked_at: datetime | None = None
