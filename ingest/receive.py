"""A recording taken in: kept, then recorded with its call and all the work on it in one transaction.

Once `receive` returns, the bytes are on the disk and the call is in the database; nothing else has to
happen for it to be reviewed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from core.errors import Rejected
from ingest.completion import to_completion
from ingest.naming import plain_name
from ingest.store import Store, Written, recording_key
from models.call import CallDetails, Consent, ConsentPolicy, RunState
from models.db import Database, Session, database_time
from models.queries import calls, people, runs
from models.stages import Lane
from models.tables import Call, Organisation, Recording, User

CROSSINGS = 5
"""Times that another may have recorded the same bytes, or id, between our look and our write."""

Also = Callable[[Session, UUID], Awaitable[None]]
"""Done in the transaction that records a call, with the call's key."""


@dataclass(frozen=True, slots=True)
class Received:
    """The call of a recording; `created` is False where it was here already. Ring `lanes` for work."""

    call_id: UUID
    created: bool
    lanes: tuple[Lane, ...]


async def receive(
    database: Database,
    store: Store,
    organisation_id: UUID,
    chunks: AsyncIterator[bytes],
    details: CallDetails,
    limit: int | None,
    also: Also | None = None,
) -> Received:
    """Return the call of a recording whose bytes arrive as `chunks`, at most `limit` of them.

    The same bytes give the newest call made of them, unless `details.force`. `also` joins the transaction,
    for a call that was here already too. Raises `Rejected` with nothing kept (`too_large`, `empty`,
    `no_consent`, `unknown_rep`, `external_id_taken`), `Retryable` where the disk is full or the store is
    away, and errors of the database as they come: the file is left to the sweeper then, because a
    transaction whose end was not heard may have been committed.
    """
    async with database.read(organisation_id) as session:
        _admitted(await people.own_organisation(session), await calls.rep(session, details), details)
    key, named = recording_key(), False
    try:
        written = _something(await store.write(key, chunks, limit))
        named = True
        received, named = await _recorded(database, organisation_id, key, written, details, also)
    except Rejected:
        named = False
        raise
    finally:
        if not named:
            await to_completion(store.delete(key))
    return received


def _something(written: Written) -> Written:
    """Return what was written; raises `Rejected` where that is nothing."""
    if not written.bytes:
        raise Rejected("empty", "The file is empty.", "Export or upload the recording again.")
    return written


async def _recorded(
    database: Database,
    organisation_id: UUID,
    key: str,
    written: Written,
    details: CallDetails,
    also: Also | None,
) -> tuple[Received, bool]:
    """Return what `_record` does; look again where another was quicker."""
    for _ in range(CROSSINGS):
        with suppress(IntegrityError):
            async with database.write(organisation_id) as session:
                return await _record(session, key, written, details, also)
    async with database.write(organisation_id) as session:
        return await _record(session, key, written, details, also)


async def _record(
    session: Session, key: str, written: Written, details: CallDetails, also: Also | None
) -> tuple[Received, bool]:
    """Return the call of some bytes, new or not, and whether a row now names the key.

    The recording is looked for, and locked, before its calls: whoever finds one that another has just
    recorded then sees the call that came with it.
    """
    organisation = await people.own_organisation(session)
    owner = await calls.rep(session, details)
    _admitted(organisation, owner, details)
    call = await _of_external_id(session, written.sha256, details)
    recording = await calls.recording_by_sha256(session, written.sha256)
    newest = None if recording is None else await calls.by_sha256(session, written.sha256)
    if call is None and not details.force:
        call = newest
    if call is not None:
        received, named = Received(call.id, created=False, lanes=()), False
    else:
        if recording is None:
            recording = _recording(organisation, key, written, details)
            session.add(recording)
        elif newest is None:
            recording.key = key  # its calls are deleted, and its old file may be
        await session.flush()
        received, named = await _new(session, organisation, recording, owner, details), recording.key == key
    if also is not None:
        await also(session, received.call_id)
    return received, named


def _admitted(organisation: Organisation, owner: User | None, details: CallDetails) -> None:
    """Raise `Rejected` where the organisation's policy, or what is said of the call, forbids it."""
    if (details.rep_id or details.rep_email) and owner is None:
        raise Rejected(
            "unknown_rep",
            f"Nobody here is known as {details.rep_email or details.rep_id}.",
            "Add the person first, mend the address, or leave the rep out.",
        )
    agreed = details.consent in {Consent.GIVEN, Consent.NOT_REQUIRED}
    if organisation.consent_policy is ConsentPolicy.REQUIRED and not agreed:
        raise Rejected(
            "no_consent",
            f"Consent to the recording is {details.consent}, and {organisation.name} demands it.",
            "Hand it in again with consent 'given' or 'not_required' once that is so.",
        )


async def _of_external_id(session: Session, sha256: str, details: CallDetails) -> Call | None:
    """Return the call that has the id already; raises `Rejected` where it is of other bytes, or by force."""
    if details.external_id is None:
        return None
    found = await calls.by_external_id(session, details.external_id)
    if found is None:
        return None
    call, its_sha256 = found
    if call.deleted_at is not None:
        call.external_id = None  # a deleted call gives its id up
        await session.flush()
        return None
    if its_sha256 == sha256 and not details.force:
        return call
    raise Rejected(
        "external_id_taken",
        f"The id {details.external_id} is that of another call, {call.id}.",
        "Give each call its own external id, or delete the other call first.",
    )


def _recording(organisation: Organisation, key: str, written: Written, details: CallDetails) -> Recording:
    return Recording(
        organisation_id=organisation.id,
        sha256=written.sha256,
        bytes=written.bytes,
        name=plain_name(details.name),
        key=key,
    )


async def _new(
    session: Session,
    organisation: Organisation,
    recording: Recording,
    owner: User | None,
    details: CallDetails,
) -> Received:
    """Return a call made of a recording, with every stage planned."""
    at = await database_time(session)
    call = await calls.add(session, organisation, recording, owner, details, at)
    planned = runs.plan(session, call, at)
    queued = {run.lane for run in planned if run.state is RunState.QUEUED}
    return Received(call.id, created=True, lanes=tuple(sorted(queued)))
