"""Recordings handed in, and what is kept of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import SQLModel

from ingest.receive import Received, receive
from ingest.store import Store
from models.call import CallDetails, Source
from tests.factories.databases import Place

DETAILS = CallDetails(Source.UPLOAD, name="call with Ms Li.wav")
LIMIT = 10_000_000
T = TypeVar("T", bound=SQLModel)


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def handed(place: Place, store: Store, content: bytes, details: CallDetails = DETAILS) -> Received:
    return await receive(place.database, store, place.organisation.id, once(content), details, LIMIT)


async def rows(place: Place, table: type[T]) -> Sequence[T]:
    async with place.database.system_read() as session:
        return (await session.execute(select(table))).scalars().all()


async def kept(store: Store) -> list[str]:
    return sorted([key async for key in store.keys_older_than(-60)])
