from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.settings import Settings
from models.call import CallDetails, Source
from models.db import Session
from models.queries import calls
from models.tables import Recording
from tests.factories.databases import Place, opened, organisation

AT = datetime(2024, 5, 6, tzinfo=UTC)
DETAILS = CallDetails(Source.UPLOAD, external_id="one")


async def recording(session: Session, place: Place, sha256: str, name: str = "x.wav") -> Recording:
    row = Recording(
        organisation_id=place.organisation.id, sha256=sha256, bytes=1, name=name, key=f"recordings/{sha256}"
    )
    session.add(row)
    await session.flush()
    return row


def test_the_newest_call_of_some_bytes_that_is_not_deleted(on: Settings) -> None:
    async def body() -> None:
        async with opened(on) as place, place.database.write(place.organisation.id) as session:
            row = await recording(session, place, "aa")
            made = [
                await calls.add(
                    session,
                    place.organisation,
                    row,
                    None,
                    replace(DETAILS, external_id=None),
                    AT + timedelta(days=day),
                )
                for day in (1, 3, 2)
            ]
            assert await calls.by_sha256(session, "aa") == made[1]
            made[1].deleted_at = AT
            await session.flush()
            assert await calls.by_sha256(session, "aa") == made[2]
            assert await calls.by_sha256(session, "bb") is None
            assert await calls.recording_by_sha256(session, "aa") == row
            assert await calls.recording_by_sha256(session, "bb") is None

    asyncio.run(body())


def test_the_call_that_another_system_knows(on: Settings) -> None:
    async def body() -> None:
        async with opened(on) as place:
            async with place.database.write(place.organisation.id) as session:
                row = await recording(session, place, "aa")
                call = await calls.add(session, place.organisation, row, None, DETAILS, AT)
                assert await calls.by_external_id(session, "one") == (call, "aa")
                assert await calls.by_external_id(session, "two") is None
            other = await organisation(place.database, "Other")
            async with place.database.read(other.id) as session_of_other:
                assert await calls.by_external_id(session_of_other, "one") is None
                assert await calls.by_sha256(session_of_other, "aa") is None

    asyncio.run(body())


def test_the_title_is_the_name_of_the_file_unless_one_is_given(on: Settings) -> None:
    async def body() -> None:
        async with opened(on) as place, place.database.write(place.organisation.id) as session:
            for number, (name, title, shown) in enumerate(
                [("a.b.wav", None, "a.b"), (".wav", None, ".wav"), ("a", None, "a"), ("a.wav", "T", "T")]
            ):
                row = await recording(session, place, str(number), name)
                details = CallDetails(Source.UPLOAD, title=title)
                assert (await calls.add(session, place.organisation, row, None, details, AT)).title == shown

    asyncio.run(body())
