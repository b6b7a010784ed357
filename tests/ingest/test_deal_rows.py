"""A row of a table as a deal: how cells must be written, and what is said of those that are not."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from ingest.deal_rows import meaning, read_deal
from models.deal import Reached
from models.record import Outcome

BERLIN = ZoneInfo("Europe/Berlin")
REP = UUID("01980000-0000-7000-8000-000000000001")


def value(column: str, cell: str) -> object:
    return read_deal({"external_id": "d1", column: cell}, BERLIN).given.values[column]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("external_id", "external_id"),
        (" External ID ", "external_id"),
        ("Opened-At", "opened_at"),
        ("stage", "stage"),
        ("stage:Demo", "stage:Demo"),
        ("Stage: First offer ", "stage:First offer"),
        ("stage:", None),
        ("Next step", None),
        ("", None),
    ],
)
def test_headings_mean_columns_whatever_their_case(heading: str, column: str | None) -> None:
    assert meaning(heading) == column


@pytest.mark.parametrize(
    ("column", "cell", "read"),
    [
        ("name", "Acme", "Acme"),
        ("name", "", None),
        ("amount", "1250.50", 1250.5),
        ("amount", "0", 0.0),
        ("amount", "", None),
        ("currency", "eur", "EUR"),
        ("currency", "", None),
        ("outcome", "Closed Won", Outcome.WON),
        ("outcome", "closed_lost", Outcome.LOST),
        ("outcome", "", Outcome.OPEN),
        ("opened_at", "2026-03-02", datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("opened_at", "2026-07-02", datetime(2026, 7, 1, 22, tzinfo=UTC)),
        ("opened_at", "2026-03-02T14:30", datetime(2026, 3, 2, 13, 30, tzinfo=UTC)),
        ("opened_at", "2026-03-02T14:30:00Z", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
        ("opened_at", "2026-03-02 14:30:00+05:00", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("closed_at", "", None),
    ],
)
def test_cells_are_read_as_what_their_column_holds(column: str, cell: str, read: object) -> None:
    assert value(column, cell) == read


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("amount", "1.250,50", "decimal point"),
        ("amount", "1,250", "decimal point"),
        ("amount", "€ 12", "digits alone"),
        ("amount", "-5", "digits alone"),
        ("amount", "1e3", "digits alone"),
        ("amount", "9" * 30, "digits alone"),
        ("amount", "٣", "digits alone"),
        ("currency", "euro", "ISO 4217"),
        ("outcome", "maybe", "open, won or lost"),
        ("opened_at", "02.03.2026", "2026-03-02"),
        ("opened_at", "2026-02-30", "2026-03-02"),
        ("opened_at", "9999-12-31", "1970 to 2200"),
        ("opened_at", "0001-01-01", "1970 to 2200"),
        ("stage:Demo", "soon", "2026-03-02"),
        ("rep_id", "ana", "/v1/users"),
        ("name", "a\0b", "Take it out"),
        ("rep_email", "a\0@x.example", "Take it out"),
        ("stage:a\0b", "2026-03-02", "Take it out"),
        ("name", "x" * 501, "500 or fewer"),
        ("external_id", "", "CRM's id"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_write(column: str, cell: str, said: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_deal({"external_id": "d1", column: cell}, BERLIN)
    assert said in refused.value.remedy
    assert column.partition(":")[0] in refused.value.reason
    assert refused.value.code.startswith("deal_")


def test_columns_of_stages_are_the_history_in_the_order_of_their_dates() -> None:
    cells = {"external_id": "d1", "stage:Offer": "2026-03-09", "stage:Lost": "", "stage:Demo": "2026-03-02"}
    found = read_deal(cells, ZoneInfo("UTC")).given.stages
    assert found == (
        Reached("Demo", datetime(2026, 3, 2, tzinfo=UTC)),
        Reached("Offer", datetime(2026, 3, 9, tzinfo=UTC)),
    )
    assert read_deal({"external_id": "d1", "stage:Demo": ""}, BERLIN).given.stages is None


def test_a_rep_is_named_by_address_or_by_id_and_none_is_told_too() -> None:
    named = read_deal({"external_id": "d1", "rep_email": "Ana@X.example", "rep_id": str(REP)}, BERLIN)
    assert (named.rep_email, named.rep_id) == ("ana@x.example", REP)
    nobody = read_deal({"external_id": "d1", "rep_email": ""}, BERLIN).given.values
    assert nobody == {"rep_id": None}
    assert read_deal({"external_id": "d1"}, BERLIN).given.values == {}


columns = ["name", "outcome", "amount", "currency", "opened_at", "closed_at", "rep_id", "stage:Demo"]


@given(st.sampled_from(columns), st.text(max_size=40) | st.datetimes().map(str) | st.floats().map(str))
def test_any_cell_is_read_or_refused(column: str, cell: str) -> None:
    with suppress(Rejected):
        read_deal({"external_id": "d1", column: cell.strip()}, BERLIN)
