"""Kinds of things that happen: what event streams tell, and out of which webhooks are made."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of events."""

    CREATED = "call.created"
    QUEUED = "call.queued"
    STARTED = "call.started"
    REVIEWED = "call.reviewed"
    REJECTED = "call.rejected"
    FAILED = "call.failed"
    CANCELLED = "call.cancelled"
    CORRECTED = "call.corrected"
    CHANGED = "call.changed"
    DELETED = "call.deleted"
    SCORED = "call.scored"
    ASSESSED = "call.assessed"
    COMMENTED = "call.commented"
    WEBHOOK_DISABLED = "webhook.disabled"
