"""What trackers found over the API: in context, in reach, newest first, counted by month and side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.clock import now
from models.queries import assessments, trackers
from models.queries.assessments import Scores
from models.review import Review
from models.tables import Call
from models.tracker import Tracker
from tests.api.conftest import Signed, both
from tests.factories.reviews import Line, review_of
from tests.factories.worlds import BEGAN, World
from worker.stages.score import scored

PRICE = Tracker("price", "Price", ("price",))
STOCK = Tracker("stock", "Stock", ("warehouse",))
TALK = review_of(
    [
        Line("S1", 0.5, 2.0, "Good morning, this is Ana."),
        Line("S2", 2.5, 5.0, "What is the price for one warehouse?"),
        Line("S1", 5.5, 8.0, "The price depends on the sites."),
    ]
)
QUIET = review_of([Line("S1", 0.5, 2.0, "Nobody is here.")])


def watch(world: World, *wanted: Tracker) -> list[str]:
    """Return the keys of new trackers."""

    async def add() -> list[str]:
        async with world.writing() as session:
            rows = [await trackers.add(session, one, None, BEGAN) for one in wanted]
            return [str(row.id) for row in rows]

    return world.run(add())


def call(world: World, owner: str | None, review: Review = TALK, at: datetime = BEGAN, **known: Any) -> UUID:
    """Return a reviewed call that was looked through."""
    call_id = world.reviewed(owner, review, started_at=at, **known)

    async def look() -> None:
        async with world.writing() as session:
            row = await session.get_one(Call, call_id)
            found = scored(review, call_id, (), await assessments.watched(session))
            await assessments.propose(session, row, Scores(found.proposals, found.tracked), now())

    world.run(look())
    return call_id


def calls_of(answer: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(one["call"]["id"] for one in answer["items"]))


@both
def test_hits_of_a_call_come_in_order_with_what_was_said_around_them(signed: Signed, world: World) -> None:
    watch(world, PRICE, STOCK)
    call_id = call(world, "rep")
    first, second, third = signed("rep").get(f"/v1/calls/{call_id}/tracker-hits").json()
    assert [one["tracker"]["key"] for one in (first, second, third)] == ["price", "stock", "price"]
    assert (first["side"], first["words"]) == ("customer", "price")
    assert first["said"]["text"] == "What is the price for one warehouse?"
    assert first["before"]["text"] == "Good morning, this is Ana."
    assert first["after"]["text"] == third["said"]["text"] == "The price depends on the sites."
    assert third["after"] is None
    assert 2.5 <= first["start"] < first["end"] <= 5.0
    assert signed("outsider").get(f"/v1/calls/{call_id}/tracker-hits").status_code == 404


@both
def test_hits_of_a_tracker_are_paged_the_newest_call_first(signed: Signed, world: World) -> None:
    price, _ = watch(world, PRICE, STOCK)
    days = [call(world, "rep", at=BEGAN + timedelta(days=n)) for n in (3, 1, 2)]
    path, client = f"/v1/trackers/{price}/hits", signed("manager")
    whole = client.get(path).json()
    assert calls_of(whole) == [str(days[0]), str(days[2]), str(days[1])]
    assert whole["next"] is None
    assert whole["items"][0]["call"]["rep"]["name"] == "Rep"
    paged, cursor = list[dict[str, Any]](), None
    while True:
        page = client.get(path, params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        paged += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert paged == whole["items"]
    assert client.get(path, params={"cursor": "bm8"}).json()["code"] == "wrong_cursor"


@both
def test_hits_are_filtered_by_time_rep_and_side(signed: Signed, world: World) -> None:
    price, _ = watch(world, PRICE, STOCK)
    early, late = call(world, "rep"), call(world, "mate", at=BEGAN + timedelta(days=9))

    def found(**wanted: Any) -> dict[str, Any]:
        answer = signed("admin").get(f"/v1/trackers/{price}/hits", params=wanted)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    middle = (BEGAN + timedelta(days=5)).isoformat()
    assert calls_of(found(**{"from": middle})) == [str(late)]
    assert calls_of(found(to=middle)) == [str(early)]
    assert calls_of(found(rep_id=str(world.people["mate"].id))) == [str(late)]
    assert {one["side"] for one in found(side="customer")["items"]} == {"customer"}
    assert found(side="call")["items"] == []
    assert signed("admin").get(f"/v1/trackers/{price}/hits", params={"of": "me"}).status_code == 422


@both
def test_everybody_finds_only_what_is_in_calls_they_may_read(signed: Signed, world: World) -> None:
    price, _ = watch(world, PRICE, STOCK)
    calls = {owner: str(call(world, owner)) for owner in ("rep", "mate", "outsider", None)}

    def found(name: str) -> set[str]:
        return set(calls_of(signed(name).get(f"/v1/trackers/{price}/hits").json()))

    def counted(name: str) -> tuple[int, int]:
        span = {"from": BEGAN.isoformat(), "to": BEGAN.isoformat()}
        shown = signed(name).get(f"/v1/trackers/{price}/summary", params=span).json()
        return shown["looked_through"], shown["with_hits"]

    assert (found("rep"), counted("rep")) == ({calls["rep"]}, (1, 1))
    assert (found("coach"), counted("coach")) == ({calls["rep"], calls["mate"]}, (2, 2))
    assert (found("admin"), counted("admin")) == (set(calls.values()), (4, 4))
    assert signed("foreigner").get(f"/v1/trackers/{price}/hits").status_code == 404


@both
def test_a_call_given_to_another_takes_its_hits_along(signed: Signed, world: World) -> None:
    price, _ = watch(world, PRICE, STOCK)
    call_id = call(world, "rep")
    moved = {"rep_id": str(world.people["mate"].id), "started_at": (BEGAN + timedelta(days=40)).isoformat()}
    assert signed("manager").patch(f"/v1/calls/{call_id}", json=moved).status_code == 200
    assert signed("rep").get(f"/v1/trackers/{price}/hits").json()["items"] == []
    (later, *_) = signed("mate").get(f"/v1/trackers/{price}/hits").json()["items"]
    assert later["call"]["started_at"] == "2026-04-11T09:00:00Z"
    span = {"from": "2026-04-01T00:00:00Z", "to": "2026-04-30T00:00:00Z"}
    assert signed("mate").get(f"/v1/trackers/{price}/summary", params=span).json()["with_hits"] == 1
    assert signed("manager").delete(f"/v1/calls/{call_id}").status_code == 204
    assert signed("admin").get(f"/v1/trackers/{price}/hits").json()["items"] == []


@both
def test_a_summary_counts_calls_by_month_and_side(signed: Signed, world: World) -> None:
    price, stock = watch(world, PRICE, STOCK)
    for day, review in ((0, TALK), (1, QUIET), (31, TALK), (32, TALK)):
        call(world, "rep", review, BEGAN + timedelta(days=day))
    span = {"from": "2026-02-10T00:00:00Z", "to": "2026-04-20T00:00:00Z"}
    shown = signed("coach").get(f"/v1/trackers/{price}/summary", params=span).json()
    assert [(one["month"], one["looked_through"], one["with_hits"]) for one in shown["months"]] == [
        ("2026-02-01", 0, 0),
        ("2026-03-01", 2, 1),
        ("2026-04-01", 2, 2),
    ]
    assert (shown["looked_through"], shown["with_hits"]) == (4, 3)
    assert shown["by_side"] == {"rep": 3, "customer": 3, "call": 0}
    of_stock = signed("coach").get(f"/v1/trackers/{stock}/summary", params=span).json()
    assert of_stock["by_side"] == {"rep": 0, "customer": 3, "call": 0}


def test_calls_reviewed_before_there_was_the_tracker_were_not_looked_through(
    signed: Signed, world: World
) -> None:
    call(world, "rep", QUIET)
    made = signed("manager").post("/v1/trackers", json={"key": "late", "name": "Late", "phrases": ["late"]})
    span = {"from": BEGAN.isoformat(), "to": BEGAN.isoformat()}
    shown = signed("rep").get(f"/v1/trackers/{made.json()['id']}/summary", params=span).json()
    assert (shown["looked_through"], shown["with_hits"]) == (0, 0)


@pytest.mark.parametrize(
    "span",
    [
        {"from": "2026-05-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
        {"from": "2020-01-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
    ],
)
def test_no_months_and_too_many_are_refused(signed: Signed, world: World, span: dict[str, str]) -> None:
    (price,) = watch(world, PRICE)
    refused = signed("rep").get(f"/v1/trackers/{price}/summary", params=span)
    assert (refused.status_code, refused.json()["code"]) == (422, "months")


def test_a_summary_without_a_span_is_of_the_last_twelve_months(signed: Signed, world: World) -> None:
    (price,) = watch(world, PRICE)
    months: Sequence[Any] = signed("rep").get(f"/v1/trackers/{price}/summary").json()["months"]
    assert len(months) == 12
    assert months[-1]["month"] == now().date().replace(day=1).isoformat()


def test_a_tracker_put_aside_still_shows_what_it_found(signed: Signed, world: World) -> None:
    (price,) = watch(world, PRICE)
    call_id = call(world, "rep")
    assert signed("manager").delete(f"/v1/trackers/{price}").status_code == 204
    assert len(signed("rep").get(f"/v1/trackers/{price}/hits").json()["items"]) == 2
    assert {
        one["tracker"]["active"] for one in signed("rep").get(f"/v1/calls/{call_id}/tracker-hits").json()
    } == {False}


@both
def test_months_begin_where_the_organisation_is(signed: Signed, world: World) -> None:
    (price,) = watch(world, PRICE)
    call(world, "rep", at=datetime.fromisoformat("2026-03-31T17:00:00+00:00"))
    assert signed("admin").patch("/v1/organisation", json={"time_zone": "Asia/Shanghai"}).status_code == 200
    span = {"from": "2026-03-15T00:00:00Z", "to": "2026-04-15T00:00:00Z"}
    months = signed("rep").get(f"/v1/trackers/{price}/summary", params=span).json()["months"]
    assert [(one["month"], one["with_hits"]) for one in months] == [("2026-03-01", 0), ("2026-04-01", 1)]
