"""What happens in the year: who calls whom when, how they talk, what reviewers say, which deals close."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.year.talk import Manner
from models.call import CallType
from models.deal import DealGiven, Reached
from models.record import Outcome

YEAR = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
MONTHS = 12
DEALS = 60
"""Deals of a rep in the year."""
STAGES = ("Qualified", "Demo", "Proposal", "Negotiation")
TYPES = (CallType.DISCOVERY, CallType.DEMO, CallType.NEGOTIATION, CallType.RENEWAL, CallType.SERVICE)
DECLINES = 6
"""Reps who listen less and less from the middle of the year."""
DECISIONS = {"approve": 0.8, "correct": 0.08, "reject": 0.04, "wait": 0.08}


@dataclass(frozen=True, slots=True)
class Planned:
    """A call to be made: whose, when, of which type, and what comes of it.

    A rep's calls of one type are alike within a month.
    """

    rep: int
    at: datetime
    call_type: CallType
    decision: str


def skill(chance: random.Random) -> float:
    """Return how well somebody listens, 0..1."""
    return min(0.95, max(0.05, chance.gauss(0.55, 0.2)))


def manner(base: float, month: int, *, declines: bool, chance: random.Random) -> Manner:
    """Return how somebody talks in a month; who declines does from the seventh month on."""
    lost = max(0, month - MONTHS // 2) * 0.1 if declines else 0.0
    listens = min(1.0, max(0.0, base - lost + chance.gauss(0, 0.05)))
    return Manner(listens, (listens - 0.5) * 0.8, chance.gauss(0.2 * (listens - 0.4), 0.15))


def calls(reps: int, count: int, seed: int) -> Iterator[Planned]:
    """Yield the calls of the year in the order in which they begin."""
    chance = random.Random(f"{seed} calls")  # noqa: S311 - made-up calls
    moments = sorted(chance.random() for _ in range(count))
    for moment in moments:
        at = YEAR + timedelta(days=moment * DAYS)
        decision = chance.choices(list(DECISIONS), list(DECISIONS.values()))[0]
        yield Planned(chance.randrange(reps), at, chance.choice(TYPES), decision)


def deals(skills: Sequence[float], keys: Sequence[UUID], seed: int) -> Iterator[DealGiven]:
    """Yield the deals of the year: who listens wins a little more often."""
    chance = random.Random(f"{seed} deals")  # noqa: S311 - made-up deals
    for rep, key in enumerate(keys):
        for number in range(DEALS):
            opened = YEAR + timedelta(days=chance.random() * (DAYS - 60))
            won = chance.random() < 0.2 + 0.3 * skills[rep]
            reached = len(STAGES) if won else chance.randint(1, len(STAGES))
            steps = sorted(chance.uniform(1, 55) for _ in range(reached))
            closed = opened + timedelta(days=steps[-1] + 3)
            yield DealGiven(
                f"D-{rep}-{number}",
                {
                    "name": f"Deal {rep}-{number}",
                    "rep_id": key,
                    "opened_at": opened,
                    "closed_at": closed,
                    "outcome": Outcome.WON if won else Outcome.LOST,
                    "amount": float(chance.randint(2, 90) * 500),
                    "currency": "EUR",
                },
                tuple(
                    Reached(stage, opened + timedelta(days=step))
                    for stage, step in zip(STAGES, steps, strict=False)
                ),
            )
