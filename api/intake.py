"""What is said of a recording that is handed in, read out of a query, a form or JSON, and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.problems import Problem, invalid
from api.routes.users import no_such_team
from api.schemas.calls import CallFacts
from api.service import Service
from models.access import Reach, Viewer
from models.call import CallDetails, Priority, Source
from models.db import ReadSession
from models.queries import access, people

CRM = "crm."
OWN_WORDS = frozenset({"filename", "force"})
"""Keys of a query or form that are not about the call."""
TRUE = frozenset({"1", "true", "yes", "on"})

T = TypeVar("T", bound=CallFacts)


def from_text(said: Mapping[str, str]) -> CallFacts:
    """Return facts out of a query or the fields of a form, where ids in a CRM are `crm.NAME`.

    Empty values, as browsers send for fields left empty, are taken as left out.
    """
    facts: dict[str, Any] = {}
    for name, value in said.items():
        if name in OWN_WORDS or not value:
            continue
        if name.startswith(CRM):
            facts.setdefault("crm", {})[name.removeprefix(CRM)] = value
        else:
            facts[name] = value
    return checked(CallFacts, facts)


def from_json(kind: type[T], body: bytes) -> T:
    """Return facts out of JSON; raises `RequestValidationError` where they are not as they must be."""
    try:
        return checked(kind, json.loads(body))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            raise
        raise invalid("malformed_json", "The body is no JSON.", "Send a JSON object.") from error


def checked(kind: type[T], said: object) -> T:
    """Return facts; raises `RequestValidationError`, which is answered field by field."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_context=False)) from error


def forced(said: Mapping[str, str]) -> bool:
    """Return whether a new call is wanted even of bytes that are here already."""
    return said.get("force", "").lower() in TRUE


async def details(
    service: Service, viewer: Viewer, facts: CallFacts, source: Source, name: str, *, force: bool
) -> CallDetails:
    """Return what is recorded of a call; raises `Problem` where the rep or team is out of reach.

    Who reaches only their own hands in their own; who reaches a team, for the team.
    """
    least, most = facts.speakers_least, facts.speakers_most
    if least is not None and most is not None and least > most:
        raise invalid("speakers_reversed", "speakers_least is more than speakers_most.", "Swap them.")
    rep_id, team_id = await belongs(service, viewer, facts)
    told = facts.model_dump(exclude={"rep_id", "rep_email", "team_id", "urgent", "url"})
    return CallDetails(
        source=source,
        name=name,
        rep_id=rep_id,
        team_id=team_id,
        priority=Priority.URGENT if facts.urgent else Priority.NORMAL,
        force=force,
        created_by=viewer.principal_id,
        **told,
    )


async def belongs(service: Service, viewer: Viewer, facts: CallFacts) -> tuple[UUID | None, UUID | None]:
    """Return whose a new call is: as asked where that is within reach, else the viewer's or their team's."""
    async with service.database.read(viewer.organisation_id) as session:
        rep_id, team_id = facts.rep_id, facts.team_id
        if rep_id is None and facts.rep_email is not None:
            rep_id = await people.by_email(session, viewer, facts.rep_email)
            if rep_id is None:
                raise _no_such_rep()
        await within_reach(session, viewer, rep_id, team_id)
    if rep_id is not None or viewer.reach is Reach.ALL:
        return rep_id, team_id
    if viewer.reach is Reach.OWN or (team_id is None and viewer.team_id is None):
        return viewer.user_id, team_id
    return None, team_id or viewer.team_id


async def within_reach(
    session: ReadSession, viewer: Viewer, rep_id: UUID | None, team_id: UUID | None
) -> None:
    """Raise `Problem` 422 for a rep or team that is not there or that the viewer may not give calls to."""
    if rep_id is not None and await people.user(session, viewer, rep_id) is None:
        raise _no_such_rep()
    if team_id is None:
        return
    own = team_id == viewer.team_id if viewer.reach is Reach.OWN else team_id in viewer.team_ids
    everywhere = viewer.reach is Reach.ALL and bool(await access.subtree(session, team_id))
    if not own and not everywhere:
        raise no_such_team()


def _no_such_rep() -> Problem:
    return invalid(
        "no_such_rep",
        "There is no such person, or nobody whose calls you may hand in.",
        "Take one that /v1/users lists.",
    )
