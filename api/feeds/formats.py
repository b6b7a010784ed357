"""Rows in the formats of other programs, some at a time, so that memory does not grow with their number."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from pydantic_core import to_json

from api.exports import harmless
from api.feeds.parquet import Parquet
from api.feeds.rows import Row
from models.feeds import Field, Plain, names


class Format(StrEnum):
    """What an export can be had as."""

    CSV = "csv"
    PARQUET = "parquet"
    NDJSON = "ndjson"


class Writer(Protocol):
    """Writes rows; each call returns what is to be sent on."""

    def write(self, rows: Sequence[Row]) -> bytes:
        """Return rows written."""

    def end(self) -> bytes:
        """Return what comes after all rows."""


class Lines:
    """One JSON object a line."""

    def __init__(self, fields: Sequence[Field]) -> None:
        """Take the fields, in order."""
        self._names = names(fields)

    def write(self, rows: Sequence[Row]) -> bytes:
        """Return rows written."""
        shown = ({name: row[name] for name in self._names} for row in rows)
        return b"".join(to_json(row, inf_nan_mode="null") + b"\n" for row in shown)

    def end(self) -> bytes:
        """Return nothing: the last line is the end."""
        return b""


class Table:
    """A table as spreadsheets read it (RFC 4180): what has parts is JSON, and no text a formula."""

    def __init__(self, fields: Sequence[Field]) -> None:
        """Take the fields, in order."""
        self._cells: Mapping[str, Callable[[Any], object]] = {field.name: _cell(field) for field in fields}
        self._begun = False

    def write(self, rows: Sequence[Row]) -> bytes:
        """Return rows written, under a line of names where they are the first."""
        out = io.StringIO()
        lines = csv.writer(out)
        if not self._begun:
            lines.writerow(self._cells)
            self._begun = True
        for row in rows:
            cells = ((row[name], written) for name, written in self._cells.items())
            lines.writerow(["" if value is None else written(value) for value, written in cells])
        return out.getvalue().encode()

    def end(self) -> bytes:
        """Return the line of names where there was no row."""
        return b"" if self._begun else self.write(())


def _cell(field: Field) -> Callable[[Any], object]:
    """Return what writes a value of a field into a cell."""
    match field.type:
        case Plain.TEXT:
            return lambda value: harmless(str(value))
        case Plain.MOMENT:
            return lambda value: value if isinstance(value, str) else value.isoformat()
        case Plain.FLAG:
            return lambda value: "true" if value else "false"
        case Plain():
            return lambda value: value
        case _:
            return lambda value: to_json(value, inf_nan_mode="null").decode()


WRITERS: Mapping[Format, Callable[[Sequence[Field]], Writer]] = {
    Format.CSV: Table,
    Format.PARQUET: Parquet,
    Format.NDJSON: Lines,
}
MEDIA_TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.NDJSON: "application/x-ndjson",
}
