"""Deals: told of over and over, kept once, listed and removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlmodel import col

from core.errors import Rejected
from core.ids import new_id
from models.access import Viewer
from models.db import ReadSession, Session, organisation_of
from models.deal import DealFacts, DealGiven, Reached, told
from models.queries import access, due
from models.record import Outcome
from models.tables import Deal, User

PLAIN = tuple(one.name for one in fields(DealFacts) if one.name != "stages")
"""Columns that hold a fact as it is."""
FEW = 5
"""Deals of one rep, changed at once, that are due one by one; of more, all that the rep has is due."""
MOVING = ("rep_id", "opened_at", "closed_at")
"""Facts that say in whose record a deal is, and in which periods."""


class Told(StrEnum):
    """What telling of a deal did."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class DealFilter:
    """Which deals; None lets every deal through. `updated_since` is then or later."""

    rep_id: UUID | None = None
    team_ids: tuple[UUID, ...] | None = None
    outcome: Outcome | None = None
    updated_since: datetime | None = None


async def page(
    session: ReadSession, viewer: Viewer, wanted: DealFilter, after: UUID | None, limit: int
) -> Sequence[Deal]:
    """Return at most `limit` deals that a viewer sees, those after a key, the oldest first."""
    named: tuple[tuple[Any, Any], ...] = (
        (after, col(Deal.id).__gt__),
        (wanted.rep_id, col(Deal.rep_id).__eq__),
        (wanted.team_ids, col(User.team_id).in_),
        (wanted.outcome, col(Deal.outcome).__eq__),
        (wanted.updated_since, col(Deal.updated_at).__ge__),
    )
    conditions = [condition(value) for value, condition in named if value is not None]
    query = _seen(viewer).where(*conditions).order_by(col(Deal.id)).limit(limit)
    return (await session.execute(query)).scalars().all()


async def find(session: ReadSession, viewer: Viewer, deal_id: UUID, *, lock: bool = False) -> Deal | None:
    """Return a deal that a viewer sees; locked, until the transaction ends."""
    query = _seen(viewer).where(col(Deal.id) == deal_id)
    found = await session.execute(query.with_for_update(of=Deal) if lock else query)
    return found.scalar_one_or_none()


async def tell(session: Session, given: Sequence[DealGiven], at: datetime) -> list[Told | Rejected]:
    """Write what is told of deals, one after the other, and that records may change.

    Returns of each what that did, or why it cannot be. Telling the same again writes nothing.
    """
    kept = await _kept(session, {one.external_id for one in given})
    done, touched, left = list[Told | Rejected](), dict[UUID, Deal](), set[UUID]()
    for one in given:
        row = kept.get(one.external_id)
        before = None if row is None else facts(row)
        try:
            known = told(one, before, at)
        except Rejected as refused:
            done.append(refused)
            continue
        if known == before:
            done.append(Told.UNCHANGED)
            continue
        if row is None:
            row = kept[one.external_id] = _new(organisation_of(session), known, at)
            session.add(row)
            done.append(Told.CREATED)
        else:
            left |= _write(row, known, at)
            done.append(Told.CHANGED)
        touched[row.id] = row
    _note(session, touched.values(), left)
    return done


async def remove(session: Session, deal: Deal) -> None:
    """Remove a deal; the record of its rep may change."""
    if deal.rep_id is not None:
        due.note(session, deal.organisation_id, rep_id=deal.rep_id)
    await session.delete(deal)


async def reps(
    session: ReadSession, emails: Collection[str], ids: Collection[UUID]
) -> tuple[Mapping[str, UUID], frozenset[UUID]]:
    """Return of e-mail addresses (lower case) and keys the users that there are."""
    query = select(col(User.email), col(User.id)).where(col(User.email).in_(emails) | col(User.id).in_(ids))
    found = dict((await session.execute(query)).all())
    return found, frozenset(found.values())


def facts(row: Deal) -> DealFacts:
    """Return what is known of a deal."""
    stages = tuple(Reached(stage, datetime.fromisoformat(at)) for stage, at in row.stages)
    return DealFacts(**{name: getattr(row, name) for name in PLAIN}, stages=stages)


async def stages(session: ReadSession) -> frozenset[str]:
    """Return every stage that a deal came to."""
    if session.get_bind().dialect.name == "sqlite":
        one = func.json_each(col(Deal.stages)).table_valued("value")
        name = func.json_extract(one.c.value, "$[0]")
    else:
        one = func.json_array_elements(col(Deal.stages)).table_valued("value")
        name = func.json_extract_path_text(one.c.value, "0")
    query = select(name).select_from(Deal).join(one, true()).distinct()
    return frozenset((await session.execute(query)).scalars())


async def currencies(session: ReadSession) -> frozenset[str]:
    """Return every currency that the amount of a deal is in."""
    query = select(col(Deal.currency)).where(col(Deal.currency).is_not(None)).distinct()
    return frozenset(one for one in (await session.execute(query)).scalars() if one is not None)


def _seen(viewer: Viewer) -> Select[Deal]:
    return select(Deal).outerjoin(User, col(User.id) == col(Deal.rep_id)).where(access.deals(viewer))


async def _kept(session: Session, external_ids: Collection[str]) -> dict[str, Deal]:
    """Return deals by external id, locked until the transaction ends."""
    query = select(Deal).where(col(Deal.external_id).in_(external_ids)).order_by(col(Deal.id))
    rows = (await session.execute(query.with_for_update())).scalars()
    return {row.external_id: row for row in rows}


def _new(organisation_id: UUID, known: DealFacts, at: datetime) -> Deal:
    return Deal(organisation_id=organisation_id, id=new_id(), created_at=at, updated_at=at, **_columns(known))


def _write(row: Deal, known: DealFacts, at: datetime) -> set[UUID]:
    """Write what is known of a deal; return the rep whose record it leaves, or in whose it moves."""
    moved = any(getattr(row, name) != getattr(known, name) for name in MOVING)
    left = {row.rep_id} if moved and row.rep_id is not None else set[UUID]()
    for name, value in _columns(known).items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, at
    return left


def _note(session: Session, touched: Collection[Deal], left: Collection[UUID]) -> None:
    """Note what may change records, the less the better: deals, and reps with all that they have."""
    of_rep = Counter(deal.rep_id for deal in touched)
    reps = {rep_id for rep_id, number in of_rep.items() if rep_id is not None and number > FEW} | {*left}
    for rep_id in sorted(reps):
        due.note(session, organisation_of(session), rep_id=rep_id)
    for deal in touched:
        if deal.rep_id not in reps:
            due.note(session, organisation_of(session), deal_id=deal.id)


def _columns(known: DealFacts) -> dict[str, Any]:
    """Return what is known of a deal as it is kept."""
    stages = [[one.stage, one.at.isoformat()] for one in known.stages]
    return {**{name: getattr(known, name) for name in PLAIN}, "stages": stages}
