"""The records of the year made anew, and changed by approvals that somebody waits for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from analysis.records.cells import RULES
from bench.scale.people import Company
from bench.scale.timing import Timed, client_of
from bench.year import script
from bench.year.acts import act
from bench.year.requests import ADMIN
from core.settings import Settings
from models.assessment import AssessmentState
from models.db import Database
from models.queries import records
from models.tables import Assessment, RecordCell

APPROVALS, CHANGES = 60, 300
Cells = dict[tuple[Any, ...], Any]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """All records made anew: calls that count, cells, seconds."""

    calls: int
    cells: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Changed:
    """Changes made one by one, and how many cells then are not those of all records made anew."""

    changes: int
    differed: int


async def rebuilt(settings: Settings, made: Company) -> Rebuilt:
    """Make every record anew."""
    database = Database(settings)
    try:
        began = time.monotonic()
        found = await records.rebuild(database, RULES, made.id, script.YEAR)
        seconds = time.monotonic() - began
        return Rebuilt(found.calls, len(await _cells(database, made)), seconds)
    finally:
        await database.close()


async def changed(settings: Settings, made: Company, seed: int, changes: int = CHANGES) -> Changed:
    """Change the year here and there, and compare each cell with that of all made anew, to the last digit."""
    database = Database(settings)
    try:
        for number in range(changes):
            await act(database, made, f"{seed} {number}")
            await _drain(database, made)
        before = await _cells(database, made)
        await records.rebuild(database, RULES, made.id, script.YEAR)
        after = await _cells(database, made)
    finally:
        await database.close()
    return Changed(changes, sum(before.get(key) != after.get(key) for key in before.keys() | after.keys()))


async def waiting(settings: Settings, made: Company, limit: int = APPROVALS) -> Sequence[UUID]:
    """Return scores that wait for a decision."""
    database = Database(settings)
    try:
        async with database.read(made.id) as session:
            query = (
                select(col(Assessment.id))
                .where(
                    col(Assessment.state) == AssessmentState.PROPOSED,
                    col(Assessment.points).is_not(None),
                )
                .order_by(col(Assessment.id).desc())
                .limit(limit)
            )
            return (await session.execute(query)).scalars().all()
    finally:
        await database.close()


def approvals(address: str, scores: Sequence[UUID]) -> Timed:
    """Return how long approvals took, each until the record of the rep shows it."""
    took = list[float]()
    with client_of(address, ADMIN) as client:
        client.headers["origin"] = address
        for key in scores:
            shown = client.get(f"/v1/assessments/{key}").raise_for_status().json()
            call = client.get(f"/v1/calls/{shown['call_id']}").raise_for_status().json()
            asked = {"period": "day", "until": call["started_at"][:10], "periods": 1, "measure": "score"}
            url = f"/v1/users/{shown['rep_id']}/record"
            before = _counted(client.get(url, params=asked).raise_for_status().json())
            began = time.perf_counter()
            client.post(f"/v1/assessments/{key}/moves", json={"move": "approve"}).raise_for_status()
            while _counted(client.get(url, params=asked).raise_for_status().json()) == before:
                pass
            took.append((time.perf_counter() - began) * 1000)
    return Timed("approval, until the record shows it", tuple(took), 0)


def _counted(record: dict[str, Any]) -> int:
    return sum(period["calls"] for period in record["periods"])


async def _drain(database: Database, made: Company) -> None:
    noted = 1
    while noted:
        async with database.write(made.id) as session:
            noted = await records.refresh(session, RULES, script.YEAR)


async def _cells(database: Database, made: Company) -> Cells:
    async with database.read(made.id) as session:
        rows = (await session.execute(select(RecordCell))).scalars()
        return {(row.rep_id, row.kind, row.start, row.call_type): (row.calls, row.content) for row in rows}
