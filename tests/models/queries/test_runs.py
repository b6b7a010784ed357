"""Stages of a call: claimed, finished, failed, cancelled and done again."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from core.clock import now
from core.settings import Settings
from models.call import CallState, Priority, RunState
from models.queries import runs
from models.queries.runs import Claim
from models.stages import STAGES, Lane, StageName, downstream
from models.tables import Event, StageRun
from tests.factories.databases import Place
from tests.factories.runs import (
    AT_ONCE,
    LATER,
    beat,
    claim,
    fail,
    finish,
    new_call,
    on_place,
    reclaim_expired,
    reviewed_but_for,
    seen,
    taken,
)


def test_a_new_call_waits_with_what_needs_nothing_queued(on: Settings) -> None:
    async def act(place: Place) -> None:
        call, states = await seen(place, await new_call(place))
        assert call.state is CallState.QUEUED
        queued = {stage for stage, run in states.items() if run.state is RunState.QUEUED}
        assert queued == {stage.name for stage in STAGES if not stage.needs}

    on_place(on, act)


def test_urgent_calls_go_first_then_the_older(on: Settings) -> None:
    async def act(place: Place) -> None:
        order = (Priority.BULK, Priority.NORMAL, Priority.URGENT, Priority.NORMAL)
        bulk, normal, urgent, later = [await new_call(place, priority) for priority in order]
        claims = [await claim(place, Lane.CPU) for _ in range(4)]
        assert [one.call_id for one in claims if one] == [urgent, normal, later, bulk]
        assert await claim(place, Lane.CPU) is None

    on_place(on, act)


def test_workers_that_claim_at_once_never_hold_one_stage(on: Settings) -> None:
    async def act(place: Place) -> None:
        calls = [await new_call(place) for _ in range(6)]

        async def work(name: str) -> list[Claim]:
            mine = []
            while (claimed := await claim(place, Lane.CPU, worker=name)) is not None:
                mine.append(claimed)
            return mine

        held = [one for mine in await asyncio.gather(*map(work, "abcdef")) for one in mine]
        assert Counter(one.call_id for one in held) == Counter(calls)
        assert {one.attempt for one in held} == {1}

    on_place(on, act)


def test_the_last_of_two_needed_stages_queues_the_next_once(on: Settings) -> None:
    async def act(place: Place) -> None:
        for _ in range(5):
            left = downstream(StageName.TRANSCRIBE) | {StageName.DIARIZE}
            call_id = await reviewed_but_for(place, *left)
            two = [await claim(place, Lane.GPU), await claim(place, Lane.GPU)]
            assert {one.stage for one in two if one} == {StageName.TRANSCRIBE, StageName.DIARIZE}
            ready = await asyncio.gather(*(finish(place, one) for one in two if one))
            assert sorted(ready, key=str) == [(), (Lane.CPU,)]
            _, states = await seen(place, call_id)
            assert states[StageName.ATTRIBUTE].state is RunState.QUEUED
            await finish(place, await taken(place, StageName.ATTRIBUTE))
            await fail(place, await taken(place, StageName.JUDGE), None)

    on_place(on, act)


def test_whoever_lost_a_stage_can_write_nothing(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        old = await taken(place, StageName.DECODE, AT_ONCE)
        assert await reclaim_expired(place) == (Lane.CPU,)
        new = await taken(place, StageName.DECODE)
        assert new.attempt == old.attempt + 1
        assert await beat(place, old) is False
        assert await finish(place, old) is None
        assert await fail(place, old, None) is False
        async with place.database.write(old.organisation_id) as session:
            await runs.reject(session, old, "code", "reason", "remedy")
            await runs.lose(session, old, AT_ONCE)
            await runs.postpone(session, old, "full", AT_ONCE)
            assert await runs.release(session, old) == ()
        call, states = await seen(place, call_id)
        assert (call.state, states[StageName.DECODE].state) == (CallState.PROCESSING, RunState.RUNNING)
        assert await beat(place, new) is True
        assert await finish(place, new) is not None

    on_place(on, act)


def test_a_lease_runs_out_unless_there_is_a_sign_of_life(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        held = await taken(place, StageName.DECODE, timedelta(milliseconds=200))
        assert await reclaim_expired(place) == ()
        await asyncio.sleep(0.3)
        assert await beat(place, held) is True
        assert await reclaim_expired(place) == ()
        async with place.database.system() as session:
            await session.execute(update(StageRun).values(lease_until=now() - LATER))
        assert await reclaim_expired(place) == (Lane.CPU,)
        _, states = await seen(place, call_id)
        assert (states[StageName.DECODE].state, states[StageName.DECODE].lost) == (RunState.QUEUED, 1)
        assert states[StageName.DECODE].failures == 0

    on_place(on, act)


def test_a_failed_stage_waits_before_it_is_tried_again(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        assert await fail(place, await taken(place, StageName.DECODE), LATER) is True
        assert await claim(place, Lane.CPU) is None
        async with place.database.system() as session:
            assert await runs.lanes_with_work(session) == ()
            await session.execute(update(StageRun).values(not_before=now() - LATER))
        async with place.database.system() as session:
            assert await runs.lanes_with_work(session) == (Lane.CPU,)
        assert (await taken(place, StageName.DECODE)).call_id == call_id

    on_place(on, act)


def test_the_last_try_fails_the_call_and_stops_the_rest(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        tries = [await fail(place, await taken(place, StageName.DECODE), AT_ONCE) for _ in range(3)]
        assert tries == [True, True, False]
        call, states = await seen(place, call_id)
        assert (call.state, call.reason_code, call.reason) == (CallState.FAILED, "failed", "It broke.")
        assert states.pop(StageName.DECODE).state is RunState.FAILED
        assert {run.state for run in states.values()} == {RunState.CANCELLED}
        assert await claim(place, Lane.CPU) is None

    on_place(on, act)


def test_what_cannot_succeed_is_not_tried_again(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        assert await fail(place, await taken(place, StageName.DECODE), None) is False
        call, _ = await seen(place, call_id)
        assert call.state is CallState.FAILED

    on_place(on, act)


@pytest.mark.parametrize("way", ["reclaim", "lose"])
def test_a_stage_under_which_workers_die_again_and_again_fails(on: Settings, way: str) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        for _ in range(runs.MOST_LOST):
            held = await taken(place, StageName.DECODE, AT_ONCE)
            if way == "reclaim":
                await reclaim_expired(place)
            else:
                async with place.database.write(held.organisation_id) as session:
                    await runs.lose(session, held, AT_ONCE)
        call, states = await seen(place, call_id)
        assert (call.state, call.reason_code) == (CallState.FAILED, "worker_lost")
        assert states[StageName.DECODE].failures == 0

    on_place(on, act)


def test_an_outage_counts_as_no_failure_however_long(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        for _ in range(10):
            held = await taken(place, StageName.DECODE)
            async with place.database.write(held.organisation_id) as session:
                await runs.postpone(session, held, "The disk is full.", AT_ONCE)
        _, states = await seen(place, call_id)
        run = states[StageName.DECODE]
        assert (run.state, run.failures, run.lost) == (RunState.QUEUED, 0, 0)
        assert run.error == "The disk is full."

    on_place(on, act)


def test_a_stage_handed_back_is_taken_up_at_once(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        held = await taken(place, StageName.DECODE)
        async with place.database.write(held.organisation_id) as session:
            assert await runs.release(session, held) == (Lane.CPU,)
        again = await taken(place, StageName.DECODE)
        _, states = await seen(place, call_id)
        assert again.attempt == held.attempt + 1
        assert (states[StageName.DECODE].failures, states[StageName.DECODE].lost) == (0, 0)

    on_place(on, act)


def test_a_rejected_recording_ends_the_call_with_reason_and_remedy(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        held = await taken(place, StageName.DECODE)
        async with place.database.write(held.organisation_id) as session:
            await runs.reject(session, held, "no_sound", "There is no sound.", "Record again.")
        call, states = await seen(place, call_id)
        assert (call.state, call.reason_code) == (CallState.REJECTED, "no_sound")
        assert (call.reason, call.remedy) == ("There is no sound.", "Record again.")
        assert states[StageName.DECODE].state is RunState.REJECTED

    on_place(on, act)


def test_a_cancelled_call_stops_and_its_worker_finds_out(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        held = await taken(place, StageName.DECODE)
        async with place.database.write(held.organisation_id) as session:
            assert await runs.cancel(session, call_id) is not None
        call, states = await seen(place, call_id)
        assert call.state is CallState.CANCELLED
        assert {run.state for run in states.values()} == {RunState.CANCELLED}
        assert await beat(place, held) is False
        assert await finish(place, held) is None

    on_place(on, act)


def test_cancelling_an_ended_call_changes_nothing(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await reviewed_but_for(place)
        before, _ = await seen(place, call_id)
        async with place.database.write(place.organisation.id) as session:
            await runs.cancel(session, call_id)
        after, _ = await seen(place, call_id)
        assert (after.state, after.version) == (CallState.REVIEWED, before.version)

    on_place(on, act)


def test_a_rerun_does_a_stage_and_what_needs_it_and_nothing_before(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await reviewed_but_for(place)
        _, before = await seen(place, call_id)
        async with place.database.write(place.organisation.id) as session:
            assert await runs.rerun(session, call_id, StageName.ATTRIBUTE) == (Lane.CPU,)
        call, after = await seen(place, call_id)
        assert call.state is CallState.QUEUED
        again = downstream(StageName.ATTRIBUTE)
        assert {stage for stage, run in after.items() if run.state is not RunState.DONE} == again
        for stage in set(StageName) - again:
            assert after[stage].attempt == before[stage].attempt
        for stage in (StageName.ATTRIBUTE, StageName.JUDGE, StageName.MEASURE, StageName.SCORE):
            held = await taken(place, stage)
            assert held.attempt > before[stage].attempt
            await finish(place, held)
        assert (await seen(place, call_id))[0].state is CallState.REVIEWED

    on_place(on, act)


def test_a_rerun_of_a_failed_call_does_first_what_was_never_done(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        await fail(place, await taken(place, StageName.DECODE), None)
        async with place.database.write(place.organisation.id) as session:
            assert await runs.rerun(session, call_id, StageName.MEASURE) == (Lane.CPU,)
        call, _ = await seen(place, call_id)
        assert (call.state, call.reason, call.reason_code) == (CallState.QUEUED, None, None)
        await taken(place, StageName.DECODE)

    on_place(on, act)


def test_a_rerun_fences_off_the_try_under_way(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        held = await taken(place, StageName.DECODE)
        async with place.database.write(place.organisation.id) as session:
            await runs.rerun(session, call_id, StageName.DECODE)
        assert await finish(place, held) is None
        assert (await taken(place, StageName.DECODE)).attempt > held.attempt

    on_place(on, act)


def test_state_progress_and_events_follow_the_work(on: Settings) -> None:
    async def act(place: Place) -> None:
        call_id = await new_call(place)
        bars = [0.0]
        for _ in range(len(STAGES)):
            held = await claim(place, Lane.CPU) or await claim(place, Lane.GPU)
            assert held is not None
            assert (await seen(place, call_id))[0].state is CallState.PROCESSING
            await beat(place, held, 0.5)
            bars.append((await seen(place, call_id))[0].progress)
            await finish(place, held)
            bars.append((await seen(place, call_id))[0].progress)
        call, _ = await seen(place, call_id)
        assert (call.state, call.progress) == (CallState.REVIEWED, 1.0)
        assert call.reviewed_at is not None
        assert bars == sorted(set(bars))
        async with place.database.read(place.organisation.id) as session:
            kinds = (await session.execute(select(col(Event.kind)).order_by(col(Event.id)))).scalars().all()
        assert kinds == ["call.started", "call.reviewed"]

    on_place(on, act)


def test_how_long_work_has_waited_is_told_by_lane(on: Settings) -> None:
    async def act(place: Place) -> None:
        await new_call(place)
        await asyncio.sleep(0.2)
        await new_call(place)
        async with place.database.system_read() as session:
            assert await runs.waiting_lanes(session) == {Lane.CPU: 2}
            ages = await runs.waiting_since(session)
        assert list(ages) == [Lane.CPU]
        assert timedelta(seconds=0.2) <= ages[Lane.CPU] < timedelta(seconds=30)

    on_place(on, act)
