"""Whatever happens, in whatever order, a stage runs only after what it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.clock import now
from core.settings import Settings
from models.call import CallState, RunState
from models.queries import runs
from models.queries.runs import Claim
from models.stages import STAGE, Lane, StageName
from models.tables import Call, StageRun
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
    seen,
)

STEPS = ("claim", "claim", "claim", "finish", "finish", "fail", "lose", "release", "beat", "expire", "rerun")


@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), max_size=40))
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_a_stage_runs_only_after_what_it_needs(
    on: Settings, steps: list[tuple[str, int]]
) -> None:
    async def act(place: Place) -> None:
        call_id, held = await new_call(place), list[Claim]()
        for step, number in steps:
            await happen(place, call_id, held, step, number)
            check(*await seen(place, call_id))
        async with place.database.write(place.organisation.id) as session:
            await runs.cancel(session, call_id)  # so that the next example finds nothing to claim

    on_place(on, act)


async def happen(place: Place, call_id: UUID, held: list[Claim], step: str, number: int) -> None:
    """Let one thing happen to a call; workers hold on to stages that are no longer theirs, too."""
    if step == "claim":
        found = await claim(place, Lane.CPU) or await claim(place, Lane.GPU)
        held += [found] if found else []
    elif step == "expire":
        async with place.database.system() as session:
            await session.execute(update(StageRun).values(lease_until=now() - LATER))
        await reclaim_expired(place)
    elif step == "rerun":
        async with place.database.write(place.organisation.id) as session:
            await runs.rerun(session, call_id, list(StageName)[number])
    elif held:
        await DO[step](place, held[number % len(held)])


async def lose(place: Place, held: Claim) -> None:
    async with place.database.write(held.organisation_id) as session:
        await runs.lose(session, held, AT_ONCE)


async def release(place: Place, held: Claim) -> None:
    async with place.database.write(held.organisation_id) as session:
        await runs.release(session, held)


DO: dict[str, Callable[[Place, Claim], Awaitable[object]]] = {
    "finish": finish,
    "beat": beat,
    "release": release,
    "lose": lose,
    "fail": lambda place, held: fail(place, held, AT_ONCE),
}


def check(call: Call, states: dict[StageName, StageRun]) -> None:
    """Assert what holds at any time."""
    done = {stage for stage, run in states.items() if run.state is RunState.DONE}
    for stage, run in states.items():
        if run.state in {RunState.QUEUED, RunState.RUNNING, RunState.DONE}:
            assert done.issuperset(STAGE[stage].needs)
        if run.state is RunState.WAITING:
            assert not done.issuperset(STAGE[stage].needs)
    active = {RunState.WAITING, RunState.QUEUED, RunState.RUNNING} & {run.state for run in states.values()}
    assert call.state.ended == (not active)
    assert (call.state is CallState.REVIEWED) == (done == set(StageName))
    assert 0.0 <= call.progress <= 1.0
