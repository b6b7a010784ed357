"""Scores of calls, each by a version of a scorecard."""

from __future__ import annotations

from uuid import UUID

from analysis.scorecards.score import FORMULA
from api.auth import CallReader, ServiceDep
from api.routes.calls import present
from api.routes.routers import GONE, guarded
from api.schemas.assessments import AssessmentShape
from models.queries import assessments
from models.scorecard import POINT, SCORE
from models.tables import Assessment, ScorecardRow, ScorecardVersion

router = guarded("assessments", "/v1")


@router.get("/calls/{call_id}/assessments", responses=GONE)
async def list_assessments(call_id: UUID, viewer: CallReader, service: ServiceDep) -> list[AssessmentShape]:
    """Return the scores of a call: items with their points and reasons, and which minute brought which."""
    async with service.database.read(viewer.organisation_id) as session:
        await present(session, viewer, call_id)
        found = await assessments.of_call(session, call_id)
    return [_shape(*one) for one in found]


def _shape(row: Assessment, version: ScorecardVersion, card: ScorecardRow) -> AssessmentShape:
    return AssessmentShape(
        id=row.id,
        version_id=version.id,
        scorecard=card.key,
        name=str(version.content["name"]),
        number=version.number,
        trial=row.trial,
        state=row.state,
        points=None if row.points is None else row.points / POINT,
        coverage=row.coverage,
        why=row.why,
        formula=FORMULA,
        score=SCORE.validate_python(row.content),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
