"""`Idempotency-Key`: a request sent again gives the answer of the first, and is done once."""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from collections.abc import AsyncIterator, Callable
from uuid import UUID

from fastapi import Request
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from api.problems import Problem, conflict, invalid
from api.service import Service
from core.clock import now
from models.access import Viewer
from models.db import Session
from models.queries import idempotency
from models.tables import IdempotencyKey

HEADER = "idempotency-key"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
BEAT_S = 15.0


class Attempt:
    """One request with a key, or without (then nothing is kept).

    `digest` takes what the request says and all its bytes; its hash tells the same request from another.
    """

    def __init__(
        self, service: Service, viewer: Viewer, token: UUID | None, answer: IdempotencyKey | None
    ) -> None:
        self._service = service
        self._viewer = viewer
        self._token = token
        self.answer = answer
        """The answer given before, where there is one."""
        self._keyed = token is not None or answer is not None
        self.digest = hashlib.sha256()
        self._beaten = time.monotonic()

    async def passing(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the bytes of the request, hashed where there is a key, and say that it is under way."""
        async for chunk in chunks:
            if self._keyed:
                self.digest.update(chunk)
                await self._beat()
            yield chunk

    def same(self) -> bool:
        """Return whether the request now read is the one that was answered."""
        return self.answer is not None and self.answer.request_hash == self.digest.hexdigest()

    async def finish(self, session: Session, status: int, body: str) -> None:
        """Keep the answer, in the transaction of what it tells."""
        if self._token is not None:
            await idempotency.finish(session, self._token, self.digest.hexdigest(), status, body)

    async def give_up(self) -> None:
        """Forget the key: the request failed and may be sent again."""
        if self._token is None:
            return
        with contextlib.suppress(SQLAlchemyError, OSError):  # then it is abandoned, and soon free
            async with self._service.database.write(self._viewer.organisation_id) as session:
                await idempotency.give_up(session, self._token)

    async def _beat(self) -> None:
        if self._token is None or time.monotonic() - self._beaten < BEAT_S:
            return
        self._beaten = time.monotonic()
        async with self._service.database.write(self._viewer.organisation_id) as session:
            await idempotency.beat(session, self._token, now())


@contextlib.asynccontextmanager
async def attempt(request: Request, service: Service, viewer: Viewer) -> AsyncIterator[Attempt]:
    """Give the attempt of a request; when what is done inside fails, the key is free again.

    Raises `Problem` 409 while a request with the same key is under way.
    """
    key = request.headers.get(HEADER)
    if key is None:
        yield Attempt(service, viewer, None, None)
        return
    if not KEY.fullmatch(key):
        raise invalid("wrong_idempotency_key", "The Idempotency-Key cannot be used.", "Send a UUID.")
    made, failed = await _begun(service, viewer, key), True
    try:
        yield made
        failed = False
    finally:
        if failed:
            await made.give_up()


async def replayed(made: Attempt, read: Callable[[], AsyncIterator[bytes]]) -> IdempotencyKey:
    """Return the answer given before, once the whole request is read and is the same.

    Raises `Problem` 422 for another request under the same key.
    """
    async for _ in made.passing(read()):
        pass
    if made.answer is None or not made.same():
        raise invalid(
            "idempotency_key_reused",
            "The Idempotency-Key was used for another request.",
            "Give each request a key of its own.",
        )
    return made.answer


async def _begun(service: Service, viewer: Viewer, key: str) -> Attempt:
    """Return a new attempt, or one that has an answer already."""
    at = now()
    try:
        async with service.database.write(viewer.organisation_id) as session:
            found = await idempotency.find(session, viewer.principal_id, key)
            if found is None:
                return Attempt(
                    service, viewer, idempotency.begin(session, viewer.principal_id, key, at), None
                )
            if found.status is not None:
                return Attempt(service, viewer, None, found)
            abandoned = at - found.created_at > idempotency.ABANDONED
            if abandoned and await idempotency.take_over(session, found, at):
                return Attempt(service, viewer, found.id, None)
    except IntegrityError as error:
        raise _under_way() from error
    raise _under_way()


def _under_way() -> Problem:
    problem = conflict(
        "under_way", "A request with this Idempotency-Key is under way.", "Wait, then send it again."
    )
    problem.headers["Retry-After"] = "5"
    return problem
