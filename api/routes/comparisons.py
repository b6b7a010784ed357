"""Two versions of scorecards compared before one takes the place of the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from analysis.records.trends import Interval
from analysis.scorecards import comparison
from analysis.scorecards.comparison import ItemCompared, Pair, RepCompared
from api.auth import MaybeCallReader, ScoreComparer, ServiceDep
from api.persons import named
from api.problems import not_found
from api.routes.paging import MOST
from api.routes.routers import MISSING, guarded
from api.schemas.comparisons import CallByBoth, ItemByBoth, RepByBoth, VersionsCompared
from api.schemas.people import PersonShape
from api.schemas.records import IntervalShape
from api.schemas.shape import of_hundred
from api.seen import note_all_seen
from models.db import ReadSession
from models.queries import calibrations, comparing, scorecards
from models.queries.comparing import Both
from models.scorecard import SCORECARD
from models.tables import ScorecardVersion

Version = Annotated[UUID, Path(description="A version of a scorecard.")]
People = Mapping[UUID, PersonShape]

router = guarded("scorecards", "/v1/scorecards")


@router.get("/versions/{version_id}/comparison", responses=MISSING)
async def compare_versions(
    version_id: Version,
    other: Annotated[UUID, Query(alias="with", description="The version to compare it with.")],
    viewer: ScoreComparer,
    reader: MaybeCallReader,
    service: ServiceDep,
) -> VersionsCompared:
    """Return what two versions give the same calls: over all, item by item, rep by rep, call by call."""
    async with service.database.read(viewer.organisation_id) as session:
        this, that = await _present(session, version_id), await _present(session, other)
        every = await comparing.calls(session, this, that)
        scores = await comparing.scores(session, every)
        mine = comparing.seen(reader, every)
        people = await named(session, (one.rep_id for one in mine if one.rep_id is not None))
        blind = await calibrations.blind(session, viewer.user_id, _assessments(mine[:MOST]))
    whole = await asyncio.to_thread(comparison.compared, _pairs(every))
    cards = SCORECARD.validate_python(this.content), SCORECARD.validate_python(that.content)
    items = await asyncio.to_thread(comparison.items, *cards, scores)
    reps = comparison.compared(_pairs(mine)).reps
    seen = [f"record:{one.rep_id}" for one in reps if one.rep_id != viewer.user_id]
    await note_all_seen(service, viewer, seen, "comparison")
    return VersionsCompared(
        this_version=this.id,
        other_version=that.id,
        calls=whole.calls,
        without=whole.without,
        this=whole.this,
        other=whole.other,
        difference=_difference(whole.difference),
        deviation=whole.deviation,
        correlation=whole.correlation,
        moved=whole.moved,
        items=[_item(one) for one in items],
        reps=[_rep(one, people) for one in reps],
        newest=[_call(one, people) for one in mine[:MOST] if not blind & {one.this_id, one.other_id}],
    )


async def _present(session: ReadSession, version_id: UUID) -> ScorecardVersion:
    """Return a version; raises `Problem` 404 where there is none."""
    found = await scorecards.find(session, version_id)
    if found is None:
        raise not_found()
    return found[1]


def _assessments(found: Iterable[Both]) -> list[UUID]:
    return [key for one in found for key in (one.this_id, one.other_id)]


def _pairs(found: Sequence[Both]) -> list[Pair]:
    return [Pair(one.call_id, one.rep_id, one.this, one.other) for one in found]


def _difference(found: Interval | None) -> IntervalShape | None:
    return None if found is None else IntervalShape.of(found)


def _item(one: ItemCompared) -> ItemByBoth:
    return ItemByBoth.model_validate(one)


def _rep(one: RepCompared, people: People) -> RepByBoth:
    return RepByBoth(
        rep=people[one.rep_id],
        calls=one.calls,
        this=one.this,
        other=one.other,
        difference=_difference(one.difference),
    )


def _call(one: Both, people: People) -> CallByBoth:
    apart = Pair(one.call_id, one.rep_id, one.this, one.other).difference
    return CallByBoth(
        call_id=one.call_id,
        title=one.title,
        started_at=one.started_at,
        rep=None if one.rep_id is None else people[one.rep_id],
        this=of_hundred(one.this),
        other=of_hundred(one.other),
        difference=of_hundred(apart),
        final=of_hundred(one.final),
    )
