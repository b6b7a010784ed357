"""Who looked at what, for the audit trail."""

from __future__ import annotations

from collections.abc import Collection

from api.service import Service
from core.clock import now
from models.access import Viewer
from models.queries import trail
from models.trail import Action, Note


async def note_seen(service: Service, viewer: Viewer, subject: str, what: str) -> None:
    """Have the trail tell that somebody looked at something, at most once an hour in this process."""
    await note_all_seen(service, viewer, [subject], what)


async def note_all_seen(service: Service, viewer: Viewer, subjects: Collection[str], what: str) -> None:
    """Have the trail tell that somebody looked at several things at once."""
    at = now()
    due = [one for one in subjects if service.sights.due(viewer.principal_id, one, what, at)]
    if not due:
        return
    async with service.database.write(viewer.organisation_id) as session:
        for subject in due:
            told = Note(viewer.principal_id, Action.SEEN, subject, {"what": what})
            trail.note(session, viewer.organisation_id, told)
    for subject in due:
        service.sights.take(viewer.principal_id, subject, what, at)
