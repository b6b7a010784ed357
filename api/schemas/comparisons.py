"""Two versions of scorecards compared, on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.schemas.people import PersonShape
from api.schemas.records import IntervalShape
from api.schemas.shape import Given


class CallByBoth(Given):
    """A call by two versions: what the machine gives by each, of 100, and what counts in the record."""

    call_id: UUID
    title: str
    started_at: datetime
    rep: PersonShape | None
    this: float | None
    other: float | None
    difference: float | None
    """The other less this; null where either gives no score."""
    final: float | None
    """Null while nobody has approved a score by either."""


class RepByBoth(Given):
    """A rep by two versions, over calls with a score by both."""

    rep: PersonShape
    calls: int
    this: float
    other: float
    difference: IntervalShape | None
    """Null under five calls."""


class ItemByBoth(Given):
    """An item by two versions: the mean share (0..1) of its points that the machine gives."""

    key: str
    label: str
    calls: int
    """Calls in which each version that has it answers it."""
    this: float | None
    other: float | None
    difference: float | None
    """The other less this; null where it is not in both."""


class VersionsCompared(Given):
    """What two versions give the newest calls that both have scored."""

    this_version: UUID
    other_version: UUID
    calls: int
    """Calls with a score by both; at most the newest 5,000 are looked at."""
    without: int
    """Calls that lack a score by either."""
    this: float | None
    """Mean points by this version."""
    other: float | None
    difference: IntervalShape | None
    deviation: float | None
    """Standard deviation of the differences."""
    correlation: float | None
    """How alike the two put calls in order, -1 to 1 (Spearman); null for fewer than three."""
    moved: float | None
    """Share of reps with five calls or more who change places; null for fewer than three."""
    items: list[ItemByBoth]
    """Those that differ most first, over the newest 200 calls."""
    reps: list[RepByBoth]
    """By the calls that whoever asks may read."""
    newest: list[CallByBoth]
    """The newest 200 that whoever asks may read, and is not scoring blind."""
