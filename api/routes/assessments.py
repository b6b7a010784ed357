"""Scores of calls, each by a version of a scorecard: the queue of review, and what people say and do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import Field

from api import cursors, reviewing, shown_assessments
from api.auth import (
    CallReader,
    CallReviewer,
    MaybeCallReviewer,
    MaybeReviewAnswerer,
    ReviewAnswerer,
    ServiceDep,
)
from api.conditional import answered, demand_version
from api.problems import not_found, responses
from api.records import refreshed
from api.routes.calls import present
from api.routes.paging import MOST, cut
from api.routes.routers import CONFLICT, GONE, MISSING, TAGGED, guarded
from api.schemas.assessments import AssessmentShape
from api.schemas.reviewing import Answering, RepMoves, ReviewerMoves, WaitingPage, WholeAssessmentShape
from api.schemas.shape import Line, Taken
from api.seen import note_seen
from api.service import Service
from core.clock import now
from models.access import Reach, Viewer
from models.assessment import AnswerKind, MoveName
from models.call import CallType
from models.db import Session
from models.queries import access, assessments, calibrations, people
from models.queries import reviewing as reviews
from models.queries.reviewing import Assessed, Stand, Waiting

router = guarded("assessments", "/v1")

CHANGING = {**MISSING, **CONFLICT, **responses(HTTPStatus.PRECONDITION_FAILED)}


class Queue(Taken):
    """Which scores of the queue; what is left out lets every one through."""

    scorecard: Line | None = None
    """By this scorecard, by its key."""
    rep_id: UUID | None = None
    team_id: UUID | None = None
    """Of calls of this team and all below it."""
    call_type: list[CallType] = Field(default_factory=list)
    mine: bool = False
    """Only what whoever asks has taken up."""
    contested: bool = False
    """Only what a rep asks another look at."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


@router.get("/calls/{call_id}/assessments", responses=GONE)
async def list_assessments(call_id: UUID, viewer: CallReader, service: ServiceDep) -> list[AssessmentShape]:
    """Return the scores of a call: items with their points and reasons, and which minute brought which."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await assessments.of_call(session, call_id)
        blind = await calibrations.blind(session, viewer.user_id, [row.id for row, _, _ in found])
    await note_seen(service, viewer, f"call:{call_id}", "scores")
    return [shown_assessments.assessment(*one, blind) for one in found]


@router.get("/reviews")
async def list_waiting(
    viewer: CallReviewer, service: ServiceDep, wanted: Annotated[Queue, Query()]
) -> WaitingPage:
    """Return the scores that wait for review: contested ones first, then the uncertain and the extreme."""
    after = cursors.stand(wanted.cursor)
    async with service.database.read(viewer.organisation_id) as session:
        team_ids = None if wanted.team_id is None else await access.subtree(session, wanted.team_id)
        waiting = Waiting(
            scorecard=wanted.scorecard,
            rep_id=wanted.rep_id,
            team_ids=team_ids,
            call_types=tuple(wanted.call_type),
            assigned_to=viewer.principal_id if wanted.mine else None,
            contested=wanted.contested,
        )
        rows, more = cut(await reviews.queue(session, viewer, waiting, after, wanted.limit + 1), wanted.limit)
        ids = {one for row in rows for one in (row.call.rep_id, row.row.assigned_to) if one is not None}
        names = await people.member_names(session, sorted(ids))
        blind = await calibrations.blind(session, viewer.user_id, [one.row.id for one in rows])
    items = [shown_assessments.waiting(one, names, blind) for one in rows]
    return WaitingPage(items=items, next=cursors.of_stand(_stand(rows[-1])) if more else None)


@router.get(
    "/assessments/{assessment_id}", responses={**MISSING, **TAGGED}, response_model=WholeAssessmentShape
)
async def get_assessment(
    assessment_id: UUID,
    request: Request,
    viewer: CallReader,
    reviewer: MaybeCallReviewer,
    answerer: MaybeReviewAnswerer,
    service: ServiceDep,
) -> Response:
    """Return a score with all that machine and people say to it, what was done with it, and what may be."""
    async with service.database.read(viewer.organisation_id) as session:
        found = await reviews.find(session, viewer, assessment_id)
    if found is None:
        raise not_found()
    await note_seen(service, viewer, f"call:{found.call.id}", "scores")
    shape = await _shape(service, found, reviewer, answerer)
    return answered(request, shape.model_dump_json(), found.row.version)


@router.post("/assessments/{assessment_id}/moves", responses=CHANGING, response_model=WholeAssessmentShape)
async def review_assessment(
    assessment_id: UUID,
    given: ReviewerMoves,
    request: Request,
    viewer: CallReviewer,
    answerer: MaybeReviewAnswerer,
    service: ServiceDep,
) -> Response:
    """Take a score up, approve, correct or reject it, look again; `docs/review.md` has every move."""
    return await _moved(
        service, request, assessment_id, MoveName(given.move), given.comment, viewer, answerer
    )


@router.post("/assessments/{assessment_id}/answers", responses=CHANGING, response_model=WholeAssessmentShape)
async def answer_assessment(
    assessment_id: UUID,
    given: Answering,
    request: Request,
    viewer: CallReviewer,
    answerer: MaybeReviewAnswerer,
    service: ServiceDep,
) -> Response:
    """Answer items as reviewer; the score follows, what the machine says stays beside it."""
    async with _changing(service, viewer, assessment_id, request) as (session, found):
        reviewing.demand_open(found, viewer)
        reviewing.demand_fitting(found, given.answers, given.withdraw)
        await _answered(session, found, AnswerKind.REVIEW, given, viewer)
        answers = await assessments.answers(session, found.call.id, found.version.id)
        machine = await reviews.machine(session, found.row.id)
        reviews.show(found.row, reviewing.rescored(found, machine, answers), now())
    return await _shown(service, found, viewer, answerer)


@router.post(
    "/assessments/{assessment_id}/own-moves", responses=CHANGING, response_model=WholeAssessmentShape
)
async def respond_to_assessment(
    assessment_id: UUID,
    given: RepMoves,
    request: Request,
    viewer: ReviewAnswerer,
    reviewer: MaybeCallReviewer,
    service: ServiceDep,
) -> Response:
    """Acknowledge the score of one's own call, or ask for another look."""
    return await _moved(
        service, request, assessment_id, MoveName(given.move), given.comment, reviewer, viewer
    )


@router.post(
    "/assessments/{assessment_id}/own-answers", responses=CHANGING, response_model=WholeAssessmentShape
)
async def judge_oneself(
    assessment_id: UUID,
    given: Answering,
    request: Request,
    viewer: ReviewAnswerer,
    reviewer: MaybeCallReviewer,
    service: ServiceDep,
) -> Response:
    """Answer items about one's own call; they stand beside the others and change no score."""
    async with _changing(service, viewer, assessment_id, request) as (session, found):
        reviewing.demand_own(found, viewer)
        reviewing.demand_fitting(found, given.answers, given.withdraw)
        await _answered(session, found, AnswerKind.SELF, given, viewer)
    return await _shown(service, found, reviewer, viewer)


async def _moved(
    service: Service,
    request: Request,
    assessment_id: UUID,
    name: MoveName,
    comment: str,
    reviewer: Viewer,
    answerer: Viewer,
) -> Response:
    """Make a move and return the score after it; records follow at once."""
    viewer = answerer if name in {MoveName.ACKNOWLEDGE, MoveName.CONTEST} else reviewer
    async with _changing(service, viewer, assessment_id, request) as (session, found):
        reviewing.permit(found, name, viewer, comment)
        if name in {MoveName.APPROVE, MoveName.CORRECT}:
            answers = await assessments.answers(session, found.call.id, found.version.id)
            reviewing.demand_consistent(found, name, answers)
        reviews.move(session, found, name, viewer.user_id, now(), comment.strip())
    await refreshed(service, viewer.organisation_id)
    return await _shown(service, found, reviewer, answerer)


@asynccontextmanager
async def _changing(
    service: Service, viewer: Viewer, assessment_id: UUID, request: Request
) -> AsyncIterator[tuple[Session, Assessed]]:
    """Give a score, locked, in a transaction that is committed at the end."""
    async with service.database.write(viewer.organisation_id) as session:
        found = await reviews.locked(session, viewer, assessment_id)
        if found is None:
            raise not_found()
        reviewing.demand_person(viewer)
        demand_version(request, found.row.version, _tag(found))
        yield session, found


async def _answered(
    session: Session, found: Assessed, kind: AnswerKind, given: Answering, viewer: Viewer
) -> None:
    """Keep a person's answers, and which of them they take back."""
    by = viewer.principal_id
    if given.answers:
        reviews.answer(session, found.row, kind, given.answers, by, now())
    if given.withdraw:
        reviews.withdraw(session, found.row, kind, given.withdraw, by, now())
    await session.flush()


async def _shown(service: Service, found: Assessed, reviewer: Viewer, answerer: Viewer) -> Response:
    """Return a score with its tag."""
    shape = await _shape(service, found, reviewer, answerer)
    headers = {"ETag": _tag(found), "Cache-Control": "private, no-cache"}
    return Response(shape.model_dump_json(), headers=headers, media_type="application/json")


async def _shape(
    service: Service, found: Assessed, reviewer: Viewer, answerer: Viewer
) -> WholeAssessmentShape:
    """Return a score with all that was said to it, and what may be done with it."""
    async with service.database.read(reviewer.organisation_id) as session:
        said = await shown_assessments.said(session, found, reviewer)
        seen = reviewer.reach is not Reach.NONE and await reviews.find(session, reviewer, found.row.id)
    may = reviewing.may(found, reviewer if seen else None, answerer)
    return shown_assessments.whole(found, said, may)


def _tag(found: Assessed) -> str:
    return f'"{found.row.version}"'


def _stand(found: Assessed) -> Stand:
    return Stand(found.row.queue, found.row.created_at, found.row.id)
