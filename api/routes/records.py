"""Performance records: what approved calls and closed deals of a person, or of a team, come to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response

from analysis.records.measures import Measure, MeasureKind, measures, named
from analysis.records.periods import end_of
from analysis.records.relation import CAUTION, LEAST_PAIRS, relation
from analysis.records.trends import BASELINE, pooled_mean, spread, standing
from api.auth import RecordReader, ScoreComparer, ServiceDep
from api.conditional import answered
from api.indexes import Weighing, indexes, weighings
from api.problems import invalid, not_found
from api.routes.routers import MISSING, TAGGED, guarded
from api.schemas.evidence import RelationsAsked, RelationShape, RelationsShape
from api.schemas.records import (
    IntervalShape,
    MeasureShape,
    MemberShape,
    PeriodAsked,
    PeriodShape,
    RecordAsked,
    RecordShape,
    ReviewedShape,
    SpreadShape,
    StandingShape,
    TeamRecordShape,
    figures_of,
)
from api.seen import note_seen
from api.service import Service
from api.spans import Calendar, calendar
from models.access import Reach, Viewer
from models.call import CallType, UserRole
from models.db import ReadSession
from models.queries import access, cells, evidence, formulas, people, teams
from models.queries.contributions import Stretch
from models.queries.evidence import Reviewed
from models.record import LEAST_CALLS, Cell, Period, PeriodKind
from models.tables import User

router = guarded("records", "/v1")

Means = tuple[int, float] | None
"""How many values, and their mean."""

METHOD = (
    "Spearman's rank correlation with its 95 % interval (Bonett and Wright 2000), over one pair a rep. "
    "{} measures are looked at at once: about one in twenty looks clear by chance alone."
)


@router.get("/users/{user_id}/record", responses={**MISSING, **TAGGED}, response_model=RecordShape)
async def get_record(
    user_id: UUID,
    request: Request,
    viewer: RecordReader,
    service: ServiceDep,
    wanted: Annotated[RecordAsked, Query()],
) -> Response:
    """Return the record of a person by period, the last one beside their own past and their team."""
    async with service.database.read(viewer.organisation_id) as session:
        user = await people.user(session, viewer, user_id)
        if user is None:
            raise not_found()
        days = await calendar(session)
        history = days.until(wanted.until, wanted.period, max(wanted.periods, BASELINE + 1))
        kept = await cells.of_rep(session, user_id, history, wanted.call_type)
        team = await _team_of(session, user, history[-1], wanted)
        known = weighings(await formulas.used(session))
        scorecards = await evidence.scorecards(session)
    past = [kept.get(one) or Cell(user_id, one, wanted.call_type, 0) for one in history]
    shown = past[-wanted.periods :]
    which = _wanted(wanted.measure, shown, scorecards)
    await note_seen(service, viewer, f"record:{user_id}", "record")
    record = RecordShape(
        user_id=user_id,
        name=user.name,
        period=wanted.period,
        call_type=wanted.call_type,
        time_zone=days.zone.key,
        least_calls=LEAST_CALLS,
        measures=[MeasureShape.of(one) for one in which.values()],
        periods=[_period(cell, which, known, days) for cell in shown],
        standings=[StandingShape.of(name, standing(name, past, wanted.periods, team)) for name in which],
    )
    return answered(request, record.model_dump_json())


@router.get("/teams/{team_id}/record", responses={**MISSING, **TAGGED}, response_model=TeamRecordShape)
async def get_team_record(
    team_id: UUID,
    request: Request,
    viewer: RecordReader,
    service: ServiceDep,
    wanted: Annotated[PeriodAsked, Query()],
) -> Response:
    """Return everybody of a team and the teams below in a period, and where the middle half of them lies.

    It says how much of what was measured anybody reviewed: a record of few approved calls shows little.
    """
    async with service.database.read(viewer.organisation_id) as session:
        team = None if viewer.reach is Reach.OWN else await teams.team(session, viewer, team_id)
        if team is None:
            raise not_found()
        days = await calendar(session)
        period, below = days.period(wanted.start, wanted.period), await access.subtree(session, team_id)
        found = {one.rep_id: one for one in await cells.of_teams(session, below, period, wanted.call_type)}
        members = [one for one in await evidence.members(session, below) if one.id in found or _works(one)]
        known = weighings(await formulas.used(session))
        which = _wanted(wanted.measure, found.values(), await evidence.scorecards(session))
    theirs = [(one, found.get(one.id) or Cell(one.id, period, wanted.call_type, 0)) for one in members]
    shown, reviewed = await asyncio.gather(  # the database counts while figures are shaped
        asyncio.to_thread(lambda: [_member(*one, which, known, days) for one in theirs]),
        _reviewed(service, viewer, below, days.bounds(period), wanted.call_type),
    )
    await note_seen(service, viewer, f"team:{team_id}", "record")
    spreads = {name: spread(list(found.values()), name) for name in which}
    record = TeamRecordShape(
        team_id=team_id,
        name=team.name,
        period=wanted.period,
        start=period.start,
        end=end_of(period),
        call_type=wanted.call_type,
        time_zone=days.zone.key,
        measures=[MeasureShape.of(one) for one in which.values()],
        members=shown,
        bands={name: SpreadShape.model_validate(one) for name, one in spreads.items() if one is not None},
        reviewed=ReviewedShape.model_validate(reviewed),
    )
    return answered(request, record.model_dump_json())


@router.get("/records/measures")
async def list_measures(viewer: RecordReader, service: ServiceDep) -> list[MeasureShape]:
    """Return every measure that records may show, of the organisation's scorecards and deals too."""
    async with service.database.read(viewer.organisation_id) as session:
        names = await formulas.names(session)
    return [MeasureShape.of(one) for one in measures(*names).values()]


@router.get("/records/relations")
async def list_relations(
    viewer: ScoreComparer, service: ServiceDep, wanted: Annotated[RelationsAsked, Query()]
) -> RelationsShape:
    """Return how measures of calls went together with an outcome of deals, over the organisation's reps.

    It never says that one brings about the other.
    """
    outcome = named([wanted.outcome]).get(wanted.outcome)
    if outcome is None or outcome.kind is not MeasureKind.OUTCOME:
        raise invalid(
            "no_such_outcome", f"'{wanted.outcome}' is no outcome.", "/v1/records/measures lists them."
        )
    async with service.database.read(viewer.organisation_id) as session:
        days = await calendar(session)
        span = days.until(wanted.quarter, PeriodKind.QUARTER, wanted.quarters)
        found = await cells.of_everybody(session, span, None)
        scorecards = await evidence.scorecards(session)
    which = _wanted((), found, scorecards)
    process = [one for one in which.values() if one.kind is MeasureKind.PROCESS]
    reps = [(each, _means(each, wanted.outcome)) for each in _by_rep(found).values()]
    return RelationsShape(
        outcome=wanted.outcome,
        label=outcome.label,
        start=span[0].start,
        end=end_of(span[-1]),
        method=METHOD.format(len(process)),
        caution=CAUTION,
        relations=[
            _relation(one, _pairs(reps, one.name)) for one in sorted(process, key=lambda one: one.name)
        ],
    )


async def _team_of(session: ReadSession, user: User, period: Period, wanted: RecordAsked) -> Sequence[Cell]:
    """Return the cells of everybody in a person's team, their own too."""
    if user.team_id is None:
        return ()
    return await cells.of_teams(session, [user.team_id], period, wanted.call_type)


def _works(user: User) -> bool:
    """Return whether somebody is in a team's record even without a call."""
    return user.active and user.role is UserRole.REP


def _wanted(
    asked: Sequence[str], shown: Iterable[Cell], scorecards: Mapping[str, str]
) -> Mapping[str, Measure]:
    """Return the measures asked for, or all that are shown; raises `Problem` 422 for one of no such name."""
    known = named(asked or {name for cell in shown for name in cell.figures}, scorecards)
    missing = [name for name in asked if name not in known]
    if missing:
        told = f"There is no measure '{missing[0]}'."
        raise invalid("no_such_measure", told, "/v1/records/measures lists those that there are.")
    return known


async def _reviewed(
    service: Service, viewer: Viewer, team_ids: Sequence[UUID], within: Stretch, call_type: CallType | None
) -> Reviewed:
    async with service.database.read(viewer.organisation_id) as session:
        return await evidence.reviewed(session, team_ids, within, call_type)


def _period(
    cell: Cell, which: Mapping[str, Measure], known: Sequence[Weighing], days: Calendar
) -> PeriodShape:
    return PeriodShape(
        start=cell.period.start,
        end=end_of(cell.period),
        calls=cell.calls,
        figures=figures_of(cell, which),
        indexes=indexes(cell, known, days.settled(cell.period)),
    )


def _member(
    user: User, cell: Cell, which: Mapping[str, Measure], known: Sequence[Weighing], days: Calendar
) -> MemberShape:
    return MemberShape(
        user_id=user.id,
        name=user.name,
        team_id=user.team_id,
        calls=cell.calls,
        figures=figures_of(cell, which),
        indexes=indexes(cell, known, days.settled(cell.period)),
    )


def _by_rep(found: Iterable[Cell]) -> Mapping[UUID, list[Cell]]:
    by_rep: dict[UUID, list[Cell]] = {}
    for cell in found:
        by_rep.setdefault(cell.rep_id, []).append(cell)
    return by_rep


def _pairs(reps: Iterable[tuple[Sequence[Cell], Means]], measure: str) -> list[tuple[float, float]]:
    """Return a pair for each rep, of whom there are cells and the outcome, who has enough of both."""
    both = ((_means(found, measure), outcome) for found, outcome in reps if outcome is not None)
    return [
        (one[1], outcome[1])
        for one, outcome in both
        if one is not None and min(one[0], outcome[0]) >= LEAST_CALLS
    ]


def _means(found: Sequence[Cell], measure: str) -> Means:
    """Return how many values of a measure lie behind cells, and their mean; None where none do."""
    figures = [cell.figures[measure] for cell in found if measure in cell.figures]
    return pooled_mean(measure, figures) if figures else None


def _relation(measure: Measure, pairs: Sequence[tuple[float, float]]) -> RelationShape:
    found = relation(pairs)
    return RelationShape(
        measure=measure.name,
        label=measure.label,
        pairs=len(pairs),
        correlation=None if found is None else IntervalShape.of(found.correlation),
        clear=found is not None and found.clear,
        reason=None if found is not None else _too_little(pairs),
    )


def _too_little(pairs: Sequence[tuple[float, float]]) -> str:
    if len(pairs) < LEAST_PAIRS:
        return f"{len(pairs)} reps have at least {LEAST_CALLS} values of both; it takes {LEAST_PAIRS}."
    return "One of the two is the same for everybody."
