"""Tables of deals taken in: good rows go in, bad ones are told of, and again changes nothing."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from core.errors import Rejected
from core.settings import Settings
from ingest import deals
from ingest.deals import AT_ONCE, Imported, Importer, import_deals
from models.db import Database
from models.queries import deals as queries
from models.record import Outcome
from models.tables import Deal, Organisation, TrailRow
from tests.factories.worlds import World, made

HEADER = "external_id,name,account,rep_email,stage,outcome,amount,currency,opened_at,closed_at,stage:Demo"
GOOD = "d1,Acme,Acme Inc,rep@acme.example,Offer,won,1250.50,eur,2026-03-02,2026-04-01,2026-03-09"


@pytest.fixture
def world(any_service: Settings) -> World:
    any_service.data.mkdir(exist_ok=True)

    async def migrated() -> World:
        return await made(any_service)

    return asyncio.run(migrated())


def imported(world: World, lines: Iterable[str]) -> Imported:
    return take(world, "\n".join(lines).encode())


def take(world: World, content: bytes) -> Imported:
    async def work() -> Imported:
        database = Database(world.settings)
        try:
            organisation_id = world.organisations["acme"].id
            importer = Importer(database, organisation_id, world.people["manager"].id)
            return await import_deals(importer, io.BytesIO(content))
        finally:
            await database.close()

    return asyncio.run(work())


def stored(world: World) -> dict[str, Deal]:
    async def work() -> dict[str, Deal]:
        async with world.writing() as session:
            return {one.external_id: one for one in (await session.execute(select(Deal))).scalars()}

    return asyncio.run(work())


def noted(world: World) -> list[TrailRow]:
    async def work() -> list[TrailRow]:
        async with world.writing() as session:
            return list((await session.execute(select(TrailRow).order_by(col(TrailRow.number)))).scalars())

    return asyncio.run(work())


def counts(done: Imported) -> tuple[int, int, int, int]:
    return done.created, done.changed, done.unchanged, done.refused


def test_a_row_is_a_deal_in_the_organisations_time(world: World) -> None:
    async def move_house() -> None:
        database = Database(world.settings)
        async with database.system() as session:
            (await session.get_one(Organisation, world.organisations["acme"].id)).time_zone = "Asia/Tokyo"
        await database.close()

    asyncio.run(move_house())
    assert counts(imported(world, [HEADER, GOOD])) == (1, 0, 0, 0)
    found = stored(world)["d1"]
    assert (found.name, found.account, found.rep_id) == ("Acme", "Acme Inc", world.people["rep"].id)
    assert (found.outcome, found.amount, found.currency) == (Outcome.WON, 1250.5, "EUR")
    assert found.opened_at.isoformat() == "2026-03-01T15:00:00+00:00"
    assert [stage for stage, _ in found.stages] == ["Demo", "Offer"]


def test_good_rows_go_in_and_bad_ones_are_told_of(world: World) -> None:
    bad = {
        3: ("unknown_rep", GOOD.replace("rep@acme", "nobody@acme").replace("d1", "d2")),
        4: ("deal_amount", GOOD.replace("1250.50", '"1.250,50"').replace("d1", "d3")),
        5: ("row_too_short", "d4,Acme"),
        6: ("deal_not_closed", GOOD.replace("2026-04-01", "").replace("d1", "d5")),
        7: ("deal_without_external_id", GOOD.replace("d1", "")),
        8: ("deal_without_rep_id", GOOD.replace("rep@acme.example", "").replace("d1", "d6")),
        9: ("unknown_rep", GOOD.replace("rep@acme", "foreigner@other").replace("d1", "d7")),
    }
    done = imported(world, [HEADER, GOOD, *(line for _, line in bad.values()), GOOD.replace("d1", "d8")])
    assert counts(done) == (2, 0, 0, len(bad))
    assert {one.line: one.code for one in done.refusals} == {line: code for line, (code, _) in bad.items()}
    assert "'nobody@acme.example'" in done.refusals[0].reason
    assert all(one.reason and one.remedy for one in done.refusals)
    assert [one.external_id for one in done.refusals] == ["d2", "d3", None, "d5", None, "d6", "d7"]
    assert set(stored(world)) == {"d1", "d8"}


def test_the_same_table_again_changes_nothing_and_leaves_no_trace(world: World) -> None:
    table = [HEADER, *(GOOD.replace("d1", f"d{number}") for number in range(5))]
    first = imported(world, table)
    before = {key: one.model_dump() for key, one in stored(world).items()}
    assert counts(imported(world, table)) == (0, 0, 5, 0)
    assert {key: one.model_dump() for key, one in stored(world).items()} == before
    (note,) = noted(world)
    assert (note.action, note.subject) == ("deals.changed", f"import:{first.import_id}")
    assert note.details == {"created": 5}
    assert note.principal_id == world.people["manager"].id


def test_columns_that_are_left_out_leave_what_is_known(world: World) -> None:
    imported(world, [HEADER, GOOD])
    assert counts(imported(world, ["external_id,amount", "d1,99"])) == (0, 1, 0, 0)
    found = stored(world)["d1"]
    assert (found.amount, found.account, found.outcome) == (99.0, "Acme Inc", Outcome.WON)
    assert counts(imported(world, ["external_id,account", "d1,"])) == (0, 1, 0, 0)
    assert stored(world)["d1"].account is None
    (refusal,) = imported(world, ["external_id,name", "d9,New"]).refusals
    assert refusal.code == "deal_without_rep_id"


def test_a_rep_is_named_by_address_or_id_or_both_if_they_agree(world: World) -> None:
    rep, mate = world.people["rep"], world.people["mate"]
    head = "external_id;name;opened_at;rep_email;rep_id"
    rows = [
        f"d1;A;2026-03-02;;{rep.id}",
        f"d2;A;2026-03-02;{rep.email};{rep.id}",
        f"d3;A;2026-03-02;{mate.email};{rep.id}",
        f"d4;A;2026-03-02;;{world.people['foreigner'].id}",
    ]
    done = imported(world, [head, *rows])
    assert [one.code for one in done.refusals] == ["two_reps", "unknown_rep"]
    assert {one.rep_id for one in stored(world).values()} == {rep.id}


def test_more_rows_than_go_in_at_once_all_go_in(world: World) -> None:
    size = 2 * AT_ONCE + 1
    rows = (GOOD.replace("d1", f"d{number}") for number in range(size))
    assert counts(imported(world, [HEADER, *rows, "short"])) == (size, 0, 0, 1)
    assert len(stored(world)) == size
    created = [note.details["created"] for note in noted(world)]
    assert created == [AT_ONCE, AT_ONCE, 1]


def test_what_went_in_before_something_failed_stays_and_again_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, told = [0], queries.tell

    async def failing(*arguments: Any) -> Any:
        written[0] += 1
        if written[0] == 2:
            raise ConnectionError
        return await told(*arguments)

    table = [HEADER, *(GOOD.replace("d1", f"d{number}") for number in range(AT_ONCE + 5))]
    monkeypatch.setattr(queries, "tell", failing)
    with pytest.raises(ConnectionError):
        imported(world, table)
    assert len(stored(world)) == AT_ONCE
    assert counts(imported(world, table)) == (5, 0, AT_ONCE, 0)


def test_two_imports_of_one_deal_at_once_make_one_deal(world: World) -> None:
    tables = [f"{HEADER}\n{GOOD}\n".encode()] * 4

    async def work() -> list[Imported]:
        database = Database(world.settings)
        try:
            importer = Importer(database, world.organisations["acme"].id, None)
            return await asyncio.gather(*(import_deals(importer, io.BytesIO(one)) for one in tables))
        finally:
            await database.close()

    done = asyncio.run(work())
    assert sum(one.created for one in done) == 1
    assert sum(one.unchanged for one in done) == len(tables) - 1
    assert len(stored(world)) == 1


def test_what_never_goes_in_is_tried_twice_and_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def taken(*_: Any) -> Any:
        raise IntegrityError("insert", {}, ValueError())

    monkeypatch.setattr(queries, "tell", taken)
    with pytest.raises(IntegrityError):
        imported(world, [HEADER, GOOD])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_external_id"),
        (b"name,amount\nA,1\n", "no_external_id"),
        (b"external_id,External ID\n1,2\n", "column_twice"),
        ("external_id,name\n1,ö\n".encode("latin-1"), "not_utf8"),
    ],
)
def test_a_file_that_is_no_table_of_deals_is_refused_as_a_whole(
    world: World, content: bytes, code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        take(world, content)
    assert refused.value.code == code


def test_only_so_many_refusals_are_told_of_and_all_are_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deals, "MOST_REFUSALS", 3)
    done = imported(world, [HEADER, *["x"] * 7])
    assert (done.refused, len(done.refusals)) == (7, 3)
