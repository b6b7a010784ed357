"""What fails half way leaves nothing, or all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy.exc import SQLAlchemyError

from core.settings import Settings
from ingest.receive import receive
from ingest.store import DiskStore, open_store
from models.db import Session
from models.tables import Call, Recording
from tests.factories.databases import opened
from tests.factories.intake import DETAILS, LIMIT, handed, kept, once, rows


class TestFailures:
    def test_an_upload_cut_short_leaves_nothing(self, service: Settings) -> None:
        store = open_store(service)

        async def cut() -> AsyncIterator[bytes]:
            yield bytes(100_000)
            raise ConnectionResetError

        async def body() -> None:
            async with opened(service) as place:
                with pytest.raises(ConnectionResetError):
                    await receive(place.database, store, place.organisation.id, cut(), DETAILS, LIMIT)
                assert await kept(store) == [] == list(await rows(place, Call))

        asyncio.run(body())

    def test_a_file_whose_transaction_failed_is_left_to_the_sweeper(self, service: Settings) -> None:
        """The commit may have come through unheard: then a call without its file would be worse."""

        async def fails(_session: Session, _call_id: UUID) -> None:
            raise SQLAlchemyError("lost")

        async def body() -> None:
            async with opened(service) as place:
                store = open_store(service)
                with pytest.raises(SQLAlchemyError):
                    await receive(
                        place.database, store, place.organisation.id, once(b"x"), DETAILS, LIMIT, also=fails
                    )
                assert list(await rows(place, Call)) == []
                assert len(await kept(store)) == 1

        asyncio.run(body())

    @pytest.mark.parametrize("delay", [0.001, 0.003, 0.006, 0.01, 0.015, 0.02, 0.03, 0.05])
    def test_cancelled_whenever_no_row_lacks_its_file(self, service: Settings, delay: float) -> None:
        store = DiskStore(service.data / "store")

        async def body() -> None:
            async with opened(service) as place:
                task = asyncio.create_task(handed(place, store, b"sound"))
                await asyncio.sleep(delay)
                task.cancel()
                await asyncio.wait({task})
                named = [recording.key for recording in await rows(place, Recording)]
                assert set(named) <= set(await kept(store))
                assert len(await rows(place, Call)) == len(named)

        asyncio.run(body())

    def test_what_joins_the_transaction_hears_of_old_calls_too(self, service: Settings) -> None:
        heard: list[UUID] = []

        async def note(_session: Session, call_id: UUID) -> None:
            heard.append(call_id)

        async def body() -> None:
            async with opened(service) as place:
                for _ in range(2):
                    await receive(
                        place.database,
                        open_store(service),
                        place.organisation.id,
                        once(b"x"),
                        DETAILS,
                        LIMIT,
                        also=note,
                    )
                assert len(heard) == 2
                assert len(set(heard)) == 1

        asyncio.run(body())
