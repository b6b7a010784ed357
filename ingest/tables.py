"""Tables that other programs export as CSV, read a row at a time."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from core.errors import Rejected

DELIMITERS = (",", ";", "\t")
LONGEST_HEADER = 64 * 1024
_BLOCK = 1024 * 1024
_OTHERS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAVE_AS_UTF8 = "Save it as “CSV UTF-8” and send that."

Naming = Callable[[str], str | None]
"""Says what a column's heading means; None where it means nothing here."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line on which it begins, counted from 1, and its cells by the meaning of their column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that cannot be told into cells, and why."""

    line: int
    why: Rejected


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what its columns mean, the headings that mean nothing here, and its rows, read once."""

    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: Iterator[Row | Unreadable]


def check_text(file: BinaryIO) -> None:
    """Raise `Rejected` where a file is not all text in UTF-8; leave it at its beginning."""
    file.seek(0)
    if file.read(2) in _OTHERS:
        raise Rejected("not_utf8", "The file is in UTF-16.", SAVE_AS_UTF8)
    file.seek(0)
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), 1
    while block := file.read(_BLOCK):
        try:
            lines += decoder.decode(block).count("\n")
        except UnicodeDecodeError as error:
            line = lines + block[: error.start].count(b"\n")
            raise _not_utf8(line) from error
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_utf8(lines) from error
    file.seek(0)


@contextmanager
def opened(file: BinaryIO, naming: Naming) -> Iterator[Table]:
    """Give the table in a file of UTF-8, with or without a byte order mark, whatever its delimiter.

    The delimiter is the one by which most headings mean something. Raises `Rejected` where a column is
    named twice.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield _table(text, naming)
    finally:
        text.detach()


def _table(text: io.TextIOWrapper, naming: Naming) -> Table:
    header = text.readline(LONGEST_HEADER)
    delimiter = max(DELIMITERS, key=lambda one: sum(map(bool, map(naming, _cells(header, one)))))
    headings = _cells(header, delimiter)
    meanings = [naming(heading) for heading in headings]
    columns = [meaning for meaning in meanings if meaning is not None]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise Rejected("column_twice", f"There are two columns '{twice[0]}'.", "Leave one of them out.")
    ignored = [heading for heading, meaning in zip(headings, meanings, strict=True) if meaning is None]
    return Table(tuple(columns), tuple(ignored), _rows(text, delimiter, meanings))


def _not_utf8(line: int) -> Rejected:
    return Rejected("not_utf8", f"Line {line} is not in UTF-8.", SAVE_AS_UTF8)


def _cells(header: str, delimiter: str) -> list[str]:
    return next(csv.reader([header], delimiter=delimiter), [])


def _rows(text: io.TextIOWrapper, delimiter: str, meanings: list[str | None]) -> Iterator[Row | Unreadable]:
    """Yield the rows after the header; a row that cannot be read stops none after it."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Unreadable(line, _unreadable(error, line, reader.line_num + 1))
            continue
        if cells is None:
            return
        if not any(map(str.strip, cells)):
            continue
        if len(cells) != len(meanings):
            yield Unreadable(line, _wrong_count(len(cells), len(meanings)))
            continue
        named = zip(meanings, cells, strict=True)
        yield Row(line, {meaning: cell.strip() for meaning, cell in named if meaning is not None})


def _unreadable(error: csv.Error, line: int, last: int) -> Rejected:
    where = f"Line {line}" if line == last else f"Lines {line} to {last}"
    return Rejected(
        "row_unreadable",
        f"{where} cannot be read: {error}.",
        'Put quotation marks around a cell that holds one, and double those inside it: "say ""yes""".',
    )


def _wrong_count(found: int, wanted: int) -> Rejected:
    return Rejected(
        "row_too_long" if found > wanted else "row_too_short",
        f"It has {found} cells, and the header {wanted}.",
        "Put a cell that holds the delimiter into quotation marks; leave empty cells in.",
    )
