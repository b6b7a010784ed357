"""Which organisation is meant where only a name is given, or nothing."""

from __future__ import annotations

from core.errors import Rejected
from models.db import SystemSession
from models.queries.people import organisations
from models.tables import Organisation

NAMELESS = "Main"
"""What the first organisation is called where nobody named it."""


async def chosen(session: SystemSession, name: str = "") -> Organisation:
    """Return the organisation of a name; without one, the only organisation there is.

    Raises `Rejected` where there is none or more than one.
    """
    found = await organisations(session, name)
    if len(found) == 1:
        return found[0]
    if not found:
        reason = f"There is no organisation named '{name}'." if name else "There is no organisation yet."
        raise Rejected("no_organisation", reason, "Create it, or mend the name.")
    which = f"named '{name}'" if name else "here"
    raise Rejected(
        "organisation_ambiguous",
        f"There are {len(found)} organisations {which}.",
        "Name the one that is meant; names must differ.",
    )


async def founded(session: SystemSession, name: str = "") -> Organisation:
    """Return the organisation of a name, new where there is none of it; without a name, the only one.

    The first of an installation needs no name. Raises `Rejected` where more than one is meant.
    """
    if await organisations(session, name):
        return await chosen(session, name)
    made = Organisation(name=name or NAMELESS)
    session.add(made)
    await session.flush()
    return made
