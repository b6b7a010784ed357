"""Assessments: by which scorecards a call is scored, and what comes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from models.assessment import MOVE, AnswerKind, AssessmentState, MoveName, Place
from models.db import ReadSession, Session
from models.event import Kind
from models.queries import due, trail
from models.queries.events import record
from models.scorecard import ANSWER, SCORE, SCORECARD, Answer, InForce, Proposal, Score
from models.tables import (
    AnswerRow,
    Assessment,
    Call,
    MachineScore,
    MoveRow,
    ReviewRow,
    ScorecardRow,
    ScorecardVersion,
    TrackerHit,
    TrackerRow,
)
from models.tracker import TRACKER, Tracked, Watched
from models.trail import Action, Note
from models.versions import VersionState

IN_USE = (VersionState.ACTIVE, VersionState.TRIAL)
WITHDRAWN = "withdrawn"
"""Key of an answer that takes back the one before it, so that the machine's is in force again."""
PAST = 200
"""Earlier scores that an extreme one is told from."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What scoring a call brings: a proposal a scorecard, and what trackers found."""

    proposals: tuple[Proposal, ...]
    tracked: tuple[Tracked, ...]


async def in_force(session: ReadSession, call: Call) -> tuple[InForce, ...]:
    """Return the versions of scorecards that score a call: those in use or tried out, for such calls."""
    query = (
        select(ScorecardVersion)
        .where(col(ScorecardVersion.state).in_(IN_USE))
        .order_by(col(ScorecardVersion.scorecard_id), col(ScorecardVersion.number))
    )
    found = list[InForce]()
    for version in (await session.execute(query)).scalars():
        card = SCORECARD.validate_python(version.content)
        if card.applies.to(call.call_type, call.spoken_language, call.direction, call.duration_s):
            past = await _past(session, version.id)
            found.append(InForce(version.id, card, past, await answers(session, call.id, version.id)))
    return tuple(found)


async def watched(session: ReadSession) -> tuple[Watched, ...]:
    """Return the trackers that are looked for."""
    query = select(TrackerRow).where(col(TrackerRow.active)).order_by(col(TrackerRow.key))
    rows = (await session.execute(query)).scalars()
    return tuple(Watched(row.id, TRACKER.validate_python(row.content)) for row in rows)


async def answers(session: ReadSession, call_id: UUID, version_id: UUID) -> tuple[Answer, ...]:
    """Return what reviewers answered about a call, the newest answer to each item."""
    query = (
        select(col(AnswerRow.content))
        .join(Assessment, col(Assessment.id) == col(AnswerRow.assessment_id))
        .where(
            col(Assessment.call_id) == call_id,
            col(Assessment.version_id) == version_id,
            col(AnswerRow.kind) == AnswerKind.REVIEW,
        )
        .order_by(col(AnswerRow.id))
    )
    newest = {content["item"]: content for content in (await session.execute(query)).scalars()}
    return tuple(
        ANSWER.validate_python(content) for _, content in sorted(newest.items()) if WITHDRAWN not in content
    )


async def of_call(
    session: ReadSession, call_id: UUID
) -> Sequence[tuple[Assessment, ScorecardVersion, ScorecardRow]]:
    """Return the assessments of a call with their versions and scorecards; those that count come first."""
    query = (
        select(Assessment, ScorecardVersion, ScorecardRow)
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .where(col(Assessment.call_id) == call_id)
        .order_by(col(Assessment.trial), col(ScorecardRow.name), col(ScorecardVersion.number).desc())
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def propose(session: Session, call: Call, scores: Scores, at: datetime) -> None:
    """Write the scores of a call as proposals, and where trackers found something, in place of those before.

    An assessment whose score changes goes back to being a proposal, whatever was decided on the one before.
    """
    await _keep_hits(session, call, scores.tracked)
    revision = await _revision(session, call.id)
    known = await _of_call(session, call.id)
    _lay_aside(known, {one.version_id for one in scores.proposals}, at)
    states = await _lock(session, [one.version_id for one in scores.proposals], at)
    for proposal in scores.proposals:
        trial = states[proposal.version_id] is VersionState.TRIAL
        row = known.get(proposal.version_id)
        if row is None:
            row = _new(call, proposal, revision, at, trial=trial)
            session.add(row)
            await session.flush()
        elif not _again(session, row, proposal, revision, at):
            continue
        session.add(_machine(row, proposal, revision, at))
        _tell(session, call, row)


def _lay_aside(known: Mapping[UUID, Assessment], in_force: Collection[UUID], at: datetime) -> None:
    """Take scores out of the queue by scorecards that are for the call no more, unless somebody is at it."""
    for version_id, row in known.items():
        waits = row.state is AssessmentState.PROPOSED and row.queue < Place.NOWHERE
        if waits and version_id not in in_force:
            row.queue, row.why = int(Place.NOWHERE), "The scorecard is not for this call any more."
            row.version, row.updated_at = row.version + 1, at


async def _revision(session: ReadSession, call_id: UUID) -> int:
    """Return the version of a call's review."""
    newest = (
        select(col(ReviewRow.version))
        .where(col(ReviewRow.call_id) == call_id)
        .order_by(col(ReviewRow.version).desc())
        .limit(1)
    )
    return (await session.execute(newest)).scalar_one_or_none() or 0


async def _of_call(session: Session, call_id: UUID) -> Mapping[UUID, Assessment]:
    query = select(Assessment).where(col(Assessment.call_id) == call_id).with_for_update()
    return {row.version_id: row for row in (await session.execute(query)).scalars()}


async def _lock(session: Session, ids: Sequence[UUID], at: datetime) -> Mapping[UUID, VersionState]:
    """Note that versions have scored a call, from when on they do not change; return their states."""
    query = select(ScorecardVersion).where(col(ScorecardVersion.id).in_(ids))
    rows = (await session.execute(query)).scalars().all()
    for row in rows:
        row.locked_at = row.locked_at or at
    return {row.id: row.state for row in rows}


async def _past(session: ReadSession, version_id: UUID) -> tuple[int, ...]:
    """Return the points of the newest calls by a version."""
    query = (
        select(col(Assessment.points))
        .where(col(Assessment.version_id) == version_id, col(Assessment.points).is_not(None))
        .order_by(col(Assessment.id).desc())
        .limit(PAST)
    )
    return tuple(points for points in (await session.execute(query)).scalars() if points is not None)


def _new(call: Call, proposal: Proposal, revision: int, at: datetime, *, trial: bool) -> Assessment:
    return Assessment(
        organisation_id=call.organisation_id,
        call_id=call.id,
        version_id=proposal.version_id,
        revision=revision,
        trial=trial,
        points=proposal.shown.points,
        coverage=proposal.shown.coverage,
        content=plain_score(proposal.shown),
        queue=int(Place.NOWHERE) if trial else proposal.queue,
        why=proposal.why,
        created_at=at,
        updated_at=at,
    )


def _again(session: Session, row: Assessment, proposal: Proposal, revision: int, at: datetime) -> bool:
    """Propose another score in place of the one before; return whether it is another."""
    content = plain_score(proposal.shown)
    row.revision = revision
    if content == row.content:
        return False
    if row.state is not AssessmentState.PROPOSED:
        move = MOVE[MoveName.RESCORE]
        due.note(session, row.organisation_id, call_id=row.call_id)
        _moved(session, row, move.name, move.after or row.state, at)
        row.decided_by = row.decided_at = row.assigned_to = row.acknowledged_at = row.contested_at = None
        row.by_policy = False
    row.points, row.coverage, row.content = proposal.shown.points, proposal.shown.coverage, content
    row.queue, row.why = int(Place.NOWHERE) if row.trial else proposal.queue, proposal.why
    row.version, row.updated_at = row.version + 1, at
    return True


def _tell(session: Session, call: Call, row: Assessment) -> None:
    """Have trail, followers and records know of a proposal."""
    details = {"assessment_id": str(row.id), "points": row.points, "version_id": str(row.version_id)}
    note = Note(None, Action.SCORE_PROPOSED, f"call:{call.id}", details)
    trail.note(session, call.organisation_id, note)
    told = {"assessment_id": str(row.id), "state": row.state, "version": row.version, "trial": row.trial}
    record(session, call, Kind.SCORED, told)


def _moved(session: Session, row: Assessment, name: MoveName, after: AssessmentState, at: datetime) -> None:
    session.add(
        MoveRow(
            organisation_id=row.organisation_id,
            assessment_id=row.id,
            name=name,
            before=row.state,
            after=after,
            created_at=at,
        )
    )
    row.state = after


def _machine(row: Assessment, proposal: Proposal, revision: int, at: datetime) -> MachineScore:
    return MachineScore(
        organisation_id=row.organisation_id,
        assessment_id=row.id,
        revision=revision,
        version=row.version,
        points=proposal.machine.points,
        content=plain_score(proposal.machine),
        created_at=at,
    )


async def _keep_hits(session: Session, call: Call, tracked: Sequence[Tracked]) -> None:
    """Write where trackers found something, in place of what was written before."""
    await session.execute(delete(TrackerHit).where(col(TrackerHit.call_id) == call.id))
    session.add_all(
        TrackerHit(
            organisation_id=call.organisation_id,
            call_id=call.id,
            tracker_id=one.tracker_id,
            number=number,
            utterance=hit.utterance,
            start=hit.start,
            end=hit.end,
            side=hit.side,
            words=hit.words,
            at=call.started_at,
            rep_id=call.rep_id,
            team_id=call.team_id,
        )
        for one in tracked
        for number, hit in enumerate(one.hits)
    )


def plain_score(score: Score) -> dict[str, Any]:
    """Return a score as it is kept."""
    found: dict[str, Any] = SCORE.dump_python(score, mode="json")
    return found
