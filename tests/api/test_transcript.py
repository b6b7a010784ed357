"""What a review holds, by the page and in other formats."""

from __future__ import annotations

import csv
import io
import json
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from report.schema import ReviewShape
from tests.api.conftest import Signed
from tests.factories.reviews import hostile_call, sales_call
from tests.factories.worlds import World

REVIEW = sales_call()


@pytest.fixture
def call_id(world: World) -> UUID:
    return world.reviewed("rep", REVIEW, title='Acme: "renewal"/3')


@pytest.fixture
def client(signed: Signed) -> TestClient:
    return signed("coach")


def all_of(client: TestClient, where: str, limit: int) -> list[dict[str, object]]:
    found, cursor = [], None
    while True:
        page = client.get(where, params={"limit": limit, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_utterances_come_by_the_page(client: TestClient, call_id: UUID) -> None:
    found = all_of(client, f"/v1/calls/{call_id}/utterances", 7)
    assert [one["text"] for one in found] == [one.text for one in REVIEW.transcript.utterances]
    assert [one["index"] for one in found] == list(range(len(found)))


def test_words_are_those_of_the_transcript(client: TestClient, call_id: UUID) -> None:
    found = all_of(client, f"/v1/calls/{call_id}/words", 5)
    assert [one["text"] for one in found] == [word.text for word in REVIEW.transcript.words]
    assert found[0]["spaced"] is True


def test_measures_say_why_there_is_none(client: TestClient, call_id: UUID) -> None:
    found = client.get(f"/v1/calls/{call_id}/metrics").json()
    assert len(found) == len(REVIEW.metrics)
    assert all(one["reason"] for one in found if one["value"] is None)


def test_the_review_is_what_was_published(client: TestClient, call_id: UUID) -> None:
    answer = client.get(f"/v1/calls/{call_id}/review")
    ReviewShape.model_validate_json(answer.content)
    same = {"if-none-match": answer.headers["etag"]}
    assert client.get(f"/v1/calls/{call_id}/review", headers=same).status_code == 304


def test_before_it_is_reviewed_there_is_nothing(client: TestClient, world: World) -> None:
    call_id = world.call("rep")
    assert client.get(f"/v1/calls/{call_id}/utterances").json() == {"items": [], "next": None}
    assert client.get(f"/v1/calls/{call_id}/metrics").json() == []
    for path in ("review", "export?format=vtt"):
        answer = client.get(f"/v1/calls/{call_id}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_reviewed")


@pytest.mark.parametrize(
    ("kind", "media_type", "begins"),
    [
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT"),
        ("srt", "application/x-subrip", "1\n"),
        ("txt", "text/plain; charset=utf-8", "[0:02] Rep: Good afternoon"),
        ("json", "application/json", "{"),
        ("csv", "text/csv; charset=utf-8", "start,end,speaker"),
    ],
)
def test_it_can_be_had_in_other_formats(
    client: TestClient, call_id: UUID, kind: str, media_type: str, begins: str
) -> None:
    answer = client.get(f"/v1/calls/{call_id}/export", params={"format": kind})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.text.startswith(begins)
    assert "attachment" in answer.headers["content-disposition"]
    assert client.get(f"/v1/calls/{call_id}/export?format=docx").status_code == 422


def test_speakers_go_by_the_names_people_gave(client: TestClient, call_id: UUID) -> None:
    client.patch(f"/v1/calls/{call_id}/speakers", json={"speakers": {"S1": {"name": "Ana <Maria>"}}})
    text = client.get(f"/v1/calls/{call_id}/export?format=vtt").text
    assert "<v Ana &lt;Maria&gt;>" in text
    rows = list(csv.DictReader(io.StringIO(client.get(f"/v1/calls/{call_id}/export?format=csv").text)))
    assert {(row["speaker"], row["role"], row["name"]) for row in rows} >= {("S1", "rep", "Ana <Maria>")}
    assert len(rows) == len(REVIEW.transcript.utterances)


def test_no_cell_of_the_table_is_a_formula(client: TestClient, world: World) -> None:
    call_id = world.reviewed("rep", hostile_call())
    text = client.get(f"/v1/calls/{call_id}/export?format=csv").text
    rows = csv.DictReader(io.StringIO(text))
    assert not [row for row in rows if any(row[name][:1] in set("=+-@") for name in ("text", "name"))]
    document = json.loads(client.get(f"/v1/calls/{call_id}/review").content)
    assert document["schema"] == "debrief.review/1"
