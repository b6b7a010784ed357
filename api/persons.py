"""People beside what they did: who asks, and what others are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from api.problems import conflict
from api.schemas.people import PersonShape
from models.access import Viewer
from models.db import ReadSession
from models.queries import people


def person(viewer: Viewer) -> UUID:
    """Return the key of the person who asks; raises `Problem` 409 for a program."""
    if viewer.user_id is None:
        raise conflict("people_only", "Only people do this, and a program asks.", "Have somebody sign in.")
    return viewer.user_id


async def named(session: ReadSession, ids: Iterable[UUID]) -> Mapping[UUID, PersonShape]:
    """Return people by key; programs are left out."""
    found = await people.member_names(session, tuple(set(ids)))
    return {key: PersonShape(id=key, name=name) for key, name in found.items()}
