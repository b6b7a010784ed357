"""Exports: the rows of feeds for some days, as other programs read them, within everybody's reach."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from models.access import Scope
from models.assessment import AssessmentState
from models.db import Session
from models.feeds import STREAMS, Stream
from models.record import Outcome
from models.tables import Calibration, CalibrationMember, TrailRow
from tests.api.conftest import Signed, both
from tests.factories.bare_scores import assess, known_scorecard
from tests.factories.offices import Office, in_world
from tests.factories.worlds import BEGAN, World

MARCH = {"from": "2026-03-01", "to": "2026-04-01"}
EVERY = {"from": "2000-01-01", "to": "2100-01-01"}
EVIL = '=HYPERLINK("http://x","y")'
READING = (Scope.CALLS_READ, Scope.RECORDS_READ, Scope.DEALS_READ)


def exported(client: TestClient, stream: str, **params: Any) -> Response:
    answer = client.get(f"/v1/exports/{stream}", params={**MARCH, **params})
    assert answer.status_code == 200, answer.text
    return answer


def lines(client: TestClient, stream: str, **params: Any) -> list[dict[str, Any]]:
    text = exported(client, stream, **{"format": "ndjson", **params}).text
    return [json.loads(line) for line in text.splitlines()]


def table(client: TestClient, stream: str, **params: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(client, stream, **params).text, newline="")))


async def furnished(here: Office) -> None:
    """Have calls of March and April, one of them not approved, and deals of both."""
    await here.approve_all("rep", (50.0, 60.0), title=EVIL, crm={"deal": "d1"}, external_id=None)
    await here.approve_all("outsider", (70.0,))
    await here.approve_all("rep", (80.0,), started_at=BEGAN + timedelta(days=40))

    async def act(session: Session) -> None:
        call = await here.world.add_call(session, "rep")
        assess(session, call, await known_scorecard(session), 10.0, AssessmentState.PROPOSED)
        session.add(
            here.deal("rep", Outcome.WON, "2026-01-01", "2026-03-20", stages=[["Demo", BEGAN.isoformat()]])
        )
        session.add(here.deal("rep", Outcome.LOST, "2026-03-01", "2026-05-20", number=2))
        session.add(here.deal("rep", Outcome.OPEN, "2026-03-01", "2026-05-20", number=3))

    await here.change(act)
    await here.drain()


@pytest.fixture
def reader(program: Signed, world: World) -> TestClient:
    """Return a program that may read things, in an office with some."""
    in_world(world, furnished)
    return program(world.client(*READING))


@both
def test_days_are_those_of_the_call_the_period_and_the_close(reader: TestClient) -> None:
    assert [row["points"] for row in lines(reader, "scores")] == [50.0, 70.0, 60.0]
    assert len(lines(reader, "calls")) == 4
    assert {row["start"][:7] for row in lines(reader, "records", to="2026-03-31")} == {"2026-03"}
    assert [row["external_id"] for row in lines(reader, "deals")] == ["d3", "d1"]
    assert lines(reader, "scores", **{"from": "2026-03-03"}) == []
    assert table(reader, "scores", **{"from": "2026-03-03"}) == []


@pytest.mark.parametrize("stream", STREAMS, ids=lambda one: one.name)
def test_every_format_says_what_the_feed_says(
    reader: TestClient, program: Signed, world: World, stream: Stream
) -> None:
    feed = program(world.client(Scope.FEEDS_READ)).get(f"/v1/feeds/{stream.name}").json()["items"]
    pulled = {row["id"]: {name: row[name] for name in row if name != "deleted"} for row in feed}
    rows = lines(reader, stream.name, **EVERY)
    assert {row["id"]: row for row in rows} == pulled
    cells = table(reader, stream.name, **EVERY)
    assert [row["id"] for row in cells] == [row["id"] for row in rows]
    assert list(cells[0]) == list(rows[0])
    found = pq.read_table(io.BytesIO(exported(reader, stream.name, format="parquet", **EVERY).content))
    assert found.column_names == list(rows[0])
    assert [plain(one) for one in found.to_pylist(maps_as_pydicts="strict")] == [moments(row) for row in rows]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row out of Parquet with its times as text."""
    return json.loads(json.dumps(row, default=lambda at: at.isoformat()))  # type: ignore[no-any-return]


def moments(value: Any) -> Any:
    """Return a row out of JSON with its times as Python writes them."""
    match value:
        case dict():
            return {name: moments(one) for name, one in value.items()}
        case list():
            return [moments(one) for one in value]
        case str() if value.endswith("Z") and value[:4].isdigit():
            return datetime.fromisoformat(value).isoformat()
    return value


def test_columns_of_parquet_have_types(reader: TestClient) -> None:
    kinds = pq.read_schema(io.BytesIO(exported(reader, "scores", format="parquet").content))
    assert kinds.field("started_at").type == pa.timestamp("us", tz="UTC")
    assert kinds.field("points").type == pa.float64()
    assert kinds.field("scorecard_version").type == pa.int64()
    assert kinds.field("by_policy").type == pa.bool_()
    kinds = pq.read_schema(io.BytesIO(exported(reader, "records", format="parquet").content))
    assert kinds.field("start").type == pa.date32()
    assert pa.types.is_map(kinds.field("figures").type)


def test_no_cell_of_a_table_is_a_formula(reader: TestClient) -> None:
    first = next(row for row in table(reader, "calls") if row["depth"] == "50.0")
    assert first["title"] == f"'{EVIL}"
    assert json.loads(first["metrics"]) == {"talk_share.rep": 0.5}
    assert (first["approved"], first["external_id"]) == ("true", "")
    assert {row["title"] for row in lines(reader, "calls")} == {EVIL, "A call"}


def test_an_export_holds_what_is_within_reach_and_approved(
    reader: TestClient, signed: Signed, program: Signed, world: World
) -> None:
    assert len(lines(signed("rep"), "scores")) == 2
    assert len(lines(signed("outsider"), "scores")) == 1
    assert len(lines(signed("coach"), "scores")) == 2
    assert len(lines(signed("coach"), "deals")) == 2
    assert lines(signed("outsider"), "deals") == []
    assert len(lines(signed("admin"), "scores")) == 4
    assert len(lines(signed("admin"), "scores", unreviewed=False)) == 3
    assert len(lines(program(world.client(*READING, Scope.FEEDS_UNREVIEWED)), "scores")) == 4
    asked = reader.get("/v1/exports/scores", params={**MARCH, "unreviewed": True})
    assert (asked.status_code, asked.json()["code"]) == (403, "forbidden")
    none = program(world.client(Scope.FEEDS_READ)).get("/v1/exports/scores", params=MARCH)
    assert none.status_code == 403


def test_who_scores_blind_sees_no_points(reader: TestClient, signed: Signed, world: World) -> None:
    chosen = lines(signed("coach"), "scores")[0]["id"]

    async def hold(here: Office) -> None:
        owner, coach = here.organisation_id, here.id("coach")
        session_of = Calibration(
            organisation_id=owner, name="Week 9", assessment_id=UUID(chosen), created_by=here.id("manager")
        )
        member = CalibrationMember(organisation_id=owner, calibration_id=session_of.id, user_id=coach)

        async def act(session: Session) -> None:
            session.add(session_of)
            await session.flush()
            session.add(member)

        await here.change(act)

    in_world(world, hold)
    points = {row["id"]: row["points"] for row in lines(signed("coach"), "scores", include="items")}
    assert points.pop(chosen) is None
    assert None not in points.values()


def test_the_file_has_a_name_and_the_trail_tells_of_it(reader: TestClient, world: World) -> None:
    answer = exported(reader, "scores")
    assert 'filename="scores 2026-03-01 2026-04-01.csv"' in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"

    async def told(here: Office) -> list[Any]:
        async with here.database.read(here.organisation_id) as session:
            rows = (await session.execute(select(TrailRow))).scalars()
            return [row.details for row in rows if row.action == "results.exported"]

    assert in_world(world, told) == [
        {"stream": "scores", **MARCH, "format": "csv", "view": "approved"},
    ]


def test_what_cannot_be_is_refused(reader: TestClient) -> None:
    def code(**params: Any) -> str:
        answer = reader.get("/v1/exports/calls", params={**MARCH, **params})
        assert answer.status_code == 422
        return str(answer.json()["code"])

    assert code(to="2026-03-01") == "no_days"
    assert code(fields="mood") == "no_such_field"
    assert code(format="xlsx") == "invalid"
    assert code(to="2026-03-01T00:00:00Z") == "invalid"


def test_more_rows_than_are_held_at_once_come_in_order(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lines(reader, "records", **{"from": "2000-01-01", "to": "2100-01-01"})
    monkeypatch.setattr("api.feeds.exporting.AT_ONCE", 2)
    assert lines(reader, "records", **{"from": "2000-01-01", "to": "2100-01-01"}) == whole
    content = exported(
        reader, "records", format="parquet", **{"from": "2000-01-01", "to": "2100-01-01"}
    ).content
    found = pq.ParquetFile(io.BytesIO(content))
    assert found.metadata.num_row_groups == -(-len(whole) // 2)
    assert found.read().num_rows == len(whole)
