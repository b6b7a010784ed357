"""The stream of scores: a call by a version of a scorecard, and where its review is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import null, select
from sqlmodel import col

from models import feeds
from models.access import Viewer
from models.db import ReadSession
from models.feeds import State, View
from models.queries import access, calibrations, contributions
from models.queries.feeds.noting import Cause
from models.queries.feeds.source import Noted, Source, Times, earliest, ids, of
from models.scorecard import POINT, SCORECARD, Scorecard
from models.tables import Assessment, Call, ScorecardRow, ScorecardVersion

POINTS, ITEMS, CARD = "points", "items", "scorecard_name"
_PLAIN: Mapping[str, Any] = {
    "call_id": col(Assessment.call_id),
    "call_external_id": col(Call.external_id),
    "scorecard": col(ScorecardRow.key),
    "scorecard_version": col(ScorecardVersion.number),
    **{name: getattr(Call, name) for name in ("rep_id", "team_id", "call_type", "started_at", "crm")},
    **{
        name: getattr(Assessment, name)
        for name in (
            *("version_id", "trial", "state", "points", "coverage", "by_policy", "decided_by", "decided_at"),
            *("acknowledged_at", "contested_at", "created_at"),
        )
    },
}

_KEPT = ("key", "answered_by", "value", "share", "reason", "explanation")


async def _due(session: ReadSession, noted: Noted) -> Times:
    """Return the scores that were noted, and those of calls that were."""
    calls = of(noted, Cause.CALL)
    query = select(col(Assessment.id), col(Assessment.call_id)).where(col(Assessment.call_id).in_(ids(calls)))
    theirs = [(str(key), calls[str(call_id)]) for key, call_id in await session.execute(query)]
    return earliest([*of(noted, Cause.SCORE).items(), *theirs])


async def _states(session: ReadSession, keys: Collection[str]) -> Mapping[str, State]:
    query = (
        select(col(Assessment.id), col(Call.started_at), contributions.counts())
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .where(col(Assessment.id).in_(ids(keys)), col(Call.deleted_at).is_(None))
    )
    return {str(key): State(at, approved=counts) for key, at, counts in await session.execute(query)}


SOURCE = Source(feeds.SCORES, _due, _states)


async def rows(
    session: ReadSession, viewer: Viewer, keys: Collection[str], view: View, wanted: Collection[str]
) -> Mapping[str, dict[str, Any]]:
    """Return of scores of calls that a viewer sees what is wanted, by key; points are of 100.

    Those that do not count are left out, unless everything is shown. Of one that the viewer is to score
    blind there are neither points nor items.
    """
    names = [name for name in _PLAIN if name in wanted]
    content = col(Assessment.content) if ITEMS in wanted else null()
    query = (
        select(col(Assessment.id), col(Assessment.version_id), content, *(_PLAIN[name] for name in names))
        .join(Call, col(Call.id) == col(Assessment.call_id))
        .join(ScorecardVersion, col(ScorecardVersion.id) == col(Assessment.version_id))
        .join(ScorecardRow, col(ScorecardRow.id) == col(ScorecardVersion.scorecard_id))
        .where(col(Assessment.id).in_(ids(keys)), col(Call.deleted_at).is_(None), access.calls(viewer))
    )
    if view is View.APPROVED:
        query = query.where(contributions.counts())
    found = (await session.execute(query)).all()
    blind = await calibrations.blind(session, viewer.user_id, [row[0] for row in found])
    cards = await _cards(session, {row[1] for row in found}) if {ITEMS, CARD} & set(wanted) else {}
    shown = dict[str, dict[str, Any]]()
    for key, version_id, whole, *values in found:
        shown[str(key)] = row = dict(zip(names, values, strict=True))
        if CARD in wanted:
            row[CARD] = cards[version_id].name
        if POINTS in wanted:
            row[POINTS] = None if key in blind or row[POINTS] is None else row[POINTS] / POINT
        if ITEMS in wanted:
            row[ITEMS] = None if key in blind else list(_items(whole, cards[version_id]))
    return shown


async def _cards(session: ReadSession, version_ids: Iterable[UUID]) -> Mapping[UUID, Scorecard]:
    """Return what versions of scorecards ask."""
    query = select(col(ScorecardVersion.id), col(ScorecardVersion.content))
    found = await session.execute(query.where(col(ScorecardVersion.id).in_(sorted(version_ids))))
    return {key: SCORECARD.validate_python(content) for key, content in found}


def _items(content: Mapping[str, Any], card: Scorecard) -> Iterator[dict[str, Any]]:
    """Yield the items of a score as it is kept, with what they ask."""
    labels = {item.key: item.label for item in card.items}
    for item in content["items"]:
        kept = {name: item[name] for name in _KEPT}
        points = {name: item[name] / POINT for name in ("points", "possible")}
        yield {**kept, **points, "label": labels.get(item["key"])}
