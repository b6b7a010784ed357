"""What is asked of the records of the year, by kind, with other arguments every time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from analysis.records.periods import period_of
from bench.scale.people import Company
from bench.scale.requests import Request
from bench.year import script
from models.record import PeriodKind

REP, COACH, MANAGER, ADMIN = "busy rep", "coach of a region", "manager", "admin"
MEASURES = ("score", "depth", "talk_share.rep", "customer_sentiment_change", "win_rate")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request: who asks, and how the next one is made."""

    name: str
    caller: str
    make: Callable[[random.Random], Request]


def kinds(made: Company) -> tuple[Kind, ...]:
    """Return what is asked."""
    return (
        *(_record(made, kind, periods) for kind, periods in PERIODS.items()),
        Kind("own record, 12 months", REP, lambda chance: _of(made.reps[0].id, PeriodKind.MONTH, 12, chance)),
        Kind("record, calls of one type, 12 months", MANAGER, lambda chance: _typed(made, chance)),
        Kind("record, one measure, 12 months", MANAGER, lambda chance: _one_measure(made, chance)),
        Kind("calls behind a month", MANAGER, lambda chance: _behind(made, chance)),
        Kind("deals behind a quarter", MANAGER, lambda chance: _deals(made, chance)),
        Kind(
            "team of five, a month", COACH, lambda chance: _team(made.leaves[0].id, PeriodKind.MONTH, chance)
        ),
        Kind(
            "region of twenty, a month",
            MANAGER,
            lambda chance: _team(made.teams[1].id, PeriodKind.MONTH, chance),
        ),
        Kind("all sixty, a month", ADMIN, lambda chance: _team(made.teams[0].id, PeriodKind.MONTH, chance)),
        Kind(
            "all sixty, a quarter", ADMIN, lambda chance: _team(made.teams[0].id, PeriodKind.QUARTER, chance)
        ),
        Kind("all sixty, five measures", ADMIN, lambda chance: _few(made, chance)),
        Kind("how measures went with winning, the year", ADMIN, _relations),
        Kind("queue of review", COACH, lambda _chance: Request("/v1/reviews", {})),
        Kind("queue of review, all", ADMIN, lambda _chance: Request("/v1/reviews", {"limit": 200})),
    )


PERIODS = {PeriodKind.DAY: 30, PeriodKind.WEEK: 26, PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4}


def _record(made: Company, kind: PeriodKind, periods: int) -> Kind:
    def make(chance: random.Random) -> Request:
        return _of(chance.choice(made.reps).id, kind, periods, chance)

    return Kind(f"record, {periods} {kind}s", MANAGER, make)


def _of(user_id: Any, kind: PeriodKind, periods: int, chance: random.Random, **more: Any) -> Request:
    asked = {"period": kind.value, "until": _day(chance).isoformat(), "periods": periods, **more}
    return Request(f"/v1/users/{user_id}/record", asked)


def _typed(made: Company, chance: random.Random) -> Request:
    call_type = chance.choice(script.TYPES).value
    return _of(chance.choice(made.reps).id, PeriodKind.MONTH, 12, chance, call_type=call_type)


def _one_measure(made: Company, chance: random.Random) -> Request:
    return _of(chance.choice(made.reps).id, PeriodKind.MONTH, 12, chance, measure=chance.choice(MEASURES))


def _behind(made: Company, chance: random.Random) -> Request:
    asked = {**_period(PeriodKind.MONTH, chance), "measure": "score"}
    return Request(f"/v1/users/{chance.choice(made.reps).id}/record-calls", asked)


def _deals(made: Company, chance: random.Random) -> Request:
    asked = _period(PeriodKind.QUARTER, chance)
    return Request(f"/v1/users/{chance.choice(made.reps).id}/record-deals", asked)


def _team(team_id: Any, kind: PeriodKind, chance: random.Random) -> Request:
    return Request(f"/v1/teams/{team_id}/record", _period(kind, chance))


def _few(made: Company, chance: random.Random) -> Request:
    asked = {**_period(PeriodKind.MONTH, chance), "measure": list(MEASURES)}
    return Request(f"/v1/teams/{made.teams[0].id}/record", asked)


def _relations(_chance: random.Random) -> Request:
    return Request("/v1/records/relations", {"outcome": "win_rate", "quarter": "2025-10-01", "quarters": 4})


def _period(kind: PeriodKind, chance: random.Random) -> dict[str, Any]:
    return {"period": kind.value, "start": period_of(_day(chance), kind).start.isoformat()}


def _day(chance: random.Random) -> Any:
    return (script.YEAR + timedelta(days=chance.randrange(script.DAYS))).date()
