"""Calls listed: filtered, sorted and paged by key, so that the last page costs what the first does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from models.access import Viewer
from models.call import CallState, CallType, Direction
from models.db import ReadSession
from models.queries import access
from models.queries.search import matching
from models.search import Term
from models.tables import Call


class Sort(StrEnum):
    """What calls can be sorted by."""

    STARTED_AT = "started_at"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    DURATION = "duration"
    DEPTH = "depth"


COLUMNS: dict[Sort, Any] = {
    Sort.STARTED_AT: col(Call.started_at),
    Sort.CREATED_AT: col(Call.created_at),
    Sort.UPDATED_AT: col(Call.updated_at),
    Sort.DURATION: col(Call.duration_s),
    Sort.DEPTH: col(Call.depth),
}
NULLABLE = frozenset({Sort.DURATION, Sort.DEPTH})
"""Measures that a call may lack: sorted by one of them, only the calls that have it are listed."""


Condition = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Order:
    """Sorted by what, and which way; the key of the call settles ties."""

    by: Sort = Sort.STARTED_AT
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the last call's value of what is sorted by, and its key."""

    value: datetime | float
    call_id: UUID


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls; None and nothing let every call through. Times are halfopen: from, not to."""

    states: tuple[CallState, ...] = ()
    rep_id: UUID | None = None
    team_ids: tuple[UUID, ...] | None = None
    call_types: tuple[CallType, ...] = ()
    direction: Direction | None = None
    started_from: datetime | None = None
    started_to: datetime | None = None
    updated_since: datetime | None = None
    external_id: str | None = None
    language: str | None = None
    depth_from: float | None = None
    depth_to: float | None = None
    terms: tuple[Term, ...] = ()
    deleted: bool = False


async def page(
    session: ReadSession, viewer: Viewer, wanted: Filter, order: Order, after: Place | None, limit: int
) -> Sequence[Call]:
    """Return at most `limit` calls that a viewer sees, those after a place."""
    column, key = COLUMNS[order.by], col(Call.id)
    query = select(Call).where(access.calls(viewer), *_conditions(wanted))
    if wanted.terms and wanted.deleted:
        return ()  # nothing that was said in them is kept
    if wanted.terms:
        query = query.where(await matching(session, wanted.terms, wanted.language))
    if order.by in NULLABLE:
        query = query.where(column.is_not(None))
    if after is not None:
        query = query.where(_beyond(order, after))
    sorting = (column.desc(), key.desc()) if order.descending else (column.asc(), key.asc())
    return (await session.execute(query.order_by(*sorting).limit(limit))).scalars().all()


def place(call: Call, order: Order) -> Place:
    """Return the place of a call in an order."""
    values: dict[Sort, datetime | float | None] = {
        Sort.STARTED_AT: call.started_at,
        Sort.CREATED_AT: call.created_at,
        Sort.UPDATED_AT: call.updated_at,
        Sort.DURATION: call.duration_s,
        Sort.DEPTH: call.depth,
    }
    value = values[order.by]
    if value is None:
        raise ValueError(f"a call without {order.by} is not in that order")
    return Place(value, call.id)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what a call must be."""
    named: tuple[tuple[Any, Condition], ...] = (
        (wanted.rep_id, col(Call.rep_id).__eq__),
        (wanted.direction, col(Call.direction).__eq__),
        (wanted.external_id, col(Call.external_id).__eq__),
        (wanted.language, col(Call.spoken_language).__eq__),
        (wanted.started_from, col(Call.started_at).__ge__),
        (wanted.started_to, col(Call.started_at).__lt__),
        (wanted.updated_since, col(Call.updated_at).__ge__),
        (wanted.depth_from, col(Call.depth).__ge__),
        (wanted.depth_to, col(Call.depth).__le__),
        (wanted.states or None, partial(_one_of, col(Call.state))),
        (wanted.call_types or None, partial(_one_of, col(Call.call_type))),
        (wanted.team_ids, col(Call.team_id).in_),
    )
    found = [condition(value) for value, condition in named if value is not None]
    gone = col(Call.deleted_at)
    found.append(gone.is_not(None) if wanted.deleted else gone.is_(None))
    return found


def _one_of(column: Any, values: Sequence[StrEnum]) -> ColumnElement[bool]:
    """Return that a column holds one of the values; a single one is compared, so that an index sorts on."""
    condition: ColumnElement[bool] = column == values[0] if len(values) == 1 else column.in_(values)
    return condition


def _beyond(order: Order, after: Place) -> ColumnElement[bool]:
    """Return that a call comes after a place in an order.

    The first comparison bounds the scan of an index, the second parts equal values.
    """
    column, key = COLUMNS[order.by], col(Call.id)
    if order.descending:
        return and_(column <= after.value, or_(column < after.value, key < after.call_id))
    return and_(column >= after.value, or_(column > after.value, key > after.call_id))
