"""The stream of calls: what is known of them, and what is measured where a score of them counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import col

from models import feeds
from models.access import Viewer
from models.db import ReadSession
from models.feeds import State, View
from models.queries import access, contributions
from models.queries.feeds.noting import Cause
from models.queries.feeds.source import Noted, Source, Times, ids, of
from models.record import SCORE
from models.tables import Assessment, Call

MEASURED = ("depth", "customer_sentiment", "customer_sentiment_change")
"""Columns that say what was measured of a call."""
METRICS = "metrics"
_PLAIN = {
    "language": col(Call.spoken_language),
    **{
        name: getattr(Call, name)
        for name in (
            *("external_id", "title", "customer", "rep_id", "team_id", "direction", "call_type"),
            *("started_at", "duration_s", "crm", "state", "reason_code", "created_at", "reviewed_at"),
            *("version", *MEASURED),
        )
    },
}


async def _due(_session: ReadSession, noted: Noted) -> Times:
    return of(noted, Cause.CALL, Cause.MEASURES)


async def _states(session: ReadSession, keys: Collection[str]) -> Mapping[str, State]:
    query = select(col(Call.id), col(Call.started_at)).where(
        col(Call.id).in_(ids(keys)), col(Call.deleted_at).is_(None)
    )
    return {str(key): State(at) for key, at in await session.execute(query)}


SOURCE = Source(feeds.CALLS, _due, _states)


async def rows(
    session: ReadSession, viewer: Viewer, keys: Collection[str], view: View, wanted: Collection[str]
) -> Mapping[str, dict[str, Any]]:
    """Return of calls that a viewer sees what is wanted, by key.

    Of a call of which no score counts there are no measures, unless everything is shown.
    """
    names = [name for name in _PLAIN if name in wanted]
    approved = exists().where(col(Assessment.call_id) == col(Call.id), contributions.counts())
    query = select(col(Call.id), approved, *(_PLAIN[name] for name in names)).where(
        col(Call.id).in_(ids(keys)), col(Call.deleted_at).is_(None), access.calls(viewer)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for key, counts, *values in await session.execute(query):
        found[key] = {**dict(zip(names, values, strict=True)), "approved": counts}
    shown = [key for key, row in found.items() if row["approved"] or view is View.EVERYTHING]
    for key in found.keys() - set(shown):
        found[key] |= {name: None for name in MEASURED if name in wanted}
    if METRICS in wanted:
        await _add_metrics(session, found, shown)
    if SCORE in wanted:
        await _add_scores(session, found, shown)
    return {str(key): row for key, row in found.items()}


async def _add_metrics(
    session: ReadSession, found: Mapping[UUID, dict[str, Any]], shown: Sequence[UUID]
) -> None:
    """Say of calls what was measured; null where it is not shown."""
    measures: dict[UUID, dict[str, float]] = {key: {} for key in shown}
    await contributions.add_metrics(session, shown, measures)
    for key, row in found.items():
        row[METRICS] = measures.get(key)


async def _add_scores(
    session: ReadSession, found: Mapping[UUID, dict[str, Any]], shown: Sequence[UUID]
) -> None:
    """Say of calls how many points they got; null where no score counts."""
    scores: dict[UUID, dict[str, float]] = {key: {} for key in shown}
    await contributions.add_scores(session, shown, scores)
    for key, row in found.items():
        row[SCORE] = scores.get(key, {}).get(SCORE)
