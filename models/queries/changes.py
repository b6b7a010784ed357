"""What is known of a call, changed by people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from models.db import Session
from models.event import Kind
from models.queries import due, trail
from models.queries.events import record
from models.tables import Call
from models.trail import Action, Note

COUNTED = frozenset({"rep_id", "started_at", "call_type"})
"""What decides where in the records a call counts."""


def change(session: Session, call: Call, values: Mapping[str, Any], by: UUID | None, at: datetime) -> bool:
    """Write what is known of a call anew; return whether anything differs."""
    changed = {name: value for name, value in values.items() if getattr(call, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(call, name, value)
    if COUNTED & changed.keys():
        due.note(session, call.organisation_id, call_id=call.id)
    note = Note(by, Action.CALL_CHANGED, f"call:{call.id}", {"changed": sorted(changed)})
    trail.note(session, call.organisation_id, note)
    _touch(session, call, Kind.CHANGED, at)
    return True


def _touch(session: Session, call: Call, kind: Kind, at: datetime) -> None:
    """Give a call a new version and tell of it."""
    call.updated_at, call.version = at, call.version + 1
    record(session, call, kind)
