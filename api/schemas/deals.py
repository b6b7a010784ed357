"""Deals on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.schemas.shape import Given
from models.record import Outcome


class StageShape(Given):
    """A stage that a deal came to."""

    stage: str
    at: datetime


class DealShape(Given):
    """A deal; its version grows with every change."""

    id: UUID
    external_id: str
    """What the CRM calls it."""
    name: str
    account: str | None
    rep_id: UUID | None
    stage: str | None
    """Where it is, or was when it was closed."""
    stages: list[StageShape]
    """Every stage it came to, in order."""
    outcome: Outcome
    amount: float | None
    currency: str | None
    opened_at: datetime
    closed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class DealPage(Given):
    """Deals, and where the next page begins; null at the end."""

    items: list[DealShape]
    next: str | None


class RefusalShape(Given):
    """A row that was not taken in: what is wrong with it, and what to do."""

    line: int
    """Where it begins; the header is line 1."""
    external_id: str | None
    code: str
    reason: str
    remedy: str


class ImportedShape(Given):
    """What came of a table: rows by what they did, and those that were refused."""

    import_id: UUID
    """What the audit trail calls it."""
    created: int
    changed: int
    unchanged: int
    refused: int
    refusals: list[RefusalShape]
    """The first thousand."""
    ignored: list[str]
    """Headings of columns that mean nothing here."""
