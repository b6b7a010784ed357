"""Made-up calls for measuring: the same for a seed, spread as they say, and rows that a database takes."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest

from bench.machine import provenance
from bench.scale import vocabulary
from bench.scale.calls import DELETED_SHARE, ENDS, TABLES, Calls
from bench.scale.load import companies, known, load
from bench.scale.page import TARGET_MS, Result, page
from bench.scale.people import REPS, company
from bench.scale.plans import Plan, narrowed, shortened
from bench.scale.requests import GROUPS, Known
from bench.scale.timing import Timed
from core.settings import Settings
from models import search as words
from models.access import Reach, Viewer
from models.call import CallState, UserRole
from models.db import Database
from models.queries import listing
from models.queries.listing import Filter, Order
from models.tables import Call, CallText, MetricRow, Recording, StageRun, TenantRow, UtteranceRow


def rows(count: int, seed: int = 1) -> dict[type[TenantRow], list[dict[str, Any]]]:
    made = company(random.Random(seed), "Acme")  # noqa: S311 - made-up people
    found: dict[type[TenantRow], list[dict[str, Any]]] = {table: [] for table in TABLES}
    for batch in Calls(made, count, seed).batches(300):
        for table, some in batch.rows.items():
            found[table] += some
    return found


@pytest.fixture(scope="module")
def many() -> dict[type[TenantRow], list[dict[str, Any]]]:
    return rows(3000)


def test_the_same_seed_makes_the_same_rows() -> None:
    assert rows(200) == rows(200)
    assert rows(200) != rows(200, seed=2)


def test_words_are_drawn_by_zipfs_law() -> None:
    english = vocabulary.english()
    assert len(set(english.words)) == len(english.words) == vocabulary.ENGLISH_WORDS
    said = Counter(english.drawn(np.random.default_rng(1), 300_000))
    first, tenth = said[english.words[0]], said[english.words[9]]
    assert first / tenth == pytest.approx(10, rel=0.1)
    assert said["price"] > said["onboarding"] > 0


def test_chinese_words_have_two_characters() -> None:
    chinese = vocabulary.chinese()
    assert {len(word) for word in chinese.words} == {2}
    assert len(set(chinese.words)) == len(chinese.words) == vocabulary.CHINESE_WORDS
    assert set(vocabulary.CHINESE_SALES) < set(chinese.words)


def test_calls_are_spread_as_they_say(many: dict[type[TenantRow], list[dict[str, Any]]]) -> None:
    calls = many[Call]
    states = Counter(call["state"] for call in calls)
    assert states[CallState.REVIEWED] / len(calls) == pytest.approx(ENDS[CallState.REVIEWED], abs=0.02)
    reviewed = [call for call in calls if call["state"] is CallState.REVIEWED]
    chinese = [call for call in reviewed if call["spoken_language"] == "zh"]
    assert len(chinese) / len(reviewed) == pytest.approx(0.1, abs=0.02)
    gone = [call for call in calls if call["deleted_at"] is not None]
    assert len(gone) / len(calls) == pytest.approx(DELETED_SHARE, abs=0.01)
    assert len(many[UtteranceRow]) / len(reviewed) == pytest.approx(22, abs=1)
    assert (calls[-1]["started_at"] - calls[0]["started_at"]).days == pytest.approx(3 * 365, abs=2)


def test_only_calls_under_way_have_stages(many: dict[type[TenantRow], list[dict[str, Any]]]) -> None:
    under_way = {call["id"] for call in many[Call] if not call["state"].ended}
    assert {run["call_id"] for run in many[StageRun]} == under_way
    assert under_way <= {call["id"] for call in many[Call][-10:]}


def test_what_is_said_is_what_is_searched(many: dict[type[TenantRow], list[dict[str, Any]]]) -> None:
    said: dict[Any, list[str]] = {}
    for row in many[UtteranceRow]:
        said.setdefault(row["call_id"], []).append(row["text"])
    text = many[CallText][0]
    language = next(call["spoken_language"] for call in many[Call] if call["id"] == text["call_id"])
    assert text["text"] == next(words.parts(said[text["call_id"]], language))
    assert {row["call_id"] for row in many[CallText]} == said.keys()
    assert {row["call_id"] for row in many[MetricRow]} < said.keys()


def test_a_company_has_people_of_every_role() -> None:
    ours, theirs = companies()
    assert len(ours.reps) == REPS
    assert {person.role for person in ours.people} == set(UserRole)
    assert not {person.id for person in ours.people} & {person.id for person in theirs.people}
    for team in ours.teams[1:]:
        parent = next(one for one in ours.teams if one.id == team.parent_id)
        assert team.path == f"{parent.path}{team.id.hex}/"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Known]:
    settings = Settings(data=tmp_path_factory.mktemp("scale"))
    return settings, known(asyncio.run(load(settings, 120)))


def test_a_database_takes_the_rows_and_finds_them(loaded: tuple[Settings, Known]) -> None:
    settings, asked = loaded
    word = asked.english.words[0]

    async def found(terms: str) -> int:
        database, viewer = Database(settings), Viewer(asked.company.id, asked.company.id, None, Reach.ALL)
        try:
            async with database.read(asked.company.id) as session:
                wanted = Filter(terms=words.terms(terms))
                return len(await listing.page(session, viewer, wanted, Order(), None, 500))
        finally:
            await database.close()

    assert asyncio.run(found("")) == 120 - sum(call.deleted_at is not None for call in asked.sample.calls)
    assert asyncio.run(found(word)) > 60
    assert asked.sample.rows[str(Recording.__tablename__)] == asked.sample.rows["call"] == 120


def test_every_kind_of_request_can_be_made(loaded: tuple[Settings, Known]) -> None:
    _, asked = loaded
    kinds = [kind for group in GROUPS.values() for kind in group]
    assert len({kind.name for kind in kinds}) == len(kinds)
    for kind in kinds:
        chance = random.Random(3)  # noqa: S311 - made-up requests
        assert kind.make(chance, asked).path.startswith("/v1/calls")
        assert kind.caller == "program" or kind.caller in asked.company.callers


def test_the_page_says_which_kinds_missed_the_target() -> None:
    quick, slow = Timed("list", (1.0,) * 100, 10), Timed("search", (1.0,) * 94 + (TARGET_MS + 1,) * 6, 10)
    plan = Plan("list", "GET /v1/calls", "SELECT 1", ("Result",))
    result = Result("sqlite", 10, {"call": 10}, {"Lists": (quick, slow)}, (plan,))
    assert result.missed == [slow]
    text = page([result], provenance("python -m bench.scale", "settings"))
    assert "| list | 100 | 1.0 | 1.0 | 1.0 | 0.0 | met |" in text
    assert "| search | 100 | 1.0 | 101.0 | 101.0 | 0.0 | missed |" in text
    assert "```text\nResult\n```" in text


def test_statements_and_plans_are_shortened() -> None:
    long = f"SELECT call.id, call.name \nFROM call \nWHERE call.id IN ({', '.join('?' * 20)})"
    assert shortened(long) == "SELECT ...\nFROM call \nWHERE call.id IN (... )"
    assert narrowed(f"Filter: (id = ANY ('{{{','.join(['0' * 36] * 9)}}}'::uuid[]))") == (
        "Filter: (id = ANY ({...}::uuid[]))"
    )
