"""What is known of a call, changed by people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.db import Session
from models.queries.events import Kind, record
from models.tables import Call


def change(session: Session, call: Call, values: Mapping[str, Any], at: datetime) -> None:
    """Write what is known of a call anew; nothing happens where nothing differs."""
    changed = {name: value for name, value in values.items() if getattr(call, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(call, name, value)
    _touch(session, call, Kind.CHANGED, at)


def _touch(session: Session, call: Call, kind: Kind, at: datetime) -> None:
    """Give a call a new version and tell of it."""
    call.updated_at, call.version = at, call.version + 1
    record(session, call, kind)
