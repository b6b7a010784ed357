"""Who looked at what, for the audit trail."""

from __future__ import annotations

from api.service import Service
from core.clock import now
from models.access import Viewer
from models.queries import trail
from models.trail import Action, Note


async def note_seen(service: Service, viewer: Viewer, subject: str, what: str) -> None:
    """Have the trail tell that somebody looked at something, at most once an hour in this process."""
    at = now()
    if not service.sights.due(viewer.principal_id, subject, what, at):
        return
    async with service.database.write(viewer.organisation_id) as session:
        told = Note(viewer.principal_id, Action.SEEN, subject, {"what": what})
        trail.note(session, viewer.organisation_id, told)
    service.sights.take(viewer.principal_id, subject, what, at)
