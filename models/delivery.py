"""Deliveries of messages: their states, and when one that failed is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.standard_webhooks import Answer, Outcome

SCHEDULE = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Pauses after the first, second ... failure, as the Standard Webhooks specification suggests: three days
in all. After one failure more a delivery is dead."""
JITTER = 0.2
"""Share of a pause that chance adds to it, at most: what failed together does not come back together."""
LONGEST_WAIT = timedelta(days=1)
"""Longest that a receiver is left alone because it asks for that."""


class DeliveryState(StrEnum):
    """Where a delivery is. `held`: its endpoint is disabled; it and what is dead are sent when told to."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"
    HELD = "held"


OPEN = frozenset({DeliveryState.WAITING, DeliveryState.SENDING})
"""States that end by themselves."""
MISSED = frozenset({DeliveryState.DEAD, DeliveryState.HELD})
"""States out of which a replay leads."""
MEANS: Mapping[DeliveryState, str] = {
    DeliveryState.WAITING: "is sent at `next_at`",
    DeliveryState.SENDING: "is on its way now",
    DeliveryState.DELIVERED: "was taken: the receiver answered 2xx",
    DeliveryState.DEAD: "failed as often as it is tried",
    DeliveryState.HELD: "its endpoint is disabled",
}


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a delivery: its state, and when it is tried again where it is."""

    state: DeliveryState
    at: datetime | None = None


def after(answer: Answer, failures: int, at: datetime, chance: float, *, active: bool) -> Next:
    """Return what becomes of a delivery by an answer, which makes so many `failures` where it is one.

    `chance` (0..1) draws the jitter. Nothing is tried again at an endpoint that is not active.
    """
    if answer.outcome is Outcome.DELIVERED:
        return Next(DeliveryState.DELIVERED)
    if not active or answer.outcome is Outcome.GONE:
        return Next(DeliveryState.HELD)
    if failures > len(SCHEDULE):
        return Next(DeliveryState.DEAD)
    pause = SCHEDULE[failures - 1] * (1 + JITTER * chance)
    return Next(DeliveryState.WAITING, at + max(pause, wait(answer) or timedelta()))


def wait(answer: Answer) -> timedelta | None:
    """Return how long a receiver is left alone, where it asks for that."""
    if answer.retry_after_s is None:
        return None
    return min(timedelta(seconds=answer.retry_after_s), LONGEST_WAIT)
