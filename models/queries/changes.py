"""One call changed by people: what is known of it, who spoke, or that it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from models.db import Session
from models.queries import due, reading, trail
from models.queries.events import Kind, record
from models.tables import Call, Correction, SpeakerRow
from models.trail import Action, Note
from models.transcript import Role

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
    details = {"version": version + 1, "roles": len(roles), "names": len(names)}
    note = Note(user_id, Action.CALL_CORRECTED, f"call:{call.id}", details)
    trail.note(session, call.organisation_id, note)
    _touch(session, call, Kind.CORRECTED, at)


def _touch(session: Session, call: Call, kind: Kind, at: datetime) -> None:
    """Give a call a new version and tell of it."""
    call.updated_at, call.version = at, call.version + 1
    record(session, call, kind)
