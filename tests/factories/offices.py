"""An organisation whose records are kept: calls are approved and deals closed in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from analysis.records.cells import RULES
from core.settings import Settings
from models.call import CallType
from models.db import Database, Session
from models.queries import cells, due, records
from models.record import Cell, Outcome, Period, PeriodKind
from models.tables import Deal, Organisation
from tests.factories.bare_scores import assess, known_scorecard, measured, scorecard
from tests.factories.worlds import BEGAN, World, made

T = TypeVar("T")
AT = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
MARCH = Period(PeriodKind.MONTH, date(2026, 3, 1))


@dataclass
class Office:
    """A world with a database that is open."""

    world: World
    database: Database

    @property
    def organisation_id(self) -> UUID:
        """Return the key of the organisation."""
        return self.world.organisations["acme"].id

    def id(self, name: str) -> UUID:
        """Return the key of a person."""
        return self.world.people[name].id

    async def change(self, act: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Return what is done in a transaction."""
        async with self.database.write(self.organisation_id) as session:
            return await act(session)

    async def drain(self) -> int:
        """Bring records up to date; return how many notes that were."""
        total = 0
        while found := await self.change(lambda session: records.refresh(session, RULES, AT)):
            total += found
        return total

    async def approve(self, name: str = "rep", points: float | None = 80.0, **known: Any) -> UUID:
        """Return a new approved call of a person."""

        async def act(session: Session) -> UUID:
            call = await self.world.add_call(session, name, **known)
            measured(session, call, 40.0, talk_share=0.5, patience=None)
            assess(session, call, await scorecard(session, f"card{call.id.hex}"), points)
            due.note(session, call.organisation_id, call_id=call.id)
            return call.id

        return await self.change(act)

    async def approve_all(self, name: str, depths: Sequence[float], **known: Any) -> list[UUID]:
        """Return new approved calls of a person, by one scorecard, of such depths and as many points."""

        async def act(session: Session) -> list[UUID]:
            version = await known_scorecard(session)
            found = list[UUID]()
            for number, depth in enumerate(depths):
                began = known.get("started_at", BEGAN) + timedelta(minutes=number)
                call = await self.world.add_call(session, name, **{**known, "started_at": began})
                measured(session, call, depth, talk_share=0.5)
                assess(session, call, version, depth)
                due.note(session, call.organisation_id, call_id=call.id)
                found.append(call.id)
            return found

        return await self.change(act)

    async def cell(
        self, name: str = "rep", period: Period = MARCH, call_type: CallType | None = None
    ) -> Cell | None:
        """Return a cell of a person as it is kept."""
        async with self.database.read(self.organisation_id) as session:
            return (await cells.of_rep(session, self.id(name), [period], call_type)).get(period)

    async def move_to(self, zone: str) -> None:
        """Put the organisation into another time zone."""
        async with self.database.system() as session:
            organisation = await session.get_one(Organisation, self.organisation_id)
            await records.move_to(session, organisation, zone)

    async def rows(self, table: Any) -> int:
        """Return how many rows there are."""
        async with self.database.read(self.organisation_id) as session:
            return len((await session.execute(select(table))).scalars().all())

    def deal(self, name: str, outcome: Outcome, opened: str, closed: str | None, **known: Any) -> Deal:
        """Return a deal of a person, opened and closed on days."""
        return Deal(
            organisation_id=self.organisation_id,
            external_id=f"d{known.pop('number', 1)}",
            name="A deal",
            rep_id=self.id(name),
            outcome=outcome,
            opened_at=datetime.fromisoformat(f"{opened}T10:00:00+00:00"),
            closed_at=None if closed is None else datetime.fromisoformat(f"{closed}T10:00:00+00:00"),
            **known,
        )


def at_office(settings: Settings, act: Callable[[Office], Coroutine[Any, Any, None]]) -> None:
    """Do something in an office of a new world."""
    in_world(asyncio.run(made(settings)), act)


def in_world(world: World, act: Callable[[Office], Coroutine[Any, Any, T]]) -> T:
    """Return what is done in the office of a world, on connections of its own."""

    async def inside() -> T:
        database = Database(world.settings)
        try:
            return await act(Office(world, database))
        finally:
            await database.close()

    return asyncio.run(inside())
