"""Records kept up to date with what was approved, corrected and closed, or made anew from everything.

Both ways a cell is computed by the same rules from the contributions that lie in it, so both come to the
same, to the last digit. One transaction at a time works on the records of an organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from operator import add
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import BigInteger, func, literal, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.errors import NotReady
from models.db import Database, ReadSession, Session, organisation_of
from models.queries import cells, contributions, due
from models.queries.contributions import Stretch
from models.record import Rules, Slot
from models.tables import Assessment, Call, Contribution, Deal, Organisation, RecordCell

LOCK = 0x7265636F7264 << 16
"""PostgreSQL advisory locks of records: this, mixed with the organisation's key."""
MARGIN = timedelta(days=1)
"""Clocks were set back over midnight before now: a moment may lie a little outside of its day."""


@dataclass(frozen=True, slots=True)
class Made:
    """What records were made anew: of how many reps; calls, cells, and cells that were not like that."""

    reps: int = 0
    calls: int = 0
    cells: int = 0
    differed: int = 0

    def __add__(self, other: Made) -> Made:
        """Return both together."""
        return Made(*map(add, astuple(self), astuple(other)))


async def refresh(session: Session, rules: Rules, at: datetime, most: int = due.AT_ONCE) -> int:
    """Bring records up to date with some of what is noted, at most so many; return how many notes that were.

    Call it in a transaction of its own, until nothing is left. The notes are read before what they are of:
    a change committed since has a note of its own, which stays.
    """
    await alone(session, organisation_of(session))
    noted = await due.some(session, most)
    if not noted:
        return 0
    zone = await zone_of(session)
    touched = defaultdict[UUID, set[Slot]](set)
    await _calls(session, rules, zone, {row.call_id for row in noted if row.call_id is not None}, touched)
    await _deals(session, rules, zone, {row.deal_id for row in noted if row.deal_id is not None}, touched)
    for rep_id in {row.rep_id for row in noted if row.rep_id is not None}:
        await _whole(session, rules, zone, rep_id, touched, at)
    for rep_id, slots in touched.items():
        await _partly(session, rules, zone, rep_id, slots, at)
    await due.done(session, noted)
    return len(noted)


async def rebuild(database: Database, rules: Rules, organisation_id: UUID, at: datetime) -> Made:
    """Make every record of an organisation anew, each rep's in a transaction of its own."""
    async with database.read(organisation_id) as session:
        reps = await everybody(session)
    made = Made()
    for rep_id in reps:
        made += await _remade(database, rules, organisation_id, rep_id, at)
    return made


async def everybody(session: ReadSession) -> list[UUID]:
    """Return everybody who has a record or should have one."""
    reps = union(
        select(col(Contribution.rep_id)),
        select(col(RecordCell.rep_id)),
        select(col(Deal.rep_id)),
        select(col(Call.rep_id)).where(
            col(Call.id).in_(select(col(Assessment.call_id)).where(contributions.counts()))
        ),
    ).subquery()
    query = select(reps.c.rep_id).where(reps.c.rep_id.is_not(None)).order_by(reps.c.rep_id)
    return list((await session.execute(query)).scalars())


async def move_to(session: AsyncSession, organisation: Organisation, time_zone: str) -> None:
    """Put an organisation into another time zone, and have everybody's record made anew."""
    await alone(session, organisation.id)
    organisation.time_zone = time_zone
    await due.note_everybody(session, organisation.id)


async def hurry(session: Session, most_s: float) -> None:
    """Have a transaction fail where it would wait longer for others; SQLite waits as always."""
    if session.get_bind().dialect.name != "sqlite":
        connection = await session.connection()
        timeout = func.set_config("lock_timeout", f"{most_s * 1000:.0f}ms", True)  # noqa: FBT003 - until the commit
        await connection.execute(select(timeout))


async def alone(session: AsyncSession, organisation_id: UUID, lock: int = LOCK) -> None:
    """Wait until nobody else works on an organisation's records, and keep others waiting until the commit.

    Another `lock` is of something else that one at a time works on. On SQLite who writes is alone already.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    key = (lock ^ organisation_id.int) & (2**63 - 1)
    connection = await session.connection()  # a session of an organisation refuses what names no table
    await connection.execute(select(func.pg_advisory_xact_lock(literal(key, BigInteger))))


async def zone_of(session: ReadSession) -> ZoneInfo:
    """Return the organisation's time zone; raises `NotReady` where the machine does not know it."""
    query = select(col(Organisation.time_zone)).where(col(Organisation.id) == organisation_of(session))
    name = (await session.execute(query)).scalar_one()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NotReady(f"This machine does not know the time zone {name}.", "pip install tzdata") from error


async def _remade(
    database: Database, rules: Rules, organisation_id: UUID, rep_id: UUID, at: datetime
) -> Made:
    async with database.write(organisation_id) as session:
        await alone(session, organisation_of(session))
        zone, touched = await zone_of(session), defaultdict[UUID, set[Slot]](set)
        made = await _whole(session, rules, zone, rep_id, touched, at)
        for other, slots in touched.items():
            await _partly(session, rules, zone, other, slots, at)
    return made


async def _calls(
    session: Session, rules: Rules, zone: ZoneInfo, ids: Collection[UUID], touched: dict[UUID, set[Slot]]
) -> None:
    """Keep what calls bring now, and add the slots that they lay in and lie in."""
    rows, brought = await contributions.kept_rows(session, ids), await contributions.of_calls(session, ids)
    for call in (*map(contributions.kept, rows.values()), *brought.values()):
        touched[call.rep_id].update(rules.slots_of_call(call, zone))
    await contributions.keep(session, rows, brought)


async def _deals(
    session: Session, rules: Rules, zone: ZoneInfo, ids: Collection[UUID], touched: dict[UUID, set[Slot]]
) -> None:
    """Add the slots that deals lie in."""
    for deal in await contributions.of_deals(session, ids):
        touched[deal.rep_id].update(rules.slots_of_deal(deal, zone))


async def _whole(
    session: Session,
    rules: Rules,
    zone: ZoneInfo,
    rep_id: UUID,
    touched: dict[UUID, set[Slot]],
    at: datetime,
) -> Made:
    """Make the record of a rep anew, and add the slots of others in which calls of theirs lay until now."""
    brought = await contributions.of_rep(session, rep_id)
    rows = await contributions.kept_rows_of_rep(session, rep_id)
    rows |= await contributions.kept_rows(session, brought.keys() - rows.keys())
    for call in map(contributions.kept, rows.values()):
        if call.rep_id != rep_id:
            touched[call.rep_id].update(rules.slots_of_call(call, zone))
    await contributions.keep(session, rows, brought)
    deals = await contributions.deals_of_rep(session, rep_id)
    made = rules.cells(rep_id, brought.values(), deals, zone, None)
    differed = await cells.keep(session, await cells.rows(session, rep_id, None), made, at)
    touched.pop(rep_id, None)
    return Made(1, len(brought), len(made), differed)


async def _partly(
    session: Session, rules: Rules, zone: ZoneInfo, rep_id: UUID, slots: Collection[Slot], at: datetime
) -> None:
    """Make some cells of a rep anew, out of the contributions that are kept."""
    within = _stretches(rules.bounds(slot.period, zone) for slot in slots)
    calls = await contributions.kept_of_rep(session, rep_id, within)
    deals = await contributions.deals_of_rep(session, rep_id, within)
    made = rules.cells(rep_id, calls, deals, zone, slots)
    await cells.keep(session, await cells.rows(session, rep_id, slots), made, at)


def _stretches(bounds: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches of time that hold others, each with a margin, as few as there can be."""
    found: list[Stretch] = []
    for begin, end in sorted((begin - MARGIN, end + MARGIN) for begin, end in bounds):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
