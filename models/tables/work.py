"""The stages of each call, and what they made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlmodel import Field

from core.clock import now
from models.call import Priority, RunState
from models.stages import Lane, StageName
from models.tables.base import Keyed, TenantRow, choice, within_tenant


class StageRun(Keyed, TenantRow, table=True):
    """One stage of one call: the truth about who works on it.

    `attempt` grows with every claim and fences the final write; `failures` counts tries that ended
    in an error, not those that a shutdown or a dead worker cut short.
    """

    __tablename__ = "stage_run"
    __table_args__ = (
        within_tenant("call_id", "call"),
        UniqueConstraint("call_id", "stage"),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress_is_a_share"),
        Index("ix_stage_run_queue", "lane", "state", "priority", "queued_at"),
        Index("ix_stage_run_leases", "state", "lease_until"),
    )

    call_id: UUID
    stage: StageName = Field(sa_type=choice(StageName))
    lane: Lane = Field(sa_type=choice(Lane))
    priority: int = Field(default=int(Priority.NORMAL), sa_type=SmallInteger)
    state: RunState = Field(default=RunState.WAITING, sa_type=choice(RunState))
    attempt: int = 0
    failures: int = 0
    lost: int = 0
    progress: float = 0.0
    worker: str | None = None
    queued_at: datetime | None = None
    not_before: datetime | None = None
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None
    seconds: float | None = None
    fingerprint: str | None = None
    error: str | None = None


class Product(Keyed, TenantRow, table=True):
    """What a stage made, immutable: doing the stage again adds a version."""

    __tablename__ = "product"
    __table_args__ = (
        within_tenant("call_id", "call"),
        UniqueConstraint("call_id", "stage", "version"),
    )

    call_id: UUID
    stage: StageName = Field(sa_type=choice(StageName))
    version: int
    fingerprint: str
    data: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(default_factory=now)
