"""A scorecard: what a good call is, as data that people edit; and the score of a call by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Discriminator, TypeAdapter

from models.call import CallType, Direction
from models.review import Evidence, Side

STRICT = ConfigDict(extra="forbid")
"""A misspelt key is refused and does not pass in silence."""
POINT = 1000
"""Points are counted in whole thousandths, so that parts add up exactly."""
WHOLE = 100 * POINT
"""What a call can earn."""


class Judgement(StrEnum):
    """What classifiers of text say of a call. There is none of a rep's mood: nobody is scored by that."""

    DEPTH = "depth"
    CUSTOMER_SENTIMENT = "customer_sentiment"
    CUSTOMER_SENTIMENT_CHANGE = "customer_sentiment_change"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value earns everything: from `low` to `high`, None leaving an end open.

    Outside it earns less and less, and nothing from `fade` away on; with `fade` 0 nothing at once.
    """

    __pydantic_config__ = STRICT

    low: float | None = None
    high: float | None = None
    fade: float = 0.0


@dataclass(frozen=True, slots=True)
class MetricItem:
    """An item that a metric answers; `by_call_type` takes the place of `target` for calls of a type."""

    __pydantic_config__ = STRICT

    key: str
    label: str
    weight: int
    metric: str
    side: Side
    target: Target
    by_call_type: Mapping[CallType, Target] = field(default_factory=dict)
    guide: str = ""
    kind: Literal["metric"] = "metric"


@dataclass(frozen=True, slots=True)
class JudgementItem:
    """An item that a judgement answers."""

    __pydantic_config__ = STRICT

    key: str
    label: str
    weight: int
    judgement: Judgement
    target: Target
    by_call_type: Mapping[CallType, Target] = field(default_factory=dict)
    guide: str = ""
    kind: Literal["judgement"] = "judgement"


@dataclass(frozen=True, slots=True)
class TrackerItem:
    """An item that the number of places answers at which a tracker finds what it looks for."""

    __pydantic_config__ = STRICT

    key: str
    label: str
    weight: int
    tracker: str
    target: Target
    by_call_type: Mapping[CallType, Target] = field(default_factory=dict)
    guide: str = ""
    kind: Literal["tracker"] = "tracker"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that a person may choose, and the share (0..1) of the item's points it earns."""

    __pydantic_config__ = STRICT

    key: str
    label: str
    share: float


@dataclass(frozen=True, slots=True)
class HumanItem:
    """An item that a person answers with one of some options; `guide` tells how to choose."""

    __pydantic_config__ = STRICT

    key: str
    label: str
    weight: int
    options: tuple[Option, ...]
    guide: str = ""
    kind: Literal["human"] = "human"


MachineItem = MetricItem | JudgementItem | TrackerItem
Item = MachineItem | HumanItem


@dataclass(frozen=True, slots=True)
class Section:
    """Items that belong together."""

    __pydantic_config__ = STRICT

    title: str
    items: tuple[Annotated[Item, Discriminator("kind")], ...]


@dataclass(frozen=True, slots=True)
class Applies:
    """The calls that a scorecard is for; nothing named lets every call through."""

    __pydantic_config__ = STRICT

    call_types: tuple[CallType, ...] = ()
    languages: tuple[str, ...] = ()
    directions: tuple[Direction, ...] = ()
    least_s: float = 0.0

    def to(
        self, call_type: CallType, language: str | None, direction: Direction, duration_s: float | None
    ) -> bool:
        """Return whether it is for such a call."""
        return (
            (not self.call_types or call_type in self.call_types)
            and (not self.languages or language in self.languages)
            and (not self.directions or direction in self.directions)
            and (duration_s or 0.0) >= self.least_s
        )


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Sections of weighted items. A call of whose weight less than `coverage` is answered gets no score."""

    __pydantic_config__ = STRICT

    key: str
    name: str
    sections: tuple[Section, ...]
    description: str = ""
    applies: Applies = field(default_factory=Applies)
    coverage: float = 0.6

    @property
    def items(self) -> tuple[Item, ...]:
        """Return the items of all sections, in order."""
        return tuple(item for section in self.sections for item in section.items)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of an item: an option's key, or for others the share (0..1) of its points.

    `applicable` False leaves the item out. `start` and `end` say which seconds show it.
    """

    __pydantic_config__ = STRICT

    item: str
    option: str | None = None
    share: float | None = None
    applicable: bool = True
    comment: str = ""
    start: float | None = None
    end: float | None = None


class AnsweredBy(StrEnum):
    """Who answered an item."""

    MACHINE = "machine"
    HUMAN = "human"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Ground:
    """What an item's points rest on: pieces of its evidence, by their place, that earned or cost them.

    Without any it was the call as a whole. Where an item has several grounds, `earning` and `costing` weigh
    how much was earned and lost by each; `words` say what each is about.
    """

    good: tuple[int, ...] = ()
    bad: tuple[int, ...] = ()
    earning: int = 1
    costing: int = 1
    words: str = ""


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item's points of those possible, thousandths; `share` None with a reason where it has no answer.

    Without `grounds` the points rest on the call as a whole.
    """

    key: str
    answered_by: AnsweredBy
    value: float | None
    share: float | None
    reason: str | None
    points: int
    possible: int
    explanation: str
    evidence: tuple[Evidence, ...] = ()
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Points an item earned and lost in a minute of the call (None: by the call as a whole), thousandths."""

    item: str
    minute: int | None
    points: int
    lost: int
    words: str


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a call by a scorecard, thousandths of a point of 100, or None with a reason.

    The points of the items, and those of the parts, add up to `points` exactly. `coverage` is the share of
    the weight that is answered.
    """

    points: int | None
    reason: str | None
    coverage: float
    items: tuple[ItemScore, ...]
    parts: tuple[Part, ...]
    version: str


@dataclass(frozen=True, slots=True)
class InForce:
    """A version of a scorecard by which a call is to be scored.

    `past` are the points of earlier calls by it, `answers` what a reviewer said of this call before.
    """

    version_id: UUID
    card: Scorecard
    past: tuple[int, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call's score by a version: the machine's own, that with the reviewer's answers, and its place."""

    version_id: UUID
    machine: Score
    shown: Score
    queue: int
    why: str


SCORECARD: TypeAdapter[Scorecard] = TypeAdapter(Scorecard)
SCORE: TypeAdapter[Score] = TypeAdapter(Score)
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
