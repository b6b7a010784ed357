"""Records hold what was approved and closed, and nothing else; they follow whatever changes."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from analysis.records.cells import RULES
from analysis.records.periods import period_of
from core.errors import NotReady
from core.settings import Settings
from models.assessment import AssessmentState
from models.call import CallType
from models.db import Session
from models.queries import changes, contributions, deletion, due, records
from models.record import Outcome, Period, PeriodKind
from models.tables import Assessment, Call, Contribution, Deal, RecordCell, RecordDue
from tests.factories.bare_scores import another_version, assess, scorecard
from tests.factories.offices import AT, Office, at_office
from tests.factories.worlds import BEGAN

S = AssessmentState


def test_an_approved_call_is_in_the_record_of_its_day_week_month_and_quarter(on: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve(call_type=CallType.DEMO)
        assert await here.drain() == 1
        for kind in PeriodKind:
            period = period_of(BEGAN.date(), kind)
            for call_type in (CallType.DEMO, None):
                found = await here.cell(period=period, call_type=call_type)
                assert found is not None
                assert found.calls == 1
                means = {name: figure.mean for name, figure in found.figures.items()}
                assert {name: mean for name, mean in means.items() if not name.startswith("score.")} == {
                    "depth": 40.0,
                    "score": 80.0,
                    "talk_share.rep": 0.5,
                }
        assert await here.cell(call_type=CallType.GENERAL) is None
        assert await here.drain() == 0

    at_office(on, act)


@pytest.mark.parametrize(
    "known",
    [
        {"state": S.PROPOSED},
        {"state": S.IN_REVIEW},
        {"state": S.REJECTED},
        {"state": S.APPROVED, "trial": True},
    ],
)
def test_what_nobody_approved_counts_nowhere(on: Settings, known: dict[str, Any]) -> None:
    async def act(here: Office) -> None:
        call_id = await here.approve()
        await here.drain()
        assert await here.cell() is not None

        async def undo(session: Session) -> None:
            values = update(Assessment).where(col(Assessment.call_id) == call_id).values(**known)
            await session.execute(values)
            due.note(session, here.organisation_id, call_id=call_id)

        await here.change(undo)
        await here.drain()
        assert await here.cell() is None
        assert await here.rows(RecordCell) == await here.rows(Contribution) == 0

    at_office(on, act)


def test_a_call_of_nobody_or_of_an_impossible_time_counts_nowhere(on: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve("nobody")
        for year in (1, 9999):
            await here.approve(started_at=BEGAN.replace(year=year))
        assert await here.drain() == 3
        assert await here.rows(Contribution) == 0

    at_office(on, act)


def test_a_call_that_changes_hands_type_or_day_leaves_where_it_was(on: Settings) -> None:
    async def act(here: Office) -> None:
        call_id = await here.approve(call_type=CallType.DEMO)
        await here.drain()

        async def moved(session: Session) -> None:
            call = await session.get_one(Call, call_id)
            values = {
                "rep_id": here.id("mate"),
                "call_type": CallType.SERVICE,
                "started_at": BEGAN - timedelta(days=60),
            }
            changes.change(session, call, values, None, AT)

        await here.change(moved)
        await here.drain()
        assert await here.cell() is None
        january = Period(PeriodKind.MONTH, date(2026, 1, 1))
        assert await here.cell("mate", january, CallType.DEMO) is None
        assert await here.cell("mate", january, CallType.SERVICE) is not None
        assert await here.rows(RecordCell) == 8

    at_office(on, act)


def test_a_title_changed_is_nothing_to_a_record(on: Settings) -> None:
    async def act(here: Office) -> None:
        call_id = await here.approve()
        await here.drain()

        async def named(session: Session) -> None:
            changes.change(session, await session.get_one(Call, call_id), {"title": "Acme"}, None, AT)

        await here.change(named)
        assert await here.drain() == 0

    at_office(on, act)


def test_a_deleted_call_is_gone_from_the_record(on: Settings) -> None:
    async def act(here: Office) -> None:
        kept, gone = await here.approve(), await here.approve()
        await here.drain()
        await here.change(lambda session: deletion.erase(session, gone, AT))
        await here.drain()
        found = await here.cell()
        assert found is not None
        assert found.calls == 1
        async with here.database.read(here.organisation_id) as session:
            assert set(await contributions.of_calls(session, [kept, gone])) == {kept}

    at_office(on, act)


def test_the_newest_version_of_each_scorecard_counts_and_the_score_is_their_mean(on: Settings) -> None:
    async def act(here: Office) -> None:
        async def assessed(session: Session) -> UUID:
            call = await here.world.add_call(session, "rep")
            first, other = await scorecard(session, "one"), await scorecard(session, "two")
            second = await another_version(session, first.scorecard_id, "one", "One", 2)
            assess(session, call, second, 70.0, S.CORRECTED)
            assess(session, call, first, 10.0)
            assess(session, call, other, 90.0)
            assess(session, call, await scorecard(session, "none"), None)
            assess(session, call, await scorecard(session, "open"), 1.0, S.PROPOSED)
            return call.id

        call_id = await here.change(assessed)
        async with here.database.read(here.organisation_id) as session:
            (found,) = (await contributions.of_calls(session, [call_id])).values()
        assert found.measures == {"score": 80.0, "score.one": 70.0, "score.two": 90.0}

    at_office(on, act)


def test_deals_count_where_they_were_opened_and_where_they_were_closed(on: Settings) -> None:
    async def act(here: Office) -> None:
        async def add(session: Session) -> None:
            stages = [["discovery", "2026-02-10T10:00:00+00:00"], ["offer", "2026-03-01T10:00:00+00:00"]]
            won = here.deal("rep", Outcome.WON, "2026-02-10", "2026-03-12", amount=500.0, stages=stages)
            session.add_all([won, here.deal("rep", Outcome.OPEN, "2026-03-05", "2026-09-01", number=2)])
            await session.flush()
            for row in (await session.execute(select(Deal))).scalars():
                due.note(session, here.organisation_id, deal_id=row.id)

        await here.change(add)
        await here.drain()
        february = await here.cell(period=Period(PeriodKind.MONTH, date(2026, 2, 1)))
        assert february is not None
        assert {name: f.mean for name, f in february.figures.items()} == {
            "deals_opened": 1.0,
            "amount_opened": 500.0,
            "pipeline_quality": 1.0,
        }
        march = await here.cell()
        assert march is not None
        assert march.calls == 0
        assert march.figures["deals_opened"].mean == march.figures["deals_won"].mean == 1.0
        assert march.figures["cycle_days"].mean == 30.0
        assert march.figures["conversion:offer"].mean == 1.0
        assert await here.cell(period=Period(PeriodKind.MONTH, date(2026, 9, 1))) is None

    at_office(on, act)


def test_a_deal_that_changes_hands_leaves_the_record_of_whose_it_was(on: Settings) -> None:
    async def act(here: Office) -> None:
        async def add(session: Session) -> UUID:
            row = here.deal("rep", Outcome.LOST, "2026-03-01", "2026-03-12")
            session.add(row)
            await session.flush()
            due.note(session, here.organisation_id, deal_id=row.id)
            return row.id

        deal_id = await here.change(add)
        await here.drain()
        assert await here.cell() is not None

        async def give(session: Session) -> None:
            (await session.get_one(Deal, deal_id)).rep_id = here.id("mate")
            due.note(session, here.organisation_id, deal_id=deal_id)
            due.note(session, here.organisation_id, rep_id=here.id("rep"))

        await here.change(give)
        await here.drain()
        assert await here.cell() is None
        assert await here.cell("mate") is not None

    at_office(on, act)


def test_days_are_those_of_the_organisations_time_zone(on: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve(started_at=datetime.fromisoformat("2026-02-28T23:30:00+00:00"))
        await here.drain()
        assert await here.cell() is None
        await here.move_to("Europe/Berlin")
        assert await here.drain() == 1
        assert await here.cell() is not None
        assert await here.rows(RecordCell) == 8

    at_office(on, act)


def test_a_time_zone_that_the_machine_does_not_know_is_said_and_nothing_is_lost(on: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve()
        await here.move_to("Mars/Olympus")
        with pytest.raises(NotReady, match="Mars"):
            await here.drain()
        assert await here.rows(RecordDue) == 1

    at_office(on, act)


def test_made_anew_a_record_is_the_same_and_says_where_it_was_not(on: Settings) -> None:
    async def act(here: Office) -> None:
        for name in ("rep", "rep", "mate"):
            await here.approve(name)
        await here.drain()
        again = await records.rebuild(here.database, RULES, here.organisation_id, AT)
        assert (again.reps, again.calls, again.differed) == (2, 3, 0)

        async def spoil(session: Session) -> None:
            first = (await session.execute(select(RecordCell).limit(1))).scalar_one()
            first.calls = 99

        await here.change(spoil)
        assert (await records.rebuild(here.database, RULES, here.organisation_id, AT)).differed == 1
        assert (await records.rebuild(here.database, RULES, here.organisation_id, AT)).differed == 0

    at_office(on, act)


def test_made_anew_before_a_call_that_changed_hands_was_looked_at_both_records_are_right(
    on: Settings,
) -> None:
    async def act(here: Office) -> None:
        call_id = await here.approve()
        await here.drain()

        async def moved(session: Session) -> None:
            call = await session.get_one(Call, call_id)
            changes.change(session, call, {"rep_id": here.id("mate")}, None, AT)
            due.note(session, here.organisation_id, rep_id=here.id("mate"))

        await here.change(moved)
        async with here.database.write(here.organisation_id) as session:
            row = (
                await session.execute(select(RecordDue).where(col(RecordDue.rep_id).is_(None)))
            ).scalar_one()
            await due.done(session, [row])
        await here.drain()
        assert await here.cell() is None
        assert await here.cell("mate") is not None

    at_office(on, act)


def test_a_change_while_others_work_on_the_records_waits_for_the_next_time(on: Settings) -> None:
    async def act(here: Office) -> None:
        await here.approve()

        async def refreshed() -> int:
            async with here.database.write(here.organisation_id) as session:
                found = await records.refresh(session, RULES, AT)
                await asyncio.sleep(0.05)
                return found

        counted = await asyncio.gather(refreshed(), here.approve(), refreshed(), refreshed())
        assert sum(one for one in counted if isinstance(one, int)) + await here.drain() == 2
        found = await here.cell()
        assert found is not None
        assert found.calls == 2

    at_office(on, act)


def test_who_is_in_a_hurry_waits_no_longer_than_they_say_and_nothing_is_lost(on: Settings) -> None:
    async def act(here: Office) -> None:
        if here.database.is_sqlite:
            return  # it has one writer at a time, and its own patience
        await here.approve()

        async def hurried() -> None:
            async with here.database.write(here.organisation_id) as session:
                await records.hurry(session, 0.05)
                await records.refresh(session, RULES, AT)

        async with here.database.write(here.organisation_id) as other:
            await records.alone(other, here.organisation_id)
            with pytest.raises(DBAPIError, match="lock timeout"):
                await hurried()
        await hurried()
        assert await here.cell() is not None

    at_office(on, act)
