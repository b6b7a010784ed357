"""The year put into an empty database."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any

import asyncpg

from analysis.scorecards.document import shipped
from bench.scale.load import add_people, copied
from bench.scale.people import Company, company, give_secrets
from bench.year import script
from bench.year.rows import Maker
from core.settings import Settings
from models.call import CallType
from models.db import Database
from models.migrate import upgrade
from models.queries import deals, formulas, scorecards
from models.record import Formula, Term
from models.scorecard import InForce, Target
from models.tables import TenantRow
from models.versions import VersionMoveName

REPS = 60
TOGETHER = 500
"""Calls copied together."""
FORMULAS = (
    Formula(
        "Way and result",
        (Term("score", 3, Target(low=80, fade=60)), Term("win_rate", 2, Target(low=0.5, fade=0.5))),
    ),
    Formula(
        "More on the conversation",
        (
            Term("score", 3, Target(low=80, fade=60)),
            Term("depth", 2, Target(low=70, fade=50)),
            Term("win_rate", 1, Target(low=0.5, fade=0.5)),
        ),
    ),
)
"""The formula in use, and the one tried beside it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was put in: the organisation, calls, deals; and how long that took, seconds."""

    company: Company
    calls: int
    deals: int
    seconds: float


def organisation(seed: int) -> Company:
    """Return the organisation, the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up people
    made = company(chance, "Acme", REPS)
    give_secrets(made, chance)
    return made


async def fill(settings: Settings, count: int, seed: int) -> Filled:
    """Put the year into a PostgreSQL database that was empty."""
    began, database, made = time.monotonic(), Database(settings), organisation(seed)
    try:
        await upgrade(database)
        await add_people(database, made)
        maker = Maker(made, await _rules(database, made), seed)
        await _copy(settings.database.url.get_secret_value(), maker, count, seed)
        told = await _deals(database, made, maker.skills, seed)
    finally:
        await database.close()
    return Filled(made, count, told, time.monotonic() - began)


async def _rules(database: Database, made: Company) -> Mapping[CallType, Sequence[InForce]]:
    """Put the shipped scorecards, for short calls too, and two formulas to use; return what scores what."""
    found = defaultdict[CallType, list[InForce]](list)
    async with database.write(made.id) as session:
        for card in shipped():
            short = replace(card, applies=replace(card.applies, least_s=0.0), coverage=0.3)
            row, version = await scorecards.add(session, short, None, script.YEAR)
            await scorecards.move(session, row, version, VersionMoveName.ACTIVATE, script.YEAR)
            version.locked_at = script.YEAR
            for call_type in short.applies.call_types:
                found[call_type].append(InForce(version.id, short))
        for formula, move in zip(FORMULAS, (VersionMoveName.ACTIVATE, VersionMoveName.TRY_OUT), strict=True):
            kept = await formulas.add(session, formula, "", None, script.YEAR)
            await formulas.move(session, kept, move, script.YEAR)
    return found


async def _copy(url: str, maker: Maker, count: int, seed: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        # The rows name only rows that are there; checking each of a million would take minutes.
        await connection.execute("SET session_replication_role = replica")
        planned = script.calls(REPS, count, seed)
        while batch := list(islice(planned, TOGETHER)):
            rows = defaultdict[type[TenantRow], list[Mapping[str, Any]]](list)
            for table, row in (one for call in batch for one in maker.rows(call)):
                rows[table].append(row)
            await copied(connection, rows)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _deals(database: Database, made: Company, skills: Sequence[float], seed: int) -> int:
    told, given = 0, script.deals(skills, [rep.id for rep in made.reps], seed)
    while batch := list(islice(given, TOGETHER)):
        async with database.write(made.id) as session:
            await deals.tell(session, batch, script.YEAR + timedelta(days=script.DAYS))
        told += len(batch)
    return told
