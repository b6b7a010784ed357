"""The stream of deals: what the CRM told of them, and what was measured of their calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, select
from sqlmodel import col

from models import feeds
from models.access import Viewer
from models.conversation import CallHeld
from models.db import ReadSession
from models.feeds import State, View
from models.queries import access, contributions
from models.queries.feeds.noting import Cause
from models.queries.feeds.source import Noted, Source, Times, earliest, ids, of
from models.record import Outcome
from models.review import Side
from models.tables import Assessment, Call, Deal, MetricRow, User

TALK_SHARE = "talk_share"
STAGES = "stages"
_PLAIN: Mapping[str, Any] = {
    name: getattr(Deal, name)
    for name in (
        *("external_id", "name", "account", "rep_id", "stage", "stages", "outcome", "amount", "currency"),
        *("opened_at", "closed_at", "created_at"),
    )
}


async def _due(session: ReadSession, noted: Noted) -> Times:
    """Return the deals that were noted, and those of calls that were."""
    called = of(noted, Cause.DEAL_CALLED)
    calls = of(noted, Cause.CALL, Cause.MEASURES)
    query = select(col(Call.id), col(Call.crm_deal)).where(
        col(Call.id).in_(ids(calls)), col(Call.crm_deal).is_not(None)
    )
    theirs = [(deal, calls[str(key)]) for key, deal in await session.execute(query) if deal is not None]
    called = earliest([*called.items(), *theirs])
    by_name = select(col(Deal.id), col(Deal.external_id)).where(col(Deal.external_id).in_(called))
    found = [(str(key), called[external_id]) for key, external_id in await session.execute(by_name)]
    return earliest([*of(noted, Cause.DEAL).items(), *found])


async def _states(session: ReadSession, keys: Collection[str]) -> Mapping[str, State]:
    query = select(
        col(Deal.id), col(Deal.outcome), col(Deal.opened_at), col(Deal.closed_at), col(Deal.external_id)
    ).where(col(Deal.id).in_(ids(keys)))
    return {
        str(key): State(opened if outcome is Outcome.OPEN or closed is None else closed, external_id=name)
        for key, outcome, opened, closed, name in await session.execute(query)
    }


SOURCE = Source(feeds.DEALS, _due, _states)


async def rows(
    session: ReadSession, viewer: Viewer, keys: Collection[str], wanted: Collection[str]
) -> Mapping[str, dict[str, Any]]:
    """Return of deals that a viewer sees what the CRM told, as far as wanted, by key."""
    names = [name for name in _PLAIN if name in wanted]
    query = (
        select(col(Deal.id), *(_PLAIN[name] for name in names))
        .outerjoin(User, col(User.id) == col(Deal.rep_id))
        .where(col(Deal.id).in_(ids(keys)), access.deals(viewer))
    )
    found = {str(key): dict(zip(names, values, strict=True)) for key, *values in await session.execute(query)}
    for row in found.values():
        if STAGES in row:
            row[STAGES] = [{"stage": stage, "at": datetime.fromisoformat(at)} for stage, at in row[STAGES]]
    return found


async def held(session: ReadSession, keys: Iterable[str], view: View) -> Mapping[str, list[CallHeld]]:
    """Return the calls of deals by key, what was measured in them where that is shown, the first first."""
    talk = and_(
        col(MetricRow.call_id) == col(Call.id),
        col(MetricRow.name) == TALK_SHARE,
        col(MetricRow.side) == Side.REP,
    )
    approved = exists().where(col(Assessment.call_id) == col(Call.id), contributions.counts())
    query = (
        select(
            col(Deal.id),
            col(Call.started_at),
            approved,
            col(MetricRow.value),
            col(Call.depth),
            col(Call.customer_sentiment),
        )
        .join(Call, and_(col(Call.crm_deal) == col(Deal.external_id)))
        .outerjoin(MetricRow, talk)
        .where(col(Deal.id).in_(ids(keys)), col(Call.deleted_at).is_(None))
        .order_by(col(Call.started_at), col(Call.id))
    )
    found: dict[str, list[CallHeld]] = {}
    for key, at, counts, talk_share, depth, mood in await session.execute(query):
        shown = counts or view is View.EVERYTHING
        call = CallHeld(at, talk_share, depth, mood) if shown else CallHeld(at)
        found.setdefault(str(key), []).append(call)
    return found
