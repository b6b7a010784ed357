"""The report on fairness: whether scores differ between teams, languages and kinds of recordings."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response

from analysis import fairness
from analysis.fairness import CAVEATS, Dimension, Group
from api.auth import ScoreComparer, ServiceDep
from api.exports import disposition, harmless
from api.problems import invalid
from api.routes.routers import guarded
from api.schemas.fairness import (
    DifferenceShape,
    DimensionShape,
    EstimateShape,
    FairnessAsked,
    FairnessShape,
    FindingsShape,
    GroupShape,
    ReportFormat,
    SharesShape,
)
from api.schemas.shape import Given
from core.clock import now
from models.queries import fairness as queries

USUAL = timedelta(days=90)
CSV = "text/csv"
WRITTEN: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
PARTS: Mapping[str, type[Given]] = {
    "machine": EstimateShape,
    "difference": DifferenceShape,
    "final": EstimateShape,
    "correction": EstimateShape,
    "shares": SharesShape,
}
"""What findings consist of besides plain numbers."""
PLAIN = ("coverage", "without_score")
COLUMNS = (
    *("dimension", "group", "key", "calls", "reps"),
    *(f"{name}_{part}" for name, shape in PARTS.items() for part in shape.model_fields),
    *PLAIN,
)
WORDS: Mapping[str, str] = {
    fairness.UNKNOWN: "Not known",
    "under_2_min": "Under 2 minutes",
    "2_to_10_min": "2 to 10 minutes",
    "10_to_30_min": "10 to 30 minutes",
    "over_30_min": "Over 30 minutes",
}
"""What groups are called that are not called after their key."""

router = guarded("fairness", "/v1/fairness")


@router.get("", response_model=FairnessShape, responses=WRITTEN)
async def get_fairness(
    asked: Annotated[FairnessAsked, Query()], viewer: ScoreComparer, service: ServiceDep
) -> FairnessShape | Response:
    """Return whether scores by a scorecard differ between groups of calls, with how sure that is.

    Groups of fewer than five calls or three reps show their size alone.
    """
    start, end = _span(asked)
    async with service.database.read(viewer.organisation_id) as session:
        card = await queries.scorecard(session, asked.scorecard)
        if card is None:
            raise invalid(
                "no_scorecard", "There is no such scorecard.", "Take a key that /v1/scorecards lists."
            )
        calls = await queries.scored(session, card.id, start, end)
        teams = await queries.teams(session)
    found = await asyncio.to_thread(fairness.report, calls)
    names = {str(team_id): name for team_id, name in teams.items()}
    shape = FairnessShape(
        scorecard=card.key,
        since=start,
        until=end,
        calls=len(calls),
        reps=len({call.rep_id for call in calls}),
        caveats=list(CAVEATS),
        dimensions=[_dimension(dimension, groups, names) for dimension, groups in found.items()],
    )
    return shape if asked.format is ReportFormat.JSON else _table(shape)


def _span(asked: FairnessAsked) -> tuple[datetime, datetime]:
    """Return from when to when; raises `Problem` 422 where that is no time at all."""
    end = asked.until or now()
    try:
        start = asked.since or end - USUAL
    except OverflowError:
        start = end
    if start >= end:
        raise invalid("empty_span", "It ends before it begins.", "Give a later `to`, or an earlier `from`.")
    return start, end


def _dimension(dimension: Dimension, groups: Iterable[Group], teams: Mapping[str, str]) -> DimensionShape:
    shown = [
        GroupShape(
            key=group.key,
            label=_label(dimension, group.key, teams),
            calls=group.calls,
            reps=group.reps,
            findings=None if group.findings is None else FindingsShape.model_validate(group.findings),
        )
        for group in groups
    ]
    return DimensionShape(name=dimension.name, label=dimension.label, groups=shown)


def _label(dimension: Dimension, key: str, teams: Mapping[str, str]) -> str:
    """Return what a group is called; languages have their codes."""
    match dimension.name:
        case "team":
            return teams.get(key, "No team")
        case "language" if key != fairness.UNKNOWN:
            return key
    return WORDS.get(key) or key.capitalize()


def _table(shape: FairnessShape) -> Response:
    """Return a report as CSV (RFC 4180), a line a group and then one a caveat, nothing in it a formula."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    lines.writerows([harmless(value) for value in line] for line in _lines(shape))
    name = f"fairness {shape.scorecard} {shape.since:%Y-%m-%d} {shape.until:%Y-%m-%d}.csv"
    return Response(out.getvalue(), media_type=CSV, headers={"Content-Disposition": disposition(name)})


def _lines(shape: FairnessShape) -> Iterator[list[Any]]:
    for dimension in shape.dimensions:
        for group in dimension.groups:
            found = {} if group.findings is None else group.findings.model_dump()
            parts = [
                (found.get(name) or {}).get(part) for name, of in PARTS.items() for part in of.model_fields
            ]
            size = [group.calls, group.reps]
            yield [dimension.name, group.label, group.key, *size, *parts, *map(found.get, PLAIN)]
    for caveat in shape.caveats:
        yield ["caveat", caveat]
