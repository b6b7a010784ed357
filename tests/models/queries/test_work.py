from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import zstandard
from sqlalchemy import select, update
from sqlmodel import col

from core.clock import now
from core.settings import Settings
from models.call import CallState, RunState, Source
from models.correction import PutRight
from models.queries import deletion, reviews, runs, upkeep, work
from models.queries.runs import Claim
from models.queries.work import Played, Result, Saved, Start, Written
from models.recording import Recording as Sound
from models.stages import STAGES, StageName
from models.tables import (
    Call,
    CallText,
    Correction,
    Event,
    MetricRow,
    Product,
    Recording,
    ReviewRow,
    SpeakerRow,
    StageRun,
    UtteranceRow,
)
from models.transcript import Role
from tests.factories.databases import Place, opened
from tests.factories.reviews import chinese_call, sales_call

Act = Callable[[Place], Coroutine[Any, Any, None]]
SOUND = Sound("a.wav", 12.5, 8000, 2, "0" * 64, "wav", "pcm_s16le")


def on_place(settings: Settings, act: Act) -> None:
    async def inside() -> None:
        async with opened(settings) as place:
            await act(place)

    asyncio.run(inside())


async def new_call(place: Place, recording: UUID | None = None) -> UUID:
    """Return a call that has just come in, of a recording of its own unless one is given."""
    organisation_id = place.organisation.id
    async with place.database.write(organisation_id) as session:
        if recording is None:
            row = Recording(organisation_id=organisation_id, sha256="", bytes=1, name="Ana.wav", key="")
            row.sha256, row.key = row.id.hex, f"recordings/{row.id}"
            session.add(row)
            await session.flush()
            recording = row.id
        call = Call(
            organisation_id=organisation_id,
            recording_id=recording,
            title="Ana and Milan",
            customer="Milan",
            crm={"deal": "7"},
            external_id=f"x-{recording}-{now().timestamp()}",
            started_at=now(),
            source=Source.UPLOAD,
        )
        session.add(call)
        await session.flush()
        runs.plan(session, call, now())
    return call.id


async def claimed(place: Place, call_id: UUID, stage: StageName) -> Claim:
    """Return a claim of this stage of this call, whatever else waits."""
    async with place.database.write(place.organisation.id) as session:
        mine = (col(StageRun.call_id) == call_id, col(StageRun.stage) == stage)
        run = (await session.execute(select(StageRun).where(*mine))).scalar_one()
        run.state, run.attempt = RunState.RUNNING, run.attempt + 1
        return Claim(run.id, run.organisation_id, call_id, stage, run.attempt)


async def save(place: Place, held: Claim, result: Result) -> Saved | None:
    async with place.database.write(held.organisation_id) as session:
        return await work.save(session, held, result)


async def load(place: Place, held: Claim) -> Start | None:
    async with place.database.read(held.organisation_id) as session:
        return await work.load(session, held)


def result_of(stage: StageName, call_id: UUID, version: int = 1) -> Result:
    """Return what a stage leaves."""
    plain = Result(f"{stage}@{version}", f"{stage} {version}".encode())
    match stage:
        case StageName.DECODE:
            return Result(plain.fingerprint, plain.data, opened=SOUND)
        case StageName.RENDER:
            keys = Played(f"derived/{call_id}/{version}-a", 7, f"derived/{call_id}/{version}-b")
            return Result(plain.fingerprint, plain.data, played=keys)
        case StageName.MEASURE:
            written = Written(sales_call(), f"document {version}".encode(), 1)
            return Result(plain.fingerprint, plain.data, written=written)
        case _:
            return plain


async def reviewed(place: Place, recording: UUID | None = None) -> UUID:
    """Return a call that went all the way."""
    call_id = await new_call(place, recording)
    for stage in STAGES:
        held = await claimed(place, call_id, stage.name)
        saved = await save(place, held, result_of(stage.name, call_id))
        assert saved is not None
        assert saved.ended == (stage is STAGES[-1])
    return call_id


async def all_rows(place: Place, table: type[Any]) -> list[Any]:
    async with place.database.read(place.organisation.id) as session:
        return list((await session.execute(select(table))).scalars())


def test_a_stage_starts_from_what_is_known_and_what_was_made(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        async with place.database.write(place.organisation.id) as session:
            await session.execute(update(Call).values(language="zh", speakers_most=3, rep_channel=1))
            for version, name in enumerate(("Ana", "Eva"), 1):
                content = {"roles": {"S1": "rep"}, "names": {"S1": name}}
                row = Correction(
                    organisation_id=place.organisation.id, call_id=call_id, version=version, content=content
                )
                session.add(row)
        held = await claimed(place, call_id, StageName.DECODE)
        await save(place, held, result_of(StageName.DECODE, call_id))
        start = await load(place, await claimed(place, call_id, StageName.LISTEN))
        assert start is not None
        assert start.products == {StageName.DECODE: b"decode 1"}
        assert (start.language, start.speakers_least, start.speakers_most) == ("zh", None, 3)
        assert (start.name, start.rep_channel, start.failures) == ("Ana.wav", 1, 0)
        assert (start.correction, start.put_right) == (2, PutRight({"S1": Role.REP}, {"S1": "Eva"}))

    on_place(on, act)


def test_only_the_products_of_stages_that_are_done_are_given(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await reviewed(place)
        async with place.database.write(place.organisation.id) as session:
            await runs.rerun(session, call_id, StageName.ATTRIBUTE)
        start = await load(place, await claimed(place, call_id, StageName.ATTRIBUTE))
        assert start is not None
        again = {StageName.ATTRIBUTE, StageName.JUDGE, StageName.MEASURE, StageName.SCORE}
        assert set(start.products) == set(StageName) - again

    on_place(on, act)


def test_decoding_tells_what_the_recording_is(on: Settings) -> None:
    async def act(place: Place) -> None:
        await reviewed(place)
        (recording,), (call,) = await all_rows(place, Recording), await all_rows(place, Call)
        assert (recording.duration_s, recording.sample_rate_hz, recording.channels) == (12.5, 8000, 2)
        assert call.duration_s == 12.5

    on_place(on, act)


def test_files_that_are_replaced_are_told(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await reviewed(place)
        async with place.database.write(place.organisation.id) as session:
            await runs.rerun(session, call_id, StageName.RENDER)
        held = await claimed(place, call_id, StageName.RENDER)
        saved = await save(place, held, result_of(StageName.RENDER, call_id, 2))
        assert saved is not None
        assert saved.replaced == (f"derived/{call_id}/1-a", f"derived/{call_id}/1-b")
        (recording,) = await all_rows(place, Recording)
        assert recording.playback_key == f"derived/{call_id}/2-a"
        async with place.database.read(place.organisation.id) as session:
            assert await work.names_file(session, recording.id, f"derived/{call_id}/2-a")
            assert not await work.names_file(session, recording.id, f"derived/{call_id}/1-a")

    on_place(on, act)


def test_a_review_is_written_whole_and_its_versions_are_kept(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await reviewed(place)
        organisation_id = place.organisation.id
        async with place.database.write(organisation_id) as session:
            content = {"names": {"S2": "Milan"}}
            session.add(
                Correction(organisation_id=organisation_id, call_id=call_id, version=1, content=content)
            )
            await runs.rerun(session, call_id, StageName.MEASURE)
        held = await claimed(place, call_id, StageName.MEASURE)
        assert await save(place, held, result_of(StageName.MEASURE, call_id, 2)) is not None
        review = sales_call()
        said = sorted(await all_rows(place, UtteranceRow), key=lambda row: row.index)
        assert [row.text for row in said] == [u.text for u in review.transcript.utterances]
        words = [word for row in said for word in json.loads(zstandard.decompress(row.words))]
        assert [word[2] for word in words] == [word.text for word in review.transcript.words]
        judged = {one.index: one for one in review.judged}
        for row in said:
            mood = judged[row.index].sentiment
            assert row.sentiment == (mood.label if mood else None)
        assert {(row.label, row.role, row.name) for row in await all_rows(place, SpeakerRow)} == {
            ("S1", Role.REP, None),
            ("S2", Role.CUSTOMER, "Milan"),
        }
        assert len(await all_rows(place, MetricRow)) == len(review.metrics)
        assert len(await all_rows(place, CallText)) == 1
        kept = sorted((row.version, row.document) for row in await all_rows(place, ReviewRow))
        assert [document for _, document in kept] == [b"document 1", b"document 2"]
        (call,) = await all_rows(place, Call)
        assert (call.spoken_language, call.depth) == ("en", review.depth.value)
        assert len([p for p in await all_rows(place, Product) if p.stage is StageName.MEASURE]) == 2

    on_place(on, act)


def test_nothing_is_written_for_a_stage_that_is_another_workers(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        old = await claimed(place, call_id, StageName.DECODE)
        await claimed(place, call_id, StageName.DECODE)
        assert await save(place, old, result_of(StageName.DECODE, call_id)) is None
        assert await all_rows(place, Product) == []
        assert (await all_rows(place, Recording))[0].duration_s is None

    on_place(on, act)


def test_words_keep_their_script_and_times() -> None:
    review = chinese_call()
    words = json.loads(zstandard.decompress(reviews.pack_words(review.transcript.words)))
    assert "".join(word[2] for word in words) == "".join(word.text for word in review.transcript.words)
    assert {word[4] for word in words} == {False}


async def erase(place: Place, call_id: UUID) -> tuple[str, ...] | None:
    async with place.database.write(place.organisation.id) as session:
        return await deletion.erase(session, call_id, now())


def test_an_erased_call_keeps_nothing_but_that_it_was(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await reviewed(place)
        (recording,) = await all_rows(place, Recording)
        keys = await erase(place, call_id)
        assert keys == (recording.key, recording.playback_key, recording.peaks_key)
        gone = (Product, StageRun, Correction, ReviewRow, UtteranceRow, SpeakerRow, MetricRow, CallText)
        assert [table for table in gone if await all_rows(place, table)] == []
        (call,), (left,) = await all_rows(place, Call), await all_rows(place, Recording)
        assert (call.title, call.customer, call.crm, call.external_id) == ("", None, {}, None)
        assert call.deleted_at is not None
        assert (left.name, recording.sha256 in left.sha256, left.playback_key) == ("", False, None)
        assert [event.kind for event in await all_rows(place, Event)][-1] == "call.deleted"
        assert await erase(place, call_id) is None

    on_place(on, act)


def test_a_recording_stays_for_the_other_call_made_of_it(on: Settings) -> None:
    async def act(place: Place) -> None:
        first = await reviewed(place)
        (recording,) = await all_rows(place, Recording)
        second = await reviewed(place, recording.id)
        assert await erase(place, first) == ()
        assert (await all_rows(place, Recording))[0].sha256 == recording.sha256
        assert await erase(place, second) != ()

    on_place(on, act)


def test_erasing_a_call_under_way_stops_its_worker(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        held = await claimed(place, call_id, StageName.DECODE)
        await erase(place, call_id)
        async with place.database.system() as session:
            assert await runs.beat(session, held, 0.5, timedelta(seconds=9)) is False
        assert await save(place, held, result_of(StageName.DECODE, call_id)) is None
        assert await load(place, held) is None
        (call,) = await all_rows(place, Call)
        assert call.state is CallState.CANCELLED

    on_place(on, act)


def test_what_upkeep_looks_for(on: Settings) -> None:
    async def act(place: Place) -> None:
        ended, active = await reviewed(place), await new_call(place)
        keys = [row.key for row in await all_rows(place, Recording)]
        async with place.database.system() as session:
            asked = {**dict.fromkeys([*keys, "stray"]), f"derived/{ended}/1-b": ended, "old": ended}
            assert await upkeep.named(session, asked) == {*keys, f"derived/{ended}/1-b"}
            assert await upkeep.under_way(session, (ended, active)) == {active}
            assert await upkeep.past_retention(session, now()) == []
            due = col(Call.id) == ended
            await session.execute(update(Call).where(due).values(retain_until=now() - timedelta(days=1)))
            assert await upkeep.past_retention(session, now()) == [(place.organisation.id, ended)]

    on_place(on, act)
