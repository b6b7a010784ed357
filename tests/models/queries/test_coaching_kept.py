"""What coaching keeps: seen by whom it may be, gone with its call, right when several write at once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.settings import Settings
from models.access import RULES, Permission, Reach
from models.db import Database
from models.queries import access, clips, comments, deletion, listening, playlists, tasks
from models.queries.clips import Seconds
from models.queries.comments import Remark
from models.queries.tasks import Assignment
from models.tables import (
    ActionItem,
    Call,
    Clip,
    Comment,
    Listening,
    Mention,
    Playlist,
    PlaylistClip,
    User,
)
from tests.factories.reviews import sales_call
from tests.factories.worlds import World, made

AT = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
KEPT = (Comment, Mention, Clip, PlaylistClip, Listening)


@pytest.fixture
def world(on: Settings) -> World:
    return asyncio.run(made(on))


async def counts(world: World, *tables: type[Any]) -> list[int]:
    async with world.writing() as session:
        return [
            (await session.execute(select(func.count()).select_from(table))).scalar_one() for table in tables
        ]


def test_those_who_see_a_call_are_those_who_are_said_to_read_it(world: World) -> None:
    async def go() -> None:
        within = tuple(world.teams[name].id for name in ("sales", "east"))
        async with world.writing() as session:
            for owner in ("rep", "mate", "outsider", "coach", "admin", None):
                for team in ("east", "sales", "support", None):
                    team_id = world.teams[team].id if team else None
                    call = await world.add_call(session, owner, team_id=team_id)
                    condition = await access.readers(session, call)
                    found = set((await session.execute(select(col(User.name)).where(condition))).scalars())
                    expected = set()
                    for name, person in world.people.items():
                        reach = RULES[Permission.READ_CALLS].reach(person.role)
                        team_ids = within if reach is Reach.TEAM else ()
                        viewer = world.viewer(name, reach=reach, team_ids=team_ids)
                        if name != "foreigner" and viewer.sees(call.rep_id, call.team_id):
                            expected.add(person.name)
                    assert found == expected, (owner, team)

    asyncio.run(go())


def test_who_left_reads_no_call_any_more(world: World) -> None:
    async def go() -> None:
        async with world.writing() as session:
            call = await world.add_call(session, "rep")
            person = await session.get_one(User, world.people["coach"].id)
            person.active = False
            await session.flush()
            condition = await access.readers(session, call)
            query = select(col(User.name)).where(condition).order_by(col(User.name))
            assert (await session.execute(query)).scalars().all() == ["Admin", "Manager", "Rep"]

    asyncio.run(go())


def test_an_erased_call_takes_along_what_coaching_kept_of_it_and_no_more(world: World) -> None:
    async def coach(call_id: UUID) -> None:
        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            people = {name: person.id for name, person in world.people.items()}
            remark = Remark("Good.", 1.0, 9.0, mentions=(people["rep"],))
            head = await comments.add(session, call, people["coach"], remark, AT)
            await comments.add(session, call, people["rep"], Remark("Thanks.", parent_id=head.id), AT)
            clip = await clips.add(session, call, people["coach"], Seconds(1.0, 9.0, "Opening"), AT)
            viewer = world.viewer("admin", reach=Reach.ALL)
            found = await playlists.add(session, people["coach"], {"name": "All", "shared": True}, AT)
            await playlists.fill(session, viewer, found, [clip.id], AT)
            told = Assignment("Ask.", call.id, head.id)
            await tasks.add(session, viewer, viewer, people["rep"], told, AT)
            await listening.report(session, call, people["coach"], 5.0, AT + timedelta(hours=call.version))

    calls = [world.reviewed("rep", sales_call()) for _ in range(2)]

    async def go() -> None:
        for call_id in calls:
            await coach(call_id)
        assert await counts(world, *KEPT) == [4, 2, 2, 2, 2]
        async with world.writing() as session:
            assert await deletion.erase(session, calls[0], AT) is not None
        assert await counts(world, *KEPT) == [2, 1, 1, 1, 1]
        assert await counts(world, ActionItem, Playlist) == [2, 2]
        async with world.writing() as session:
            left = {row.call_id: row.comment_id for row in (await session.scalars(select(ActionItem))).all()}
            kept = {row.call_id for row in (await session.scalars(select(Comment))).all()}
        assert left.keys() == {None, calls[1]}
        assert (left[None], kept) == (None, {calls[1]})

    asyncio.run(go())


def test_reports_at_once_are_counted_one_after_another(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def go() -> None:
        database = Database(world.settings)

        async def say() -> None:
            async with database.write(world.organisations["acme"].id) as session:
                call = await session.get_one(Call, call_id)
                await listening.report(session, call, world.people["coach"].id, 20.0, AT)

        try:
            await asyncio.gather(*(say() for _ in range(5)))
        finally:
            await database.close()
        async with world.writing() as session:
            (row,) = (await session.scalars(select(Listening))).all()
        assert row.seconds == 20.0 + 4 * listening.SLACK_S
        assert (row.first_at, row.last_at, row.day) == (AT, AT, AT.date())

    asyncio.run(go())


def test_listening_is_kept_by_the_day(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())

    async def go() -> None:
        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            coach = world.people["coach"].id
            midnight = AT.replace(hour=0)
            for at in (midnight - timedelta(seconds=30), midnight + timedelta(seconds=30)):
                await listening.report(session, call, coach, 60.0, at)
                await session.flush()
            await listening.report(session, call, coach, 999.0, midnight + timedelta(days=9))
        async with world.writing() as session:
            rows = (await session.scalars(select(Listening).order_by(col(Listening.day)))).all()
        assert [row.seconds for row in rows] == [
            60.0,
            60.0,
            pytest.approx(sales_call().transcript.duration_s),
        ]

    asyncio.run(go())


def test_an_answer_and_a_removal_at_once_leave_no_answer_without_its_thread(world: World) -> None:
    call_id = world.reviewed("rep", sales_call())
    people = {name: person.id for name, person in world.people.items()}

    async def go() -> None:
        async with world.writing() as session:
            call = await session.get_one(Call, call_id)
            head = (await comments.add(session, call, people["coach"], Remark("Good."), AT)).id
        database, viewer = Database(world.settings), world.viewer("admin", reach=Reach.ALL)

        async def answer() -> None:
            async with database.write(world.organisations["acme"].id) as session:
                call = await session.get_one(Call, call_id)
                await comments.add(session, call, people["rep"], Remark("Thanks.", parent_id=head), AT)

        async def remove() -> None:
            async with database.write(world.organisations["acme"].id) as session:
                found = await comments.find(session, viewer, head, lock=True)
                assert found is not None
                await comments.remove(session, found[1], found[0], AT)

        try:
            answered, removed = await asyncio.gather(answer(), remove(), return_exceptions=True)
        finally:
            await database.close()
        assert removed is None
        async with world.writing() as session:
            rows = (await session.scalars(select(Comment))).all()
        if answered is None:
            assert {row.parent_id for row in rows} == {None, head}
        else:
            assert getattr(answered, "code", answered) == "no_such_comment"
            assert list(rows) == []

    asyncio.run(go())


def test_one_organisation_sees_nothing_of_anothers_coaching(world: World) -> None:
    call_id = world.reviewed("foreigner", sales_call(), "other")

    async def go() -> None:
        async with world.writing("other") as session:
            call = await session.get_one(Call, call_id)
            foreigner = world.people["foreigner"].id
            head = (await comments.add(session, call, foreigner, Remark("Good."), AT)).id
            clip = (await clips.add(session, call, foreigner, Seconds(1.0, 9.0, "Opening"), AT)).id
            theirs = world.viewer("foreigner", reach=Reach.ALL)
            shared = await playlists.add(session, foreigner, {"name": "All", "shared": True}, AT)
            await playlists.fill(session, theirs, shared, [clip], AT)
        viewer = world.viewer("admin", reach=Reach.ALL)
        async with world.writing() as session:
            assert await comments.find(session, viewer, head) is None
            assert await clips.find(session, viewer, clip) is None
            assert await playlists.page(session, viewer, None, 10) == []
            assert await playlists.content(session, viewer, shared.id) == []

    asyncio.run(go())
