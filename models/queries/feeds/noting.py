"""What feeds have to tell of, noted in the transaction that changes it: complete by construction.

`models.db` calls this for every flush, every statement and every commit of a session. A row that feeds show
something of is watched: added, changed or deleted, it is noted, and a statement that would change rows
unseen is refused. `WATCHED` says which rows, by which columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Delete, Result, Update, inspect
from sqlalchemy.orm import ORMExecuteState, Session
from sqlmodel import SQLModel

from models.tables import (
    Assessment,
    Call,
    Deal,
    FeedDue,
    FormulaVersion,
    MetricRow,
    Organisation,
    RecordCell,
    TenantRow,
)
from models.tables.calls import DEAL

PENDING = "feeds"
"""Key of a session's info under which its notes wait."""
SEPARATOR = ":"
"""Between the parts of a key of several."""

Noted = tuple[UUID, str, str]
"""Organisation, cause and key."""


class Unseen(AssertionError):
    """A statement that would change what feeds show without their hearing of it: a programming error."""


class Cause(StrEnum):
    """What is noted, by a key: what was measured of a call and whether that is approved, all of a call ..."""

    MEASURES = "measures"
    CALL = "call"
    SCORE = "score"
    RECORD = "record"
    DEAL = "deal"
    DEAL_CALLED = "deal_called"
    FORMULA = "formula"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Watch:
    """What is noted where one of some columns changes, by the columns that make its key.

    The key is in the columns, or under the name `within` in what they hold. With `past` that from before the
    change is noted too. A key that is null names nothing. Of rows that are not `whole` only changes count:
    that one is made or deleted changes nothing that is shown.
    """

    cause: Cause
    key: tuple[str, ...]
    columns: frozenset[str]
    within: str | None = None
    past: bool = False
    whole: bool = True


def _of(names: str) -> frozenset[str]:
    return frozenset(names.split())


WATCHED: Mapping[type[SQLModel], tuple[Watch, ...]] = {
    Call: (
        Watch(Cause.CALL, ("id",), _of("rep_id team_id call_type started_at external_id crm deleted_at")),
        Watch(
            Cause.MEASURES,
            ("id",),
            _of(
                "title customer direction duration_s spoken_language state reason_code created_at reviewed_at"
                " version depth customer_sentiment customer_sentiment_change"
            ),
        ),
        Watch(Cause.DEAL_CALLED, ("crm",), _of("crm"), within=DEAL, past=True),
    ),
    MetricRow: (Watch(Cause.MEASURES, ("call_id",), _of("call_id name side value")),),
    Assessment: (
        Watch(
            Cause.SCORE,
            ("id",),
            _of(
                "call_id version_id trial state points coverage content by_policy decided_by decided_at"
                " acknowledged_at contested_at created_at"
            ),
        ),
        Watch(Cause.MEASURES, ("call_id",), _of("call_id version_id trial state points")),
    ),
    RecordCell: (
        Watch(
            Cause.RECORD,
            ("rep_id", "kind", "start", "call_type"),
            _of("rep_id kind start call_type calls content"),
        ),
    ),
    Deal: (
        Watch(
            Cause.DEAL,
            ("id",),
            _of(
                "external_id name account rep_id stage stages outcome amount currency opened_at closed_at"
                " created_at"
            ),
        ),
    ),
    FormulaVersion: (Watch(Cause.FORMULA, ("id",), _of("activated_at retired_at"), whole=False),),
    Organisation: (Watch(Cause.DAYS, ("id",), _of("time_zone"), whole=False),),
}
"""What feeds show something of, by table."""


def of_flush(session: Session) -> None:
    """Note what is about to be written of rows that are watched."""
    for row in session.deleted:
        _refuse_taking(type(row))
    noted = session.info.setdefault(PENDING, {})
    for row in (*session.new, *session.deleted):
        for watch in WATCHED.get(type(row), ()):
            if watch.whole:
                _keep(noted, row, watch, _values(row, watch))
    for row in session.dirty:
        watches = WATCHED.get(type(row), ())
        if watches:
            _note_change(noted, row, watches)


def of_statement(state: ORMExecuteState) -> Result[Any] | None:
    """Note what a statement changes or deletes of rows that are watched; None where it does nothing to any.

    Raises `Unseen` for one of which that cannot be known: it adds rows, deletes what takes watched rows with
    it, or changes by what something was known until then.
    """
    mapper = state.bind_mapper
    if mapper is None or not (state.is_insert or state.is_update or state.is_delete):
        return None
    table = mapper.class_
    if state.is_delete:
        _refuse_taking(table)
    if table not in WATCHED:
        return None
    if state.is_insert:
        raise Unseen(f"rows of {table.__name__} are added to a session, so that feeds hear of it")
    watches = _concerned(state, WATCHED[table])
    if any(watch.past for watch in watches):
        raise Unseen(f"rows of {table.__name__} are changed one by one, so that feeds hear what they were")
    return _written(state, table, watches) if watches else None


def _concerned(state: ORMExecuteState, watches: Sequence[Watch]) -> list[Watch]:
    """Return the watches that a statement concerns by its columns; a deletion concerns all of whole rows."""
    if state.is_delete:
        return [watch for watch in watches if watch.whole]
    values = getattr(state.statement, "_values", None)  # what it sets is not to be had otherwise
    if not values:
        raise Unseen("a statement that does not say what it sets")
    changed = {getattr(column, "key", column) for column in values}
    return [watch for watch in watches if changed & {*watch.columns, *watch.key}]


def _written(state: ORMExecuteState, table: type[Any], watches: Sequence[Watch]) -> Result[Any]:
    """Have a statement done, and note the rows that it says to have changed: none can come in between."""
    owner = "id" if table is Organisation else "organisation_id"
    columns = dict.fromkeys((owner, *(name for watch in watches for name in watch.key)))
    statement = cast("Update | Delete", state.statement)
    result = state.invoke_statement(statement.returning(*(getattr(table, name) for name in columns)))
    noted = state.session.info.setdefault(PENDING, {})
    for found in result.mappings():
        for watch in watches:
            _add(noted, found[owner], watch, [found[name] for name in watch.key])
    return result


def before_commit(session: Session) -> None:
    """Write what was noted, once each: the last thing of a transaction."""
    session.flush()
    noted: Mapping[Noted, None] = session.info.pop(PENDING, {})
    session.add_all(
        FeedDue(organisation_id=organisation_id, cause=cause, key=key)
        for organisation_id, cause, key in noted
    )


@cache
def taking_with_them() -> frozenset[type[SQLModel]]:
    """Return the tables whose rows take watched rows with them when they are deleted, but organisations.

    An organisation takes its feeds with it too.
    """
    watched = {table.__table__ for table in WATCHED}  # type: ignore[attr-defined]
    parents = {
        key.referred_table
        for table in watched
        for key in table.foreign_key_constraints
        if (key.ondelete or "").upper() == "CASCADE"
    }
    return frozenset(
        table
        for table in TenantRow.__subclasses__()
        if table.__table__ in parents  # type: ignore[attr-defined]
    )


def key_of(values: Iterable[object]) -> str:
    """Return values of columns as one key."""
    return SEPARATOR.join(value.isoformat() if isinstance(value, date) else str(value) for value in values)


def _refuse_taking(table: type[Any]) -> None:
    if table in taking_with_them():
        raise Unseen(f"deleting rows of {table.__name__} would delete rows that feeds show")


def _note_change(noted: dict[Noted, None], row: SQLModel, watches: Sequence[Watch]) -> None:
    """Note a changed row where something is another value than before."""
    known = inspect(row)
    changed = {
        name
        for name in set(known.mapper.column_attrs.keys()) - known.unmodified
        if known.attrs[name].history.has_changes()
    }
    for watch in watches:
        if changed & watch.columns:
            _keep(noted, row, watch, _values(row, watch))
            if watch.past:
                _keep(noted, row, watch, list(_past(row, watch)))


def _past(row: SQLModel, watch: Watch) -> Iterator[object]:
    """Yield the key of a row from before its change; raises `Unseen` where that was never read."""
    known = inspect(row)
    for name in watch.key:
        before = known.attrs[name].history.deleted
        if not before and known.persistent:
            raise Unseen(f"{name} was changed without being read before")
        yield _part(before[0] if before else None, watch)


def _values(row: SQLModel, watch: Watch) -> list[object]:
    return [_part(getattr(row, name), watch) for name in watch.key]


def _part(value: Any, watch: Watch) -> object:
    return value if watch.within is None else (value or {}).get(watch.within)


def _keep(noted: dict[Noted, None], row: SQLModel, watch: Watch, key: Sequence[object]) -> None:
    organisation_id: UUID = row.id if isinstance(row, Organisation) else row.organisation_id  # type: ignore[attr-defined]
    _add(noted, organisation_id, watch, key)


def _add(noted: dict[Noted, None], organisation_id: UUID, watch: Watch, key: Sequence[object]) -> None:
    if all(part is not None for part in key):
        noted[organisation_id, watch.cause, key_of(key)] = None
