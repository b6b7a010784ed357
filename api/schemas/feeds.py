"""Rows and pages of feeds on the wire, out of the declaration of streams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as Described

from models import feeds
from models.feeds import Field, Named, Parts, Plain, Several, Stream, Type

_PLAIN: dict[Plain, Any] = {
    Plain.TEXT: str,
    Plain.ID: UUID,
    Plain.WHOLE: int,
    Plain.NUMBER: float,
    Plain.FLAG: bool,
    Plain.MOMENT: datetime,
    Plain.DAY: date,
}


class Sparse(BaseModel):
    """Something that is told in part: what was not asked for, or is gone, is not there."""

    model_config = ConfigDict(frozen=True)


def row_of(stream: Stream) -> type[BaseModel]:
    """Return the shape of a row of a stream."""
    return _shape(
        f"{stream.name.capitalize()}Row",
        f"One of {stream.says}.",
        (*stream.fields, feeds.DELETED_AT),
        feeds.HEAD,
    )


def page_of(name: str, row: type[BaseModel]) -> type[BaseModel]:
    """Return the shape of a page of rows."""
    return create_model(
        f"{name.capitalize()}Page",
        __doc__="Rows in the order of `updated_at`, and where to go on.",
        __config__=ConfigDict(frozen=True),
        items=(list[row], ...),  # type: ignore[valid-type]
        next=(str | None, Described(description="Cursor of the page after this; null where there is none.")),
        resume=(str, Described(description="Cursor to begin with next time.")),
        as_of=(datetime, Described(description="Up to when everything that changed is told of.")),
    )


def gone_row() -> type[BaseModel]:
    """Return the shape of a row of the stream of deletions."""
    return _shape("DeletionsRow", "Something that is gone.", (), (*feeds.HEAD, feeds.DELETED_AT, *feeds.GONE))


def _shape(name: str, says: str, fields: Iterable[Field], always: Iterable[Field] = ()) -> type[BaseModel]:
    """Return a shape of fields that are always there, and of others that may be."""
    given: dict[str, Any] = {one.name: _field(name, one, needed=True) for one in always}
    given |= {one.name: _field(name, one, needed=False) for one in fields}
    return create_model(name, __base__=Sparse, __doc__=says, **given)


def _field(within: str, field: Field, *, needed: bool) -> tuple[Any, Any]:
    kind = _annotation(f"{within}{field.name.title().replace('_', '')}", field.type)
    if field.choices:
        kind = Literal[field.choices]
    if not (needed and field.name in _NEVER_NULL):
        kind = kind | None
    says = f"{field.says[0].upper()}{field.says[1:]}."
    return kind, Described(... if needed else None, description=says)


def _annotation(name: str, type_: Type) -> Any:
    """Return a type as Python has it; the shape of something of parts has a name."""
    match type_:
        case Plain():
            return _PLAIN[type_]
        case Named(values):
            return dict[str, _annotation(name, values)]  # type: ignore[misc]
        case Several(items):
            return list[_annotation(name, items)]  # type: ignore[misc]
        case Parts(fields):
            return _shape(name, f"{name}.", (), fields)


_NEVER_NULL = frozenset(field.name for field in (*feeds.HEAD, feeds.DELETED_AT)) | {"stream"}
"""Fields that always say something."""
