"""The wall clock, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time, aware of being UTC."""
    return datetime.now(UTC)
