"""The audit trail on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from api.schemas.shape import Given


class PrincipalShape(Given):
    """A person or a program by key and name."""

    id: UUID
    name: str


class EntryShape(Given):
    """An entry: what was done to what, when and by whom (null: Debrief itself), chained to the one before."""

    number: int
    at: datetime
    by: PrincipalShape | None
    action: str
    subject: str
    """Kind and key, as `call:0198...`."""
    details: dict[str, Any]
    reason: str | None
    """As it was written; null where none was, and once the call it is about is deleted."""
    before: str
    """Hash of the entry before."""
    hash: str


class TrailPage(Given):
    """Entries, the newest first, and the cursor of those before them."""

    items: list[EntryShape]
    next: str | None


class VerifiedShape(Given):
    """Whether the trail is whole, and what is wrong; a copy of the newest hash proves all before it."""

    entries: int
    hash: str
    whole: bool
    problem: str | None
