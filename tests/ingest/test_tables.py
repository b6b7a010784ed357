"""Tables as other programs export them: any delimiter, a byte order mark or none, rows that are broken."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from ingest.tables import Row, Table, Unreadable, check_text, opened

KNOWN = ("a", "b", "c")


def naming(heading: str) -> str | None:
    name = heading.strip().lower()
    return name if name in KNOWN else None


def read(content: bytes | str) -> tuple[Table, list[Row | Unreadable]]:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    check_text(file)
    with opened(file, naming) as table:
        return table, list(table.rows)


def rows(content: bytes | str) -> list[Row | Unreadable]:
    return read(content)[1]


def cells(content: bytes | str) -> list[list[str]]:
    found = rows(content)
    assert all(isinstance(row, Row) for row in found)
    return [list(row.cells.values()) for row in found if isinstance(row, Row)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiter_line_ends_and_mark_do_not_matter(delimiter: str, end: str, mark: str) -> None:
    lines = [("A", "b", "c"), ("1", "x,y;z\tö", ""), ("2", "王", "3")]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(lines)
    assert cells(mark + out.getvalue()) == [["1", "x,y;z\tö", ""], ["2", "王", "3"]]


def test_columns_that_mean_nothing_are_named_and_left_out() -> None:
    table, found = read("Owner,a,Next step,b\nx,1,y,2\n")
    assert (table.columns, table.ignored) == (("a", "b"), ("Owner", "Next step"))
    assert found == [Row(2, {"a": "1", "b": "2"})]


def test_a_column_named_twice_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        read("a,A\n")
    assert refused.value.code == "column_twice"


def test_rows_know_their_lines() -> None:
    found = rows('a,b\n"one\ntwo",2\n\n , \n3,4\n')
    assert [row.line for row in found] == [2, 6]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("a,b\n1,2\n1,2,3\n4,5\n", "row_too_long", 3),
        ("a,b\n1,2\n1\n4,5\n", "row_too_short", 3),
        ('a,b\n1,2\n"x"y,2\n4,5\n', "row_unreadable", 3),
    ],
)
def test_a_broken_row_stops_none_after_it(content: str, code: str, line: int) -> None:
    first, broken, last = rows(content)
    assert isinstance(broken, Unreadable)
    assert (broken.line, broken.why.code) == (line, code)
    assert first == Row(2, {"a": "1", "b": "2"})
    assert isinstance(last, Row)
    assert dict(last.cells) == {"a": "4", "b": "5"}


def test_a_quotation_mark_that_is_never_closed_is_said_with_its_lines() -> None:
    (broken,) = rows('a,b\n"x,2\n3,4\n')
    assert isinstance(broken, Unreadable)
    assert broken.why.reason.startswith("Lines 2 to 3 ")
    huge = rows('a,b\n"' + "x\n" * 100_000 + "3,4\n")
    assert isinstance(huge[0], Unreadable)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,ö\n".encode("latin-1"), "Line 2 is not in UTF-8."),
        ("a,b\n1,ö\n".encode("utf-16"), "UTF-16"),
        ("a,b\n1,ö".encode()[:-1], "Line 2 is not in UTF-8."),
        (b"a,b\n" + b"1,2\n" * 300_000 + b"\xff,2\n", "Line 300002 "),
    ],
)
def test_another_encoding_is_refused_before_any_row(content: bytes, said: str) -> None:
    with pytest.raises(Rejected) as refused:
        read(content)
    assert refused.value.code == "not_utf8"
    assert said in refused.value.reason


def test_an_empty_file_has_no_columns() -> None:
    assert read("")[0].columns == ()


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;\t'), max_size=8)


@given(st.lists(st.tuples(texts, texts, texts), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_is_read(lines: Sequence[tuple[str, ...]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([KNOWN, *lines])
    kept = [[cell.strip() for cell in line] for line in lines]
    assert cells(out.getvalue()) == [line for line in kept if any(line)]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(Rejected):
        assert all(row.line > 1 for row in rows(b"a,b\n" + content))
