"""Versions of the formula in the database: numbered, moved, one in use at a time."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

import pytest

from core.settings import Settings
from models.access import Reach, Viewer
from models.db import Database
from models.deal import DealGiven
from models.queries import deals, formulas
from models.record import Figure, Formula, Period, PeriodKind, Term
from models.scorecard import Target
from models.tables import FormulaVersion, RecordCell, ScorecardRow
from models.versions import VersionMoveName, VersionState
from tests.factories.worlds import World, made

AT = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
FORMULA = Formula("F", (Term("score", 1, Target(low=80, fade=80)),))
MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def test_versions_added_and_put_to_use_at_once_have_numbers_of_their_own_and_one_is_in_use(
    world: World,
) -> None:
    organisation_id = world.organisations["acme"].id

    async def add(database: Database) -> FormulaVersion:
        async with database.write(organisation_id) as session:
            return await formulas.add(session, FORMULA, "", None, AT)

    async def use(database: Database, version: FormulaVersion) -> None:
        async with database.write(organisation_id) as session:
            found = await formulas.find(session, version.id, lock=True)
            assert found is not None
            await formulas.move(session, found, VersionMoveName.ACTIVATE, AT)

    async def work() -> list[FormulaVersion]:
        database = Database(world.settings)
        try:
            added = await asyncio.gather(*(add(database) for _ in range(4)))
            await asyncio.gather(*(use(database, version) for version in added))
            async with database.read(organisation_id) as session:
                assert {one.number for one in await formulas.used(session)} == {1, 2, 3, 4}
                return list(await formulas.every(session))
        finally:
            await database.close()

    versions = asyncio.run(work())
    assert [one.number for one in versions] == [4, 3, 2, 1]
    states = [one.state for one in versions]
    assert (states.count(VersionState.ACTIVE), states.count(VersionState.RETIRED)) == (1, 3)
    assert all((one.retired_at is not None) is (one.state is VersionState.RETIRED) for one in versions)


def test_a_viewer_sees_the_cells_of_people_within_reach(world: World) -> None:
    async def fill() -> None:
        async with world.writing() as session:
            for name in ("rep", "mate", "outsider"):
                for kind, call_type in ((MARCH.kind, "all"), (MARCH.kind, "demo"), (PeriodKind.WEEK, "all")):
                    session.add(
                        RecordCell(
                            organisation_id=world.organisations["acme"].id,
                            rep_id=world.people[name].id,
                            kind=kind,
                            start=MARCH.start,
                            call_type=call_type,
                            calls=4,
                            content={"score": [4, 50.0, 3.0], "deals_won": [2, 2.0, None]},
                        )
                    )

    async def seen(viewer: Viewer) -> list[str]:
        async with world.writing() as session:
            found = await formulas.cells(session, viewer, MARCH)
        for cell, _ in found:
            assert (cell.period, cell.call_type, cell.calls) == (MARCH, None, 4)
            assert dict(cell.figures) == {
                "score": Figure(4, 50.0, 3.0),
                "deals_won": Figure(2, 2.0),
            }
        return [name for _, name in found]

    asyncio.run(fill())
    east = (world.teams["east"].id,)
    assert asyncio.run(seen(world.viewer("rep", reach=Reach.OWN))) == ["Rep"]
    assert asyncio.run(seen(world.viewer("coach", reach=Reach.TEAM, team_ids=east))) == ["Mate", "Rep"]
    assert asyncio.run(seen(world.viewer("admin", reach=Reach.ALL))) == ["Mate", "Outsider", "Rep"]


def test_measures_are_named_after_scorecards_stages_and_currencies_of_the_organisation(world: World) -> None:
    async def work() -> object:
        async with world.writing() as session:
            organisation_id = world.organisations["acme"].id
            session.add(ScorecardRow(organisation_id=organisation_id, key="first", name="First talk"))
            values = {"name": "A", "rep_id": world.people["rep"].id, "opened_at": AT, "stage": "Demo"}
            told = [DealGiven("d1", {**values, "currency": "EUR"}), DealGiven("d2", values)]
            await deals.tell(session, told, AT)
            return await formulas.names(session)

    assert asyncio.run(work()) == ({"first": "First talk"}, {"Demo"}, {"EUR"})
