"""Versions of scorecards and of formulas: every move, legal and illegal, in every state, by every role."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from sqlmodel import col

from analysis.records.shipped import SHIPPED
from analysis.scorecards.document import shipped
from core.clock import now
from models.access import RULES, Permission, Reach
from models.db import Session
from models.queries import formulas, scorecards
from models.tables import FormulaVersion, ScorecardRow, ScorecardVersion
from models.versions import VERSION_MOVE, VersionMoveName, VersionState, legal
from tests.api.conftest import Running
from tests.factories.worlds import World

Version = FormulaVersion | ScorecardVersion
CARD = replace(shipped()[0], key="mine")


@dataclass(frozen=True)
class Kind:
    """Something that has versions: where they are, what changes one, and how one is made."""

    path: str
    given: dict[str, Any]
    make: Callable[[Session, UUID, VersionState, bool], Awaitable[Version]]


async def a_formula(session: Session, organisation_id: UUID, state: VersionState, locked: bool) -> Version:  # noqa: FBT001
    numbers = (await session.execute(select(col(FormulaVersion.number)))).scalars().all()
    return FormulaVersion(
        organisation_id=organisation_id,
        number=max(numbers, default=0) + 1,
        state=state,
        content=formulas.plain(SHIPPED[0]),
        locked_at=now() if locked else None,
    )


async def a_scorecard(session: Session, organisation_id: UUID, state: VersionState, locked: bool) -> Version:  # noqa: FBT001
    """Return the only version of a scorecard of its own; its key is that of what changes it."""
    for row in (await session.execute(select(ScorecardRow))).scalars():
        row.key = f"k{uuid4().hex}"
    await session.flush()
    card = ScorecardRow(organisation_id=organisation_id, key=CARD.key, name=CARD.name)
    session.add(card)
    await session.flush()
    return ScorecardVersion(
        organisation_id=organisation_id,
        scorecard_id=card.id,
        number=1,
        state=state,
        content=scorecards.plain(CARD),
        locked_at=now() if locked else None,
    )


KINDS = (
    Kind("/v1/formulas/versions", {"formula": formulas.plain(SHIPPED[1]), "note": ""}, a_formula),
    Kind("/v1/scorecards/versions", scorecards.plain(CARD), a_scorecard),
)


def made(world: World, kind: Kind, state: VersionState, *, locked: bool) -> UUID:
    """Return the key of a version in a state."""

    async def work() -> UUID:
        async with world.writing() as session:
            found = await kind.make(session, world.organisations["acme"].id, state, locked)
            session.add(found)
            return found.id

    return asyncio.run(work())


def ask(client: TestClient, kind: Kind, name: VersionMoveName, version_id: UUID) -> Response:
    at = f"{kind.path}/{version_id}"
    match name:
        case VersionMoveName.EDIT:
            return client.put(at, json=kind.given)
        case VersionMoveName.REMOVE:
            return client.delete(at)
        case VersionMoveName.COPY:
            return client.post(f"{at}/copy")
    return client.post(f"{at}/moves", json={"move": str(name)})


@pytest.mark.parametrize("kind", KINDS, ids=("formula", "scorecard"))
@pytest.mark.parametrize(
    ("name", "state", "locked"), list(product(VersionMoveName, VersionState, (False, True))), ids=str
)
def test_a_move_is_made_by_who_may_where_the_table_has_it(
    there: Running,
    kind: Kind,
    name: VersionMoveName,
    state: VersionState,
    locked: bool,  # noqa: FBT001 - of the table
) -> None:
    allowed = VERSION_MOVE[name] in list(legal(state, locked=locked))
    for role in ("rep", "coach", "manager", "admin", "foreigner"):
        key = made(there.world, kind, state, locked=locked)
        answer = ask(there.signed(role), kind, name, key)
        may = RULES[Permission.EDIT_SCORECARDS].reach(there.world.people[role].role) is not Reach.NONE
        after = there.signed("admin").get(f"{kind.path}/{key}")
        if role == "foreigner":
            assert (answer.status_code, after.json()["state"]) == (404, state)
        elif not may:
            assert (answer.status_code, after.json()["state"]) == (403, state)
        elif not allowed:
            assert (answer.status_code, after.json()["state"]) == (422, state)
            wrong = state not in VERSION_MOVE[name].before
            assert answer.json()["code"] == ("wrong_state" if wrong else "locked")
        else:
            assert answer.is_success, answer.text
            gone = name is VersionMoveName.REMOVE
            assert after.status_code == (404 if gone else 200)
            assert gone or after.json()["state"] == (VERSION_MOVE[name].after or state)
