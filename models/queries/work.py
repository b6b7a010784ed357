"""What a stage of a call starts from, and what it leaves: read at the beginning, written with its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import col

from models import recording as sound
from models.call import CallType, RunState
from models.correction import NOTHING, PutRight
from models.db import ReadSession, Session, database_time
from models.queries import assessments, corrections, due, reviews, runs
from models.queries.assessments import Scores
from models.queries.runs import Claim
from models.review import Review
from models.scorecard import InForce
from models.stages import Lane, StageName
from models.tables import Call, Product, Recording, StageRun
from models.tracker import Watched


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a call when a stage of it begins; `products` are compressed, of the stages done.

    `failures` counts the tries of this stage that failed. `put_right` is what people put right, in the
    version `correction`.
    """

    call_id: UUID
    recording_id: UUID
    key: str
    name: str
    sha256: str
    language: str | None
    speakers_least: int | None
    speakers_most: int | None
    rep_channel: int | None
    call_type: CallType
    products: Mapping[StageName, bytes]
    failures: int
    correction: int = 0
    put_right: PutRight = NOTHING
    scorecards: tuple[InForce, ...] = ()
    trackers: tuple[Watched, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """Files for people to play, in the store."""

    playback_key: str
    playback_bytes: int
    peaks_key: str


@dataclass(frozen=True, slots=True)
class Written:
    """A finished review: the values, the whole as it is published, and the version of corrections in it."""

    review: Review
    document: bytes
    correction: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What a stage leaves; beside its product the one thing that this stage brings to light."""

    fingerprint: str
    data: bytes
    opened: sound.Recording | None = None
    played: Played | None = None
    written: Written | None = None
    scored: Scores | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What follows from a finished stage: lanes to ring, files that nothing names any more."""

    ready: tuple[Lane, ...]
    replaced: tuple[str, ...]
    ended: bool


async def load(session: ReadSession, claimed: Claim) -> Start | None:
    """Return what a claimed stage starts from; None where the stage or its call is gone."""
    query = (
        select(Call, Recording, StageRun)
        .join(Recording, col(Recording.id) == col(Call.recording_id))
        .join(StageRun, col(StageRun.call_id) == col(Call.id))
        .where(col(StageRun.id) == claimed.run_id)
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    call, recording, run = found
    correction, put_right = await corrections.newest(session, call.id)
    scoring = run.stage is StageName.SCORE
    return Start(
        call_id=call.id,
        recording_id=recording.id,
        key=recording.key,
        name=recording.name,
        sha256=recording.sha256,
        language=call.language,
        speakers_least=call.speakers_least,
        speakers_most=call.speakers_most,
        rep_channel=call.rep_channel,
        call_type=call.call_type,
        products=await products(session, call.id),
        failures=run.failures,
        correction=correction,
        put_right=put_right,
        scorecards=await assessments.in_force(session, call) if scoring else (),
        trackers=await assessments.watched(session) if scoring else (),
    )


async def save(session: Session, claimed: Claim, result: Result) -> Saved | None:
    """Write what a stage made and mark it done, together; None where the stage is no longer this worker's."""
    ready = await runs.finish(session, claimed, result.fingerprint)
    if ready is None:
        return None
    call = await session.get_one(Call, claimed.call_id)
    at = await database_time(session)
    session.add(
        Product(
            organisation_id=claimed.organisation_id,
            call_id=claimed.call_id,
            stage=claimed.stage,
            version=claimed.attempt,
            fingerprint=result.fingerprint,
            data=result.data,
            created_at=at,
        )
    )
    replaced = await _bring_to_light(session, call, result)
    if result.written is not None:
        written, (_, put_right) = result.written, await corrections.newest(session, call.id)
        await reviews.replace(session, call, written.review, put_right.names)
        reviews.keep(session, call, claimed.attempt, written.document, at, written.correction)
    if result.scored is not None:
        due.note(session, claimed.organisation_id, call_id=call.id)
        await assessments.propose(session, call, result.scored, at)
    return Saved(ready, replaced, call.state.ended)


async def names_file(session: ReadSession, recording_id: UUID, key: str) -> bool:
    """Return whether a recording names a derived file as the one to play."""
    query = select(col(Recording.id)).where(
        col(Recording.id) == recording_id, col(Recording.playback_key) == key
    )
    return (await session.execute(query)).first() is not None


async def ended(session: ReadSession, call_id: UUID) -> bool:
    """Return whether nothing happens to a call any more, or it is not there."""
    state = (await session.execute(select(col(Call.state)).where(col(Call.id) == call_id))).scalar()
    return state is None or state.ended


async def products(session: ReadSession, call_id: UUID) -> dict[StageName, bytes]:
    """Return what the stages made that are done, each as of its newest attempt."""
    is_newest = and_(
        col(StageRun.call_id) == col(Product.call_id),
        col(StageRun.stage) == col(Product.stage),
        col(StageRun.attempt) == col(Product.version),
    )
    query = (
        select(col(Product.stage), col(Product.data))
        .join(StageRun, is_newest)
        .where(col(Product.call_id) == call_id, col(StageRun.state) == RunState.DONE)
    )
    return dict((await session.execute(query)).all())


async def _bring_to_light(session: Session, call: Call, result: Result) -> tuple[str, ...]:
    """Write what decoding or rendering found out about the recording; return keys it no longer names."""
    recording = await session.get_one(Recording, call.recording_id)
    if result.opened is not None:
        found = result.opened
        recording.duration_s = call.duration_s = found.duration_s
        recording.sample_rate_hz, recording.channels = found.sample_rate_hz, found.channels
    if result.played is None:
        return ()
    before = (recording.playback_key, recording.peaks_key)
    recording.playback_key, recording.peaks_key = result.played.playback_key, result.played.peaks_key
    recording.playback_bytes = result.played.playback_bytes
    now = (recording.playback_key, recording.peaks_key)
    return tuple(key for key in before if key is not None and key not in now)
