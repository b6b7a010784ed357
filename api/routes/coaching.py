"""Listening to calls, and who coaches whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.auth import CoachingReader, Commenter, MaybeCallReader, ServiceDep
from api.persons import named, person
from api.problems import invalid
from api.routes.calls import changing
from api.routes.routers import CONFLICT, GONE, guarded
from api.schemas.coaching import (
    CoachingShape,
    CoachingWanted,
    CoachShape,
    Listened,
    ListeningShape,
    RepShape,
    WaitShape,
)
from api.schemas.people import PersonShape
from api.seen import note_seen
from core.clock import now
from models.access import Reach
from models.assessment import MoveName
from models.queries import access, coaching, listening
from models.queries.coaching import Deeds, Feedback, Span
from models.tables import User

SHOWN = timedelta(days=30)
LONGEST = timedelta(days=366)
HOUR_S = 3600

router = guarded("coaching", "/v1")


@router.post("/calls/{call_id}/listening", responses={**GONE, **CONFLICT})
async def report_listening(
    call_id: UUID, given: Listened, viewer: Commenter, service: ServiceDep
) -> ListeningShape:
    """Say how long one listened to a call since one last said so; a player sends it now and again."""
    async with changing(service, viewer, call_id) as (session, call):
        row = await listening.report(session, call, person(viewer), given.seconds, now())
        return ListeningShape.model_validate(row)


@router.get("/coaching")
async def get_coaching(
    wanted: Annotated[CoachingWanted, Query()],
    viewer: CoachingReader,
    reader: MaybeCallReader,
    service: ServiceDep,
) -> CoachingShape:
    """Return how much people within reach coach, and how much feedback calls got that one sees."""
    start, end = _days(wanted)
    span = Span(_midnight(start), _midnight(end))
    # Coaches see of coaching their own, and of calls those of their teams.
    seeing = reader if viewer.reach is Reach.OWN else viewer
    async with service.database.read(viewer.organisation_id) as session:
        teams = None if wanted.team_id is None else await access.subtree(session, wanted.team_id)
        coaches = await coaching.coaches(session, viewer, teams)
        deeds = await coaching.deeds(session, [one.id for one in coaches], span)
        told = await coaching.feedback(session, seeing, teams, span)
        reviewed = await coaching.reviewed(session, seeing, teams, span)
        reps = await named(session, reviewed)
    given, got = _by([(one.user_id, one) for one in told]), _by([(one.rep_id, one) for one in told])
    await note_seen(service, viewer, f"coaching:{wanted.team_id or viewer.organisation_id}", "coaching")
    return CoachingShape(
        start=start,
        end=end,
        coaches=[_coach(one, deeds.get(one.id, Deeds()), given.get(one.id, ())) for one in coaches],
        reps=sorted((_rep(reps[key], count, got.get(key, ())) for key, count in reviewed.items()), key=_name),
        first_feedback=_wait(told),
    )


def _days(wanted: CoachingWanted) -> tuple[date, date]:
    """Return the days asked for; raises `Problem` 422 where they are none, or too many."""
    end = wanted.end or now().date() + timedelta(days=1)
    start = wanted.start or end - min(SHOWN, end - date.min)
    if not timedelta(0) < end - start <= LONGEST:
        days = f"From {start} to {end} is not between one day and {LONGEST.days}."
        raise invalid("wrong_days", days, "Ask for a year at most, the later day last.")
    return start, end


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _coach(user: User, did: Deeds, told: Sequence[Feedback]) -> CoachShape:
    return CoachShape(
        person=PersonShape(id=user.id, name=user.name),
        role=user.role,
        team_id=user.team_id,
        calls_listened=did.calls_listened,
        hours_listened=did.seconds_listened / HOUR_S,
        comments=did.comments,
        replies=did.replies,
        mentions=did.mentions,
        tasks_given=did.tasks_given,
        tasks_done=did.tasks_done,
        approved=did.decisions[MoveName.APPROVE],
        corrected=did.decisions[MoveName.CORRECT],
        rejected=did.decisions[MoveName.REJECT],
        reps_coached=len(did.reps),
        first_feedback=_wait(told),
    )


def _rep(rep: PersonShape, reviewed: int, told: Sequence[Feedback]) -> RepShape:
    return RepShape(
        person=rep, calls_reviewed=reviewed, calls_with_feedback=len(told), first_feedback=_wait(told)
    )


def _by(told: Iterable[tuple[UUID | None, Feedback]]) -> Mapping[UUID | None, list[Feedback]]:
    """Return feedback by person."""
    found = dict[UUID | None, list[Feedback]]()
    for key, one in told:
        found.setdefault(key, []).append(one)
    return found


def _wait(told: Sequence[Feedback]) -> WaitShape:
    return WaitShape.model_validate(coaching.wait(told))


def _name(rep: RepShape) -> tuple[str, UUID]:
    return rep.person.name, rep.person.id
