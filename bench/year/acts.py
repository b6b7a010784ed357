"""Things that people do to a year that is over, each by the code of the service."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from bench.scale.people import Company
from bench.year import script
from models.access import Reach, Viewer
from models.assessment import MoveName
from models.db import Database, Session
from models.deal import DealGiven
from models.queries import changes, deals, deletion, reviewing
from models.record import Outcome
from models.tables import Assessment, Call, Deal

AT = script.YEAR + timedelta(days=script.DAYS + 1)
THERE = col(Call.deleted_at).is_(None)
Act = Callable[[Session, Company, random.Random], Awaitable[None]]


async def act(database: Database, made: Company, seed: str) -> None:
    """Have somebody do something, the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up deeds
    async with database.write(made.id) as session:
        await chance.choice(ACTS)(session, made, chance)


async def _decide_anew(session: Session, made: Company, chance: random.Random) -> None:
    """A score that was decided on is reopened, and approved or rejected."""
    key = await _some(session, col(Assessment.id), col(Assessment.decided_at).is_not(None), chance)
    admin = made.callers["admin"].id
    found = await reviewing.locked(session, Viewer(made.id, admin, admin, Reach.ALL), key)
    if found is None:
        return
    reviewing.move(session, found, MoveName.REOPEN, admin, AT, "Once more.")
    if chance.random() < 0.8:  # noqa: PLR2004 - the others stay open
        name = chance.choice((MoveName.APPROVE, MoveName.REJECT))
        reviewing.move(session, found, name, admin, AT, "Decided." if name is MoveName.REJECT else "")


async def _move_call(session: Session, made: Company, chance: random.Random) -> None:
    """A call becomes another's, of another type, or of another day."""
    call = await session.get_one(
        Call, await _some(session, col(Call.id), col(Call.deleted_at).is_(None), chance)
    )
    values: dict[str, Any] = {
        "rep_id": chance.choice(made.reps).id,
        "call_type": chance.choice(script.TYPES),
        "started_at": call.started_at + timedelta(days=chance.uniform(-40, 40)),
    }
    changes.change(session, call, dict([chance.choice(list(values.items()))]), None, AT)


async def _delete_call(session: Session, _made: Company, chance: random.Random) -> None:
    """A call is deleted."""
    await deletion.erase(
        session, await _some(session, col(Call.id), col(Call.deleted_at).is_(None), chance), AT
    )


async def _tell_deal(session: Session, made: Company, chance: random.Random) -> None:
    """A deal is given to another, open again, or comes to something else."""
    row = await session.get_one(Deal, await _some(session, col(Deal.id), col(Deal.name) != "", chance))
    outcome, closed_at = chance.choice(list(Outcome)), row.opened_at + timedelta(days=chance.uniform(1, 90))
    values: dict[str, Any] = {
        "rep_id": chance.choice(made.reps).id,
        "outcome": outcome,
        "amount": float(chance.randint(1, 90) * 700),
        "closed_at": None if outcome is Outcome.OPEN else closed_at,
    }
    await deals.tell(session, [DealGiven(row.external_id, values)], AT)


ACTS: tuple[Act, ...] = (_decide_anew, _decide_anew, _move_call, _delete_call, _tell_deal)


async def _some(session: Session, key: Any, condition: Any, chance: random.Random) -> UUID:
    """Return the key of one row of those that a condition lets through: keys grow with time."""
    keys = (await session.execute(select(key).where(condition).order_by(key))).scalars().all()
    found: UUID = chance.choice(keys)
    return found
