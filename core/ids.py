"""Keys of rows: UUIDs of version 7, which grow with time (RFC 9562)."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a key that no other process gives out."""
    return uuid7()
