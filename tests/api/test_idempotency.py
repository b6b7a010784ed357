"""What an attempt hashes of a request on its way."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import pytest

from api.idempotency import Attempt
from models.tables import IdempotencyKey

UNUSED = cast("Any", None)
KEY = UUID(int=1)


async def _chunks() -> AsyncIterator[bytes]:
    yield b"ab"
    yield b"c"


async def _passed(made: Attempt) -> bytes:
    return b"".join([chunk async for chunk in made.passing(_chunks())])


def answered() -> IdempotencyKey:
    return IdempotencyKey(id=KEY, organisation_id=KEY, principal=KEY, key="a", request_hash="", status=202)


@pytest.mark.parametrize(
    ("token", "answer", "hashed"),
    [(KEY, None, b"abc"), (None, answered(), b"abc"), (None, None, b"")],
    ids=["first", "again", "without a key"],
)
def test_bytes_are_hashed_only_where_a_key_was_given(
    token: UUID | None, answer: IdempotencyKey | None, hashed: bytes
) -> None:
    made = Attempt(UNUSED, UNUSED, token, answer)
    assert asyncio.run(_passed(made)) == b"abc"
    assert made.digest.hexdigest() == hashlib.sha256(hashed).hexdigest()
