"""docs/feeds-fields.md, out of the declaration of streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from models.feeds import DELETED_AT, GONE, HEAD, STREAMS, Field, Named, Parts, Plain, Several, Stream, Type

PATH = Path("docs/feeds-fields.md")
TOP = """# What feeds and exports say

Generated from the declaration of streams (`models/feeds.py`) by `make docs`; do not edit.
[feeds.md](feeds.md) says how to pull and export. Where there is nothing, a field is null. Fields may be
added at any time; none goes, or comes to say something else, within `/v1`.

Every row begins with:

"""
DELETIONS = "\n## deletions\n\nWhat is gone out of every stream, or no longer approved.\n\n"
ROWS = "| field | holds | says |\n| --- | --- | --- |\n"


def render() -> str:
    """Return the whole document."""
    gone = (
        f"\n## deletions\n\nWhat is gone out of every stream, or no longer approved.\n\n{ROWS}{_rows(GONE)}"
    )
    return TOP + ROWS + _rows((*HEAD, DELETED_AT)) + "".join(map(_stream, STREAMS)) + gone


def _stream(stream: Stream) -> str:
    says = f"{stream.says[0].upper()}{stream.says[1:]}. Exports go by {stream.at}."
    return f"\n## {stream.name}\n\n{says}\n\n{ROWS}{_rows(stream.fields)}"


def _rows(fields: Iterable[Field]) -> str:
    return "".join(_lines(fields))


def _lines(fields: Iterable[Field], within: str = "") -> Iterator[str]:
    """Yield a line a field, and after it those of what it holds."""
    for field in fields:
        name = f"{within}{field.name}"
        asked = "; only where it is asked for by `include` or `fields`" if field.extra else ""
        choices = f": {', '.join(f'`{one}`' for one in field.choices)}" if field.choices else ""
        yield f"| `{name}` | {_kind(field.type)} | {field.says}{choices}{asked} |\n"
        yield from _lines(_parts(field.type), f"{name}{_step(field.type)}")


def _kind(type_: Type) -> str:
    match type_:
        case Plain():
            return str(type_)
        case Named(values):
            return f"{_kind(values)}, by name"
        case Several(items):
            return f"list of {_kind(items)}"
        case Parts():
            return "object"


def _parts(type_: Type) -> tuple[Field, ...]:
    """Return the fields of what a field holds."""
    match type_:
        case Parts(fields):
            return fields
        case Named(inner) | Several(inner):
            return _parts(inner)
        case Plain():
            return ()


def _step(type_: Type) -> str:
    return ".*." if isinstance(type_, Named) else "[]." if isinstance(type_, Several) else "."
