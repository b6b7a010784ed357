"""What the calls of a deal come to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.conversation import CallHeld, Conversation


def conversation(calls: Sequence[CallHeld]) -> Conversation:
    """Return what calls come to, given in the order of time.

    Every call counts alike, however long it was, as in a rep's record.
    """
    moods = [call.customer_sentiment for call in calls if call.customer_sentiment is not None]
    before = mean(moods[:-1])
    return Conversation(
        calls=len(calls),
        last_call_at=calls[-1].at if calls else None,
        calls_measured=sum(call.measured for call in calls),
        talk_share=mean([call.talk_share for call in calls if call.talk_share is not None]),
        depth=mean([call.depth for call in calls if call.depth is not None]),
        customer_sentiment=mean(moods),
        customer_sentiment_change=None if before is None else moods[-1] - before,
    )


def mean(values: Sequence[float]) -> float | None:
    """Return the mean of values, exact before it is rounded; None of none."""
    return math.fsum(values) / len(values) if values else None
