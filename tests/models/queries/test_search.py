"""What is said in calls is found, on every database alike."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from core.settings import Settings
from models import search as words
from models.access import Reach
from models.db import Database
from models.queries import listing, search
from models.queries.listing import Filter, Order
from models.queries.search import Hit
from models.review import Review
from tests.factories.reviews import Line, chinese_call, review_of, sales_call
from tests.factories.worlds import World, made


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


def spoken(*texts: str) -> Review:
    lines = [Line(("S1", "S2")[i % 2], 2.0 * i, 2.0 * i + 1.5, text) for i, text in enumerate(texts)]
    return review_of(lines)


def found(world: World, query: str, organisation: str = "admin", **more: Any) -> dict[UUID, tuple[Hit, ...]]:
    async def read() -> dict[UUID, tuple[Hit, ...]]:
        database = Database(world.settings)
        asked, terms = world.viewer(organisation, reach=Reach.ALL), words.terms(query)
        try:
            async with database.read(asked.organisation_id) as session:
                rows = await listing.page(session, asked, Filter(terms=terms, **more), Order(), None, 50)
                hits = await search.hits(session, [row.id for row in rows], terms)
                return {row.id: hits.get(row.id, ()) for row in rows}
        finally:
            await database.close()

    return asyncio.run(read())


def test_calls_are_found_by_what_is_said_in_them(world: World) -> None:
    sale, chinese = world.reviewed("rep", sales_call()), world.reviewed("mate", chinese_call())
    other = world.reviewed("foreigner", sales_call(), "other")
    for query, expected in (
        ("warehouse", {sale}),
        ("WAREHOUSE scanners", {sale}),
        ("scanners zebra", set()),
        ('"access points"', {sale}),
        ('"points access"', set()),
        ('"the access points"', set()),
        ("ware*", {sale}),
        ("ware", set()),
        ("仓库", {chinese}),
        ("掉线", {chinese}),
        ("李伟", {chinese}),
        ("库", {chinese}),
        ("扫描枪", {chinese}),
        ("库仓", set()),
        ("warehouse 仓库", set()),
        ("o'clock", {sale}),
        ("' OR 1=1 --", set()),
        ('NEAR( "', set()),
    ):
        assert set(found(world, query)) == expected, query
    assert set(found(world, "warehouse", "foreigner")) == {other}


@pytest.mark.parametrize("few", [0, 1, 100])
def test_phrases_and_beginnings_are_found_wherever_they_stand(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "FEW_CHECKED", few)
    one = world.reviewed("rep", spoken("how much is the licence", "it is a lot"))
    two = world.reviewed("rep", spoken("much is how", "the price is right", "x" * 300 + " ends"))
    for query, expected in (
        ('"much is"', {one, two}),
        ('"how much is"', {one}),
        ('"how much is the lic*"', {one}),
        ('"the lic*"', {one}),
        ('"the pri*" "is right"', {two}),
        ('"is the" price', set()),
        ('"licence it"', {one}),
        (f'"{"x" * 300} ends"', {two}),
    ):
        assert set(found(world, query)) == expected, query


@pytest.mark.parametrize("few", [0, 1, 100])
def test_words_are_found_in_calls_of_a_language(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "FEW_CHECKED", few)
    sale, chinese = world.reviewed("rep", sales_call()), world.reviewed("mate", chinese_call())
    assert set(found(world, "warehouse", language="en")) == {sale}
    assert set(found(world, "warehouse scanners", language="en")) == {sale}
    assert set(found(world, "warehouse", language="zh")) == set()
    assert set(found(world, "仓库", language="zh")) == {chinese}
    assert set(found(world, "warehouse", language="EN '")) == set()


def test_nothing_is_found_in_deleted_calls(world: World) -> None:
    world.reviewed("rep", sales_call())
    assert found(world, "warehouse", deleted=True) == {}


def test_words_far_apart_in_a_long_call_are_found_together(world: World) -> None:
    filler = [f"word{number}" for number in range(words.PART_TOKENS + 10)]
    texts = ["alpha", *(" ".join(filler[at : at + 500]) for at in range(0, len(filler), 500)), "omega"]
    call_id = world.reviewed("rep", spoken(*texts))
    assert set(found(world, "alpha omega")) == {call_id}
    assert set(found(world, "alpha gamma")) == set()


@pytest.mark.parametrize("few", [0, 1])
def test_frequent_words_are_found_as_rare_ones_are(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "FEW_CHECKED", few)
    sales = {world.reviewed("rep", sales_call()) for _ in range(2)}
    filler = [f"word{number}" for number in range(words.PART_TOKENS + 10)]
    long = world.reviewed("mate", spoken("alpha warehouse", " ".join(filler), "omega scanners"))
    for query, expected in (
        ("warehouse", {*sales, long}),
        ("warehouse scanners", {*sales, long}),
        ("alpha omega", {long}),
        ("warehouse gamma", set()),
    ):
        assert set(found(world, query)) == expected, query


def test_hits_say_where_with_their_seconds(world: World) -> None:
    texts = ("Hello there", "The École is closed", "A refund then", "No", "The refund at the école, today")
    call_id = world.reviewed("rep", spoken(*texts))
    hits = found(world, "école refund")[call_id]
    assert [hit.index for hit in hits] == [1, 2, 4]
    assert hits[2] == Hit(4, 8.0, 9.5, "S1", "The refund at the école, today")


def test_of_many_places_those_with_most_terms_are_shown(world: World) -> None:
    texts = [f"refund number {number}" for number in range(8)] + ["a refund of the deposit"]
    call_id = world.reviewed("rep", spoken(*texts))
    assert [hit.index for hit in found(world, "refund deposit")[call_id]] == [0, 1, 8]


def test_what_is_said_anew_replaces_what_was(world: World) -> None:
    call_id = world.reviewed("rep", spoken("the old word"))

    async def again() -> None:
        from models.tables import Call

        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            from models.queries import reviews

            await reviews.replace(session, call, spoken("the new word"), {})

    asyncio.run(again())
    assert set(found(world, "old")) == set()
    assert set(found(world, "new")) == {call_id}
