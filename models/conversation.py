"""The calls of a deal, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CallHeld:
    """A call: when it began, and what was measured of it; None where nothing was, or it is not shown.

    `talk_share` is the rep's, 0..1; `depth` 0..100; `customer_sentiment` -1..1.
    """

    at: datetime
    talk_share: float | None = None
    depth: float | None = None
    customer_sentiment: float | None = None

    @property
    def measured(self) -> bool:
        """Return whether anything was measured."""
        return any(one is not None for one in (self.talk_share, self.depth, self.customer_sentiment))


@dataclass(frozen=True, slots=True)
class Conversation:
    """What calls come to: how many there are, when the last began, and means over those with a measure.

    `customer_sentiment_change` is the mood in the last call that has one less the mean of those before.
    """

    calls: int
    last_call_at: datetime | None
    calls_measured: int
    talk_share: float | None
    depth: float | None
    customer_sentiment: float | None
    customer_sentiment_change: float | None
