"""Where trackers found what they look for, on the wire."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from api.schemas.people import PersonShape
from api.schemas.shape import Given
from models.review import Side


class SaidShape(Given):
    """What somebody said in one go."""

    start: float
    end: float
    speaker: str
    text: str


class FoundShape(Given):
    """A place where a tracker found something: the words, their seconds, and what was said around them."""

    start: float
    end: float
    side: Side
    words: str
    said: SaidShape | None
    """The whole utterance; null while the transcript is made anew."""
    before: SaidShape | None
    """What was said just before; null at the beginning of the call."""
    after: SaidShape | None


class TrackedBy(Given):
    """The tracker that found something."""

    id: UUID
    key: str
    name: str
    active: bool
    """Whether it is still looked for."""


class CallHitShape(FoundShape):
    """A place in a call where a tracker found something."""

    tracker: TrackedBy


class CallFoundIn(Given):
    """The call in which something was found."""

    id: UUID
    title: str
    started_at: datetime
    rep: PersonShape | None


class TrackerHitShape(FoundShape):
    """A place where a tracker found something, with its call."""

    call: CallFoundIn


class TrackerHitPage(Given):
    """Hits, those of the newest call first, and the cursor of those after them."""

    items: list[TrackerHitShape]
    next: str | None


class SideCount(Given):
    """Calls in which a side said it; `call` stands for people of neither side."""

    rep: int
    customer: int
    call: int


class MonthTally(Given):
    """A month where the organisation is: calls that were looked through, with a hit, and by who said it."""

    month: date
    looked_through: int
    with_hits: int
    by_side: SideCount


class TallyShape(Given):
    """How often a tracker finds something in calls that whoever asks may see."""

    since: datetime
    """Calls whose review ended earlier were not looked through."""
    looked_through: int
    with_hits: int
    by_side: SideCount
    months: list[MonthTally]
