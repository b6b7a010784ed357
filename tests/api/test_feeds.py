"""Feeds over the API: what changed comes once, in order; what is not approved, or gone, comes as gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from sqlmodel import col

from core.clock import now
from models.access import Scope
from models.assessment import AssessmentState
from models.db import Session
from models.feeds import DELETIONS, HEAD, STREAM, STREAMS, Stream, names
from models.queries import assessments, changes, deletion, formulas
from models.queries.assessments import Scores
from models.record import Formula, Outcome, Term
from models.scorecard import Proposal, Score, Target
from models.tables import Assessment, Call, ScorecardVersion
from models.versions import VersionMoveName
from tests.api.conftest import Running, Signed, both
from tests.factories.bare_scores import assess, known_scorecard, measured
from tests.factories.offices import Office, in_world
from tests.factories.worlds import BEGAN, World
from worker.feeds import keep_feeds, sweep_feeds

Pulled = dict[str, Any]
APPROVED = (Scope.FEEDS_READ,)
EVERYTHING = (Scope.FEEDS_READ, Scope.FEEDS_UNREVIEWED)


def answered(client: TestClient, stream: str, **params: Any) -> Response:
    return client.get(f"/v1/feeds/{stream}", params=params)


def pulled(client: TestClient, stream: str, **params: Any) -> Pulled:
    answer = answered(client, stream, **params)
    assert answer.status_code == 200, answer.text
    found: Pulled = answer.json()
    return found


def pages(client: TestClient, stream: str, **params: Any) -> Iterator[Pulled]:
    """Yield every page of a pull."""
    following: str | None = None
    while True:
        found = pulled(client, stream, **params, **({} if following is None else {"cursor": following}))
        yield found
        following = found["next"]
        if following is None:
            return


def by_id(found: Pulled) -> dict[str, Any]:
    return {row["id"]: row for row in found["items"]}


def refused(client: TestClient, stream: str, **params: Any) -> tuple[int, str]:
    answer = answered(client, stream, **params)
    return answer.status_code, answer.json()["code"]


def change(world: World, act: Callable[[Session], Any]) -> None:
    """Have something done in a transaction."""
    in_world(world, lambda here: here.change(act))


async def score_of(session: Session, call_id: UUID) -> Assessment:
    query = select(Assessment).where(col(Assessment.call_id) == call_id)
    return (await session.execute(query)).scalar_one()


def decide(world: World, call_id: UUID, state: AssessmentState) -> None:
    """Have the score of a call be in a state."""

    async def act(session: Session) -> None:
        (await score_of(session, call_id)).state = state

    change(world, act)


def approved(world: World, number: int = 1, **known: Any) -> list[UUID]:
    """Return new approved calls of the rep, in the record."""

    async def act(here: Office) -> list[UUID]:
        found = await here.approve_all("rep", [50.0] * number, **known)
        await here.drain()
        return found

    return in_world(world, act)


def proposed(world: World) -> UUID:
    """Return a new call of the rep whose score nobody has looked at."""
    added = list[UUID]()

    async def act(session: Session) -> None:
        call = await world.add_call(session, "rep")
        measured(session, call, 40.0, talk_share=0.5)
        assess(session, call, await known_scorecard(session), 70.0, AssessmentState.PROPOSED)
        added.append(call.id)

    change(world, act)
    return added[0]


@pytest.fixture
def reader(program: Signed, world: World) -> TestClient:
    """Return a program that pulls what is approved."""
    return program(world.client(*APPROVED))


@pytest.fixture
def insider(program: Signed, world: World) -> TestClient:
    """Return a program that pulls everything."""
    return program(world.client(*EVERYTHING))


@both
def test_a_pull_goes_on_where_the_one_before_ended(reader: TestClient, world: World) -> None:
    calls = approved(world, 5)
    found = list(pages(reader, "scores", limit=2))
    assert [len(one["items"]) for one in found] == [2, 2, 1]
    rows = [row for one in found for row in one["items"]]
    assert {row["call_id"] for row in rows} == {str(call) for call in calls}
    times = [row["updated_at"] for row in rows]
    assert times == sorted(set(times))
    assert all(len(time) == len("2026-03-02T09:00:00.000000Z") for time in times)
    assert [one["resume"] == one["next"] for one in found] == [True, True, False]
    resume = found[-1]["resume"]
    assert pulled(reader, "scores", cursor=resume)["items"] == []
    decide(world, calls[2], AssessmentState.CORRECTED)
    (row,) = pulled(reader, "scores", cursor=resume)["items"]
    assert (row["call_id"], row["state"]) == (str(calls[2]), "corrected")
    assert row["updated_at"] > times[-1]


def test_who_keeps_the_largest_time_gets_that_and_what_came_after(reader: TestClient, world: World) -> None:
    approved(world, 3)
    times = [row["updated_at"] for row in pulled(reader, "scores")["items"]]
    again = pulled(reader, "scores", updated_since=times[1])["items"]
    assert [row["updated_at"] for row in again] == times[1:]
    later = datetime.fromisoformat(times[-1]) + timedelta(microseconds=1)
    assert pulled(reader, "scores", updated_since=later.isoformat())["items"] == []
    assert len(pulled(reader, "scores", updated_since="1999-01-01T00:00:00Z")["items"]) == 3


@pytest.mark.parametrize("stream", STREAMS, ids=lambda one: one.name)
def test_rows_say_what_is_declared_of_them(insider: TestClient, world: World, stream: Stream) -> None:
    approved(world, crm={"deal": "d1"})
    in_world(world, lambda here: told_of_a_deal(here, stages=[["Demo", BEGAN.isoformat()]]))
    usual = [field.name for field in stream.fields if not field.extra]
    extra = [field.name for field in stream.fields if field.extra]
    for row in pulled(insider, stream.name)["items"]:
        assert list(row) == [*names(HEAD), *usual]
    (row, *_) = pulled(insider, stream.name, include=[",".join(extra)] if extra else [])["items"]
    assert set(row) == {*names(HEAD), *usual, *extra}
    (row, *_) = pulled(insider, stream.name, fields=[usual[1], usual[0]])["items"]
    assert set(row) == {*names(HEAD), usual[0], usual[1]}
    told = answered(insider, stream.name, fields="mood").json()
    assert told["code"] == "no_such_field"
    assert usual[0] in told["remedy"]


async def told_of_a_deal(here: Office, **known: Any) -> None:
    deal = here.deal("rep", Outcome.WON, "2026-03-01", "2026-03-20", **known)

    async def act(session: Session) -> None:
        session.add(deal)

    await here.change(act)


def test_values_are_those_that_the_rest_of_the_service_shows(
    reader: TestClient, signed: Signed, world: World
) -> None:
    (call,) = approved(world, crm={"deal": "d1"}, external_id="ext-1")
    in_world(world, told_of_a_deal)
    row = pulled(reader, "calls")["items"][0]
    assert (row["depth"], row["score"], row["metrics"]) == (50.0, 50.0, {"talk_share.rep": 0.5})
    assert (row["external_id"], row["crm"], row["approved"]) == ("ext-1", {"deal": "d1"}, True)
    score = pulled(reader, "scores")["items"][0]
    (shown,) = signed("admin").get(f"/v1/calls/{call}/assessments").json()
    same = {"id": "id", "points": "points", "scorecard": "scorecard", "scorecard_version": "number"}
    assert {name: score[name] for name in same} == {name: shown[other] for name, other in same.items()}
    assert (score["call_id"], score["call_external_id"]) == (str(call), "ext-1")
    months = [one for one in pulled(reader, "records")["items"] if one["period"] == "month"]
    assert {one["call_type"] for one in months} == {"general", "all"}
    assert months[0]["figures"]["depth"] == {"n": 1, "mean": 50.0, "deviation": None}
    assert (months[0]["start"], months[0]["end"]) == ("2026-03-01", "2026-04-01")
    deal = pulled(reader, "deals")["items"][0]
    assert (deal["external_id"], deal["calls"], deal["calls_measured"]) == ("d1", 1, 1)
    assert (deal["talk_share"], deal["depth"], deal["customer_sentiment_change"]) == (0.5, 50.0, None)


def test_what_nobody_approved_is_there_only_for_who_may_see_it(
    reader: TestClient, insider: TestClient, world: World
) -> None:
    call = proposed(world)
    assert pulled(reader, "scores")["items"] == []
    (row,) = pulled(reader, "calls")["items"]
    assert (row["approved"], row["depth"], row["metrics"], row["score"]) == (False, None, None, None)
    (row,) = pulled(insider, "scores")["items"]
    assert (row["state"], row["points"]) == ("proposed", 70.0)
    assert pulled(insider, "calls")["items"][0]["depth"] == 40.0
    assert pulled(insider, "scores", unreviewed=False)["items"] == []
    assert refused(reader, "scores", unreviewed=True) == (403, "forbidden")
    decide(world, call, AssessmentState.APPROVED)
    (row,) = pulled(reader, "scores")["items"]
    assert (row["id"], row["deleted"], row["points"]) == (row["id"], False, 70.0)
    assert pulled(reader, "calls")["items"][0]["metrics"] == {"talk_share.rep": 0.5}


@pytest.mark.parametrize("state", [AssessmentState.REJECTED, AssessmentState.IN_REVIEW])
def test_what_is_approved_no_more_is_gone(
    reader: TestClient, insider: TestClient, world: World, state: AssessmentState
) -> None:
    (call,) = approved(world)
    resume, inside = pulled(reader, "scores")["resume"], pulled(insider, "scores")["resume"]
    calls = pulled(reader, "calls")["resume"]
    decide(world, call, state)
    (row,) = pulled(reader, "scores", cursor=resume)["items"]
    assert set(row) == {"id", "updated_at", "deleted", "deleted_at"}
    assert row["deleted"] is True
    (known,) = pulled(insider, "scores", cursor=inside)["items"]
    assert (known["deleted"], known["state"], known["id"]) == (False, str(state), row["id"])
    assert pulled(reader, "calls", cursor=calls)["items"][0]["depth"] is None
    assert [one["stream"] for one in pulled(reader, DELETIONS)["items"]] == ["scores"]
    assert pulled(insider, DELETIONS)["items"] == []


@both
def test_a_call_erased_is_gone_from_every_stream_it_was_in(reader: TestClient, world: World) -> None:
    (call,) = approved(world, external_id="ext-1", crm={"deal": "d1"})
    in_world(world, told_of_a_deal)
    resumes = {stream: pulled(reader, stream)["resume"] for stream in STREAM}

    async def act(here: Office) -> None:
        await here.change(lambda session: deletion.erase(session, call, now()))
        await here.drain()

    in_world(world, act)
    gone = {stream: pulled(reader, stream, cursor=resumes[stream])["items"] for stream in STREAM}
    assert [row["deleted"] for row in gone["calls"]] == [True]
    assert [row["deleted"] for row in gone["scores"]] == [True]
    assert {row["deleted"] for row in gone["records"]} == {True, False}  # of a month a deal is left
    assert [(row["deleted"], row["calls"]) for row in gone["deals"]] == [(False, 0)]
    told = pulled(reader, DELETIONS)["items"]
    assert {row["stream"] for row in told} == {"calls", "scores", "records"}
    assert {row["external_id"] for row in told} == {None}
    assert {row["id"] for row in told} == {
        row["id"] for rows in gone.values() for row in rows if row["deleted"]
    }


def test_a_deal_removed_is_told_of_by_its_id_in_the_crm(
    reader: TestClient, signed: Signed, world: World
) -> None:
    in_world(world, told_of_a_deal)
    (deal,) = pulled(reader, "deals")["items"]
    assert signed("admin").delete(f"/v1/deals/{deal['id']}").status_code == 204
    (row,) = [row for row in pulled(reader, DELETIONS)["items"] if row["stream"] == "deals"]
    assert (row["id"], row["external_id"]) == (deal["id"], "d1")


def test_a_row_moves_with_whatever_it_shows(reader: TestClient, world: World) -> None:
    (call,) = approved(world)
    resumes = {stream: pulled(reader, stream)["resume"] for stream in STREAM}

    def moved(act: Callable[[Session], Any]) -> set[str]:
        change(world, act)
        in_world(world, lambda here: here.drain())
        found = set()
        for stream in STREAM:
            page = pulled(reader, stream, cursor=resumes[stream])
            resumes[stream] = page["resume"]
            found |= {stream} if page["items"] else set()
        return found

    async def handed_over(session: Session) -> None:
        values = {"rep_id": world.people["mate"].id}
        changes.change(session, await session.get_one(Call, call), values, None, now())

    async def renamed(session: Session) -> None:
        changes.change(session, await session.get_one(Call, call), {"title": "Another"}, None, now())

    async def scored_again(session: Session) -> None:
        version = (await session.execute(select(ScorecardVersion))).scalar_one()
        score = Score(60_000, None, 1.0, (), (), "1")
        proposal = Proposal(version.id, score, score, 0, "")
        await assessments.propose(session, await session.get_one(Call, call), Scores((proposal,), ()), now())

    async def on_its_way(session: Session) -> None:
        (await session.get_one(Call, call)).progress = 0.25

    assert moved(handed_over) == {"calls", "scores", "records"}
    assert moved(renamed) == {"calls"}
    assert moved(on_its_way) == set()
    assert moved(scored_again) == {"calls", "scores", "records"}
    assert moved(formula_in_use) == set()  # none of what is left is in a period that lasts


async def formula_in_use(session: Session) -> None:
    version = await formulas.add(
        session, Formula("Ours", (Term("score", 1, Target(low=80)),)), "", None, now()
    )
    await formulas.move(session, version, VersionMoveName.ACTIVATE, now())


def test_a_formula_that_comes_into_use_moves_the_records_that_it_weighs(
    reader: TestClient, world: World
) -> None:
    approved(world, started_at=now() - timedelta(minutes=5))
    approved(world, started_at=BEGAN)
    resume = pulled(reader, "records")["resume"]
    change(world, formula_in_use)
    rows = pulled(reader, "records", cursor=resume)["items"]
    assert {row["start"] >= "2026-03-03" for row in rows} == {True}
    assert {row["indexes"][0]["name"] for row in rows} == {"Ours"}


def test_cursors_are_for_their_stream_and_view(reader: TestClient, insider: TestClient, world: World) -> None:
    approved(world)
    resume = pulled(reader, "scores")["resume"]
    assert refused(reader, "calls", cursor=resume) == (422, "wrong_cursor")
    assert refused(reader, DELETIONS, cursor=resume) == (422, "wrong_cursor")
    assert refused(insider, "scores", cursor=resume) == (422, "other_view")
    assert refused(reader, "scores", cursor="nonsense") == (422, "wrong_cursor")
    assert pulled(insider, "scores", cursor=resume, unreviewed=False)["items"] == []


def test_a_page_that_is_as_before_is_not_sent_again(reader: TestClient, world: World) -> None:
    (call,) = approved(world)
    answer = answered(reader, "scores")
    tag = {"if-none-match": answer.headers["etag"]}
    assert reader.get("/v1/feeds/scores", headers=tag).status_code == 304
    assert reader.get("/v1/feeds/scores?fields=points", headers=tag).status_code == 200
    decide(world, call, AssessmentState.CORRECTED)
    assert reader.get("/v1/feeds/scores", headers=tag).status_code == 200
    empty = answered(reader, "scores", cursor=pulled(reader, "scores")["resume"])
    assert answered(reader, "scores", limit=1).headers["etag"] != empty.headers["etag"]


def test_what_went_long_ago_is_told_no_more_and_who_missed_it_pulls_anew(
    here: Running, reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = here.world
    old, kept = approved(world, 2)
    resume, early = (pulled(reader, "scores")[name] for name in ("resume", "as_of"))
    decide(world, old, AssessmentState.REJECTED)
    halfway = pulled(reader, "scores", limit=1)["next"]
    assert len(pulled(reader, DELETIONS)["items"]) == 1
    monkeypatch.setattr("worker.feeds.TOLD_FOR", timedelta(0))
    in_world(world, lambda office: sweep_feeds(office.database))
    assert pulled(reader, DELETIONS)["items"] == []
    assert refused(reader, "scores", cursor=resume) == (410, "cursor_too_old")
    assert refused(reader, "scores", updated_since=early) == (410, "cursor_too_old")
    assert refused(reader, DELETIONS, cursor=pulled(reader, DELETIONS)["resume"][:-4]) == (
        422,
        "wrong_cursor",
    )
    assert pulled(reader, "scores", cursor=halfway)["items"] == []
    (row,) = pulled(reader, "scores")["items"]
    assert row["call_id"] == str(kept)
    assert pulled(reader, "scores", cursor=pulled(reader, "scores", limit=1)["resume"])["items"] == []
    assert len(pulled(reader, "scores", updated_since="1999-01-01T00:00:00Z")["items"]) == 1


def test_workers_tell_of_what_is_noted(here: Running, reader: TestClient) -> None:
    approved(here.world)
    in_world(here.world, lambda office: keep_feeds(office.database))
    before = now()
    assert datetime.fromisoformat(pulled(reader, "scores")["items"][0]["updated_at"]) < before


def test_up_to_when_all_is_told(reader: TestClient, world: World) -> None:
    before = now()
    found = pulled(reader, "calls")
    assert before <= datetime.fromisoformat(found["as_of"]) <= now()
    assert (found["items"], found["next"]) == ([], None)


def test_one_organisation_pulls_nothing_of_another(program: Signed, world: World) -> None:
    approved(world)
    theirs = program(world.client(*EVERYTHING, organisation="other"))
    assert [pulled(theirs, stream)["items"] for stream in (*STREAM, DELETIONS)] == [[]] * 5


def test_people_who_are_admin_pull_too(signed: Signed, world: World) -> None:
    proposed(world)
    assert len(pulled(signed("admin"), "scores")["items"]) == 1
    assert refused(signed("manager"), "scores") == (403, "forbidden")
