"""One call changed by people: what is known of it, who spoke, or that it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from models.db import Session
from models.queries import due, reading
from models.queries.events import Kind, record
from models.tables import Call, Correction, SpeakerRow
from models.transcript import Role

RECORDED = frozenset({"rep_id", "call_type", "started_at"})
"""What decides in whose record a call is, and where in it."""


def change(session: Session, call: Call, values: Mapping[str, Any], at: datetime) -> None:
    """Write what is known of a call anew; nothing happens where nothing differs."""
    changed = {name: value for name, value in values.items() if getattr(call, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(call, name, value)
    if changed.keys() & RECORDED:
        due.note(session, call.organisation_id, call_id=call.id)
    _touch(session, call, Kind.CHANGED, at)


async def correct(
    session: Session,
    call: Call,
    roles: Mapping[str, Role],
    names: Mapping[str, str | None],
    user_id: UUID | None,
    at: datetime,
) -> None:
    """Add a version of what people put right: the one before it with these roles and names.

    A name None takes a name away.
    """
    version, before = await reading.correction(session, call.id)
    kept = {**before.get("names", {}), **names}
    content = {
        "roles": {**before.get("roles", {}), **{label: str(role) for label, role in roles.items()}},
        "names": {label: name for label, name in kept.items() if name is not None},
    }
    session.add(
        Correction(
            organisation_id=call.organisation_id,
            call_id=call.id,
            version=version + 1,
            content=content,
            user_id=user_id,
            created_at=at,
        )
    )
    for label, name in names.items():
        await session.execute(
            update(SpeakerRow)
            .where(col(SpeakerRow.call_id) == call.id, col(SpeakerRow.label) == label)
            .values(name=name)
        )
    _touch(session, call, Kind.CORRECTED, at)


def _touch(session: Session, call: Call, kind: Kind, at: datetime) -> None:
    """Give a call a new version and tell of it."""
    call.updated_at, call.version = at, call.version + 1
    record(session, call, kind)
