"""Rows as Apache Parquet: typed columns, a row group for each number of rows that are handed in.

pyarrow is loaded where it is used: it is large, and only such exports need it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.feeds.rows import Row
from models.feeds import Field, Named, Parts, Plain, Several, Type


class Parquet:
    """Writes rows as Parquet; what was written is let go of at once."""

    def __init__(self, fields: Sequence[Field]) -> None:
        """Take the fields, in order."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._fields, self._sink = fields, _Sink()
        self._schema = pa.schema([(field.name, _arrow(field.type)) for field in fields])
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> bytes:
        """Return rows written as a group of their own."""
        import pyarrow as pa

        columns = [
            pa.array([_plain(row[field.name], field.type) for row in rows], kind)
            for field, kind in zip(self._fields, self._schema.types, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        return self._sink.taken()

    def end(self) -> bytes:
        """Return the end of the file, which says where its groups are."""
        self._writer.close()
        return self._sink.taken()


class _Sink:
    """A file that holds what was written since it was last asked, and knows how much came before."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._place = 0

    def write(self, data: Any) -> int:
        """Take bytes."""
        part = bytes(data)
        self._parts.append(part)
        self._place += len(part)
        return len(part)

    def tell(self) -> int:
        """Return how much was written."""
        return self._place

    def flush(self) -> None:
        """Keep what is written."""

    def close(self) -> None:
        """Take no more."""
        self.closed = True

    def taken(self) -> bytes:
        """Return what was written since this was last asked."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _arrow(type_: Type) -> Any:
    """Return a type as Arrow has it; ids are text, times have their zone."""
    import pyarrow as pa

    match type_:
        case Plain():
            return _plain_types()[type_]
        case Named(values):
            return pa.map_(pa.string(), _arrow(values))
        case Several(items):
            return pa.list_(_arrow(items))
        case Parts(fields):
            return pa.struct([(field.name, _arrow(field.type)) for field in fields])


def _plain_types() -> Mapping[Plain, Any]:
    import pyarrow as pa

    return {
        Plain.TEXT: pa.string(),
        Plain.ID: pa.string(),
        Plain.WHOLE: pa.int64(),
        Plain.NUMBER: pa.float64(),
        Plain.FLAG: pa.bool_(),
        Plain.MOMENT: pa.timestamp("us", tz="UTC"),
        Plain.DAY: pa.date32(),
    }


def _plain(value: Any, type_: Type) -> Any:
    """Return a value as Arrow takes it."""
    if value is None:
        return None
    match type_:
        case Plain():
            return _TAKEN.get(type_, _as_it_is)(value)
        case Named(values):
            return [(name, _plain(one, values)) for name, one in value.items()]
        case Several(items):
            return [_plain(one, items) for one in value]
        case Parts(fields):
            return {field.name: _plain(value[field.name], field.type) for field in fields}


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _as_it_is(value: Any) -> Any:
    return value


_TAKEN: Mapping[Plain, Callable[[Any], Any]] = {Plain.TEXT: str, Plain.ID: str, Plain.MOMENT: _moment}
"""What Arrow takes only after a change."""
