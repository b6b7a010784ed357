"""The audit trail: what was done, each entry chained to the one before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text
from sqlmodel import Field

from models.tables.base import TenantRow


class TrailRow(TenantRow, table=True):
    """An entry of the trail, numbered within its organisation; only `reason` may go, with its call."""

    __tablename__ = "trail"
    __table_args__ = (
        Index("ix_trail_subject", "organisation_id", "subject", "number"),
        Index("ix_trail_principal_id", "organisation_id", "principal_id", "number"),
    )

    organisation_id: UUID = Field(foreign_key="organisation.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    principal_id: UUID | None = None
    action: str
    subject: str
    details: dict[str, Any] = Field(sa_type=JSON)
    reason: str | None = Field(default=None, sa_type=Text)
    salt: str | None = None
    before: str
    hash: str
