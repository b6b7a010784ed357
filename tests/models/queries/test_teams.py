"""The tree of teams, on every database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from core.clock import now
from core.errors import Rejected
from core.settings import Settings
from models.access import Reach
from models.db import Session
from models.queries import access, teams
from models.tables import Team
from tests.factories.worlds import World, made

T = TypeVar("T")


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def within(world: World, work: Callable[[Session], Awaitable[T]]) -> T:
    async def run() -> T:
        async with world.writing() as session:
            return await work(session)

    return asyncio.run(run())


def move(world: World, name: str, parent_id: UUID | None) -> None:
    async def work(session: Session) -> None:
        await teams.move(session, await session.get_one(Team, world.teams[name].id), parent_id, now())

    within(world, work)


def below(world: World, name: str) -> set[UUID]:
    return set(within(world, lambda session: access.subtree(session, world.teams[name].id)))


def test_moving_a_team_takes_along_what_is_below(world: World) -> None:
    ids = {name: team.id for name, team in world.teams.items()}
    under = within(world, lambda session: teams.add(session, "north", ids["east"]))
    move(world, "east", ids["support"])
    assert below(world, "sales") == {ids["sales"]}
    assert below(world, "support") == {ids["support"], ids["east"], under.id}
    move(world, "east", None)
    assert below(world, "support") == {ids["support"]}
    assert below(world, "east") == {ids["east"], under.id}
    paths = within(world, lambda s: teams.seen(s, world.viewer("admin", reach=Reach.ALL)))
    by_id = {team.id: team for team in paths}
    for team in paths:
        above = by_id[team.parent_id].path if team.parent_id else ""
        assert team.path == f"{above}{team.id.hex}/"


def test_a_team_never_comes_to_be_inside_itself(world: World) -> None:
    with pytest.raises(Rejected, match="inside itself"):
        move(world, "sales", world.teams["east"].id)
    with pytest.raises(Rejected, match="inside itself"):
        move(world, "sales", world.teams["sales"].id)


def test_a_team_needs_a_parent_that_is_there(world: World) -> None:
    with pytest.raises(Rejected, match="no such team"):
        move(world, "sales", uuid4())


def test_teams_go_so_deep_and_no_deeper(world: World) -> None:
    parent: UUID | None = None

    async def chain(session: Session) -> list[Team]:
        nonlocal parent
        made_teams = []
        for level in range(teams.DEEPEST):
            made_teams.append(await teams.add(session, f"level {level}", parent))
            parent = made_teams[-1].id
        return made_teams

    levels = within(world, chain)
    with pytest.raises(Rejected, match="levels deep"):
        within(world, lambda session: teams.add(session, "too deep", parent))
    with pytest.raises(Rejected, match="levels deep"):
        move(world, "sales", levels[-2].id)
    move(world, "sales", levels[-3].id)
