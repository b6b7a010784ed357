"""What other systems pull: streams of things that change, and what is told of each.

One table from which shapes on the wire, exports, docs/feeds-fields.md and the tests derive. A thing keeps
its id for ever; it stands in its stream at the time of its last change, so a reader who goes on from where
it was misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from models.assessment import AssessmentState
from models.call import CallState, CallType, Direction
from models.record import Outcome, PeriodKind
from models.scorecard import AnsweredBy

TOLD_FOR = timedelta(days=90)
"""How long it is told that something is gone."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ALL_TYPES = "all"
"""The call type of a record of calls of all types."""


class Plain(StrEnum):
    """What a field holds that holds one thing; null where there is nothing."""

    TEXT = "text"
    ID = "id"
    WHOLE = "whole number"
    NUMBER = "number"
    FLAG = "true or false"
    MOMENT = "time"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Named:
    """A field that holds something by name."""

    values: Type


@dataclass(frozen=True, slots=True)
class Several:
    """A field that holds several things in an order."""

    items: Type


@dataclass(frozen=True, slots=True)
class Parts:
    """A field that holds something of parts."""

    fields: tuple[Field, ...]


Type = Plain | Named | Several | Parts


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it holds and says. One that is `extra` comes only where it is asked for."""

    name: str
    type: Type
    says: str
    choices: tuple[str, ...] = ()
    extra: bool = False


class View(StrEnum):
    """How much a reader is shown: what was approved, or everything with its state."""

    APPROVED = "approved"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a thing where it stands: its time in exports, whether it is approved."""

    at: datetime
    approved: bool = True
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """Things of one kind: what one is, by which time exports choose, and what is told of it.

    Of a `gated` stream things that are not approved are not shown to everybody: it has a feed for either
    view. `keeps_external_id` says that of what is gone it is still told what others called it, `by_day` that
    the time of a thing is a day, which is the same in every zone.
    """

    name: str
    says: str
    at: str
    fields: tuple[Field, ...]
    gated: bool = False
    keeps_external_id: bool = False
    by_day: bool = False

    def feed(self, view: View) -> str:
        """Return the name of the feed that a view reads."""
        return f"{self.name}:{View.EVERYTHING}" if self.gated and view is View.EVERYTHING else self.name

    @property
    def feeds(self) -> tuple[str, ...]:
        """Return the names of all its feeds, that of what is approved first."""
        return tuple(dict.fromkeys(self.feed(view) for view in View))

    def shows(self, feed: str, state: State) -> bool:
        """Return whether something in a state is to be seen in one of its feeds."""
        return state.approved or not self.gated or feed != self.name

    @property
    def usual(self) -> frozenset[str]:
        """Return the names of the fields that come unasked."""
        return frozenset(field.name for field in self.fields if not field.extra)


HEAD = (
    Field("id", Plain.TEXT, "stays the same for ever"),
    Field("updated_at", Plain.MOMENT, "when its last change was told of, no two at the same time"),
    Field(
        "deleted",
        Plain.FLAG,
        "true where it is gone, or no longer approved: no more is said of it",
    ),
)
"""What every row begins with."""
DELETED_AT = Field("deleted_at", Plain.MOMENT, "when it went; in rows of what is gone alone")

_WHOSE = (
    Field("rep_id", Plain.ID, "the rep, as `GET /v1/users/{id}` knows them"),
    Field("team_id", Plain.ID, "the team it counts for"),
)
_CRM = Field("crm", Named(Plain.TEXT), "ids of what the call belongs to in the CRM, as `deal`")
_TYPES = tuple(CallType)

CALLS = Stream(
    "calls",
    "calls; what is measured of one comes once a score of it counts",
    "when the call began",
    (
        Field("external_id", Plain.TEXT, "what the system that it comes from calls it"),
        Field("title", Plain.TEXT, "what it is called"),
        Field("customer", Plain.TEXT, "who the customer is"),
        *_WHOSE,
        Field("direction", Plain.TEXT, "who called whom", tuple(Direction)),
        Field("call_type", Plain.TEXT, "what it was for", _TYPES),
        Field("started_at", Plain.MOMENT, "when it began"),
        Field("duration_s", Plain.NUMBER, "its length, seconds"),
        Field("language", Plain.TEXT, "the language spoken, ISO 639"),
        _CRM,
        Field("state", Plain.TEXT, "where it is on its way", tuple(CallState)),
        Field("reason_code", Plain.TEXT, "why it was rejected or failed"),
        Field("created_at", Plain.MOMENT, "when it came in"),
        Field("reviewed_at", Plain.MOMENT, "when all was measured"),
        Field("version", Plain.WHOLE, "grows with every change of the call, as `GET /v1/calls/{id}` has it"),
        Field("approved", Plain.FLAG, "whether a score of it counts"),
        Field("score", Plain.NUMBER, "points of 100: the mean over scorecards of scores that count"),
        Field("depth", Plain.NUMBER, "interaction depth, 0..100"),
        Field("customer_sentiment", Plain.NUMBER, "the customer's mood, -1..1"),
        Field("customer_sentiment_change", Plain.NUMBER, "last quarter of the call less the first"),
        Field("metrics", Named(Plain.NUMBER), "measures by `METRIC.SIDE`, those that could be measured"),
    ),
)

_ITEM = Parts(
    (
        Field("key", Plain.TEXT, "the item's key"),
        Field("label", Plain.TEXT, "what it asks"),
        Field("answered_by", Plain.TEXT, "who answered it", tuple(AnsweredBy)),
        Field("value", Plain.NUMBER, "what was measured"),
        Field("share", Plain.NUMBER, "share of its points that it earns, 0..1"),
        Field("points", Plain.NUMBER, "points that it earns"),
        Field("possible", Plain.NUMBER, "points that it could earn"),
        Field("reason", Plain.TEXT, "why it has no answer"),
        Field("explanation", Plain.TEXT, "how the points come about"),
    )
)
SCORES = Stream(
    "scores",
    "scores: one of a call by a version of a scorecard",
    "when the call began",
    (
        Field("call_id", Plain.ID, "the call"),
        Field("call_external_id", Plain.TEXT, "what the system that the call comes from calls it"),
        *_WHOSE,
        Field("call_type", Plain.TEXT, "what the call was for", _TYPES),
        Field("started_at", Plain.MOMENT, "when the call began"),
        _CRM,
        Field("scorecard", Plain.TEXT, "the scorecard's key"),
        Field("scorecard_name", Plain.TEXT, "what it is called"),
        Field("scorecard_version", Plain.WHOLE, "the number of its version"),
        Field("version_id", Plain.ID, "the version"),
        Field("trial", Plain.FLAG, "whether the version is only tried out: such a score never counts"),
        Field("state", Plain.TEXT, "where its review is", tuple(AssessmentState)),
        Field("points", Plain.NUMBER, "points of 100"),
        Field("coverage", Plain.NUMBER, "share of the scorecard's weight that is answered, 0..1"),
        Field("by_policy", Plain.FLAG, "whether the organisation's policy approved it, and nobody looked"),
        Field("decided_by", Plain.ID, "who approved, corrected or rejected it"),
        Field("decided_at", Plain.MOMENT, "when"),
        Field("acknowledged_at", Plain.MOMENT, "when the rep said to have seen it"),
        Field("contested_at", Plain.MOMENT, "when the rep asked for another look"),
        Field("created_at", Plain.MOMENT, "when it was first proposed"),
        Field("items", Several(_ITEM), "what every item brings", extra=True),
    ),
    gated=True,
)

_FIGURE = Parts(
    (
        Field("n", Plain.WHOLE, "calls or deals behind it"),
        Field("mean", Plain.NUMBER, "their mean; of counts and sums the count or sum"),
        Field("deviation", Plain.NUMBER, "their standard deviation; none of one, nor of counts and sums"),
    )
)
_INDEX = Parts(
    (
        Field("formula_id", Plain.ID, "the version of the formula"),
        Field("number", Plain.WHOLE, "its number"),
        Field("name", Plain.TEXT, "what it is called"),
        Field("points", Plain.NUMBER, "points of 100"),
        Field("coverage", Plain.NUMBER, "share of the formula's weight that is measured, 0..1"),
        Field("reason", Plain.TEXT, "why there are no points"),
    )
)
RECORDS = Stream(
    "records",
    "records: a rep in a period, over calls of one type or of all",
    "when the period begins",
    (
        Field("rep_id", Plain.ID, "the rep"),
        Field("period", Plain.TEXT, "how long the period is", tuple(PeriodKind)),
        Field("start", Plain.DAY, "its first day, where the organisation is"),
        Field("end", Plain.DAY, "the first day after it"),
        Field("call_type", Plain.TEXT, f"the type of its calls, or `{ALL_TYPES}`", (*_TYPES, ALL_TYPES)),
        Field("calls", Plain.WHOLE, "calls that count"),
        Field("figures", Named(_FIGURE), "figures by measure, as `GET /v1/records/measures` lists them"),
        Field("indexes", Several(_INDEX), "the figures by the formula in force when the period ended"),
    ),
    by_day=True,
)

_STAGE = Parts((Field("stage", Plain.TEXT, "the stage"), Field("at", Plain.MOMENT, "when it came to it")))
DEALS = Stream(
    "deals",
    "deals: what the CRM told of one, and what its calls come to",
    "when it was won or lost; of an open deal, when it was opened",
    (
        Field("external_id", Plain.TEXT, "what the CRM calls it"),
        Field("name", Plain.TEXT, "its name"),
        Field("account", Plain.TEXT, "the customer"),
        Field("rep_id", Plain.ID, "whose it is"),
        Field("stage", Plain.TEXT, "where it is, or was when it was closed"),
        Field("stages", Several(_STAGE), "every stage it came to, in order", extra=True),
        Field("outcome", Plain.TEXT, "what became of it", tuple(Outcome)),
        Field("amount", Plain.NUMBER, "what it is worth"),
        Field("currency", Plain.TEXT, "in which currency, ISO 4217"),
        Field("opened_at", Plain.MOMENT, "when it was opened"),
        Field("closed_at", Plain.MOMENT, "when it was won or lost; of an open deal, when that is expected"),
        Field("created_at", Plain.MOMENT, "when it was first told of"),
        Field("calls", Plain.WHOLE, "its calls: those whose `crm.deal` is its `external_id`"),
        Field("last_call_at", Plain.MOMENT, "when the last of them began"),
        Field("calls_measured", Plain.WHOLE, "those of them that the measures below are over"),
        Field("talk_share", Plain.NUMBER, "the rep's share of what was said, the mean over calls, 0..1"),
        Field("depth", Plain.NUMBER, "interaction depth, the mean over calls, 0..100"),
        Field("customer_sentiment", Plain.NUMBER, "the customer's mood, the mean over calls, -1..1"),
        Field(
            "customer_sentiment_change",
            Plain.NUMBER,
            "the customer's mood in the last call less the mean of those before",
        ),
    ),
    keeps_external_id=True,
)

STREAMS = (CALLS, SCORES, RECORDS, DEALS)
STREAM = {stream.name: stream for stream in STREAMS}
DELETIONS = "deletions"
"""The stream of what is gone out of all others."""
GONE = (
    Field("stream", Plain.TEXT, "the stream it was in", tuple(STREAM)),
    Field("external_id", Plain.TEXT, "what others called it, where that may be kept: of deals"),
)
"""What is told of something gone, in the stream of deletions."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is: after a position, told since `told_since` of whatever went.

    A first pull begins at 0, told since the newest position there is then: what went before was never seen.
    """

    position: int
    told_since: int

    def misses(self, swept: int) -> bool:
        """Return whether something went of which the reader is told no more."""
        return swept > max(self.position, self.told_since)


def feeds_of(view: View) -> tuple[str, ...]:
    """Return the names of the feeds that a view reads."""
    return tuple(stream.feed(view) for stream in STREAMS)


def stream_of(feed: str) -> Stream:
    """Return the stream of a feed."""
    return STREAM[feed.partition(":")[0]]


def moment(position: int) -> datetime:
    """Return the time for which a position stands."""
    return EPOCH + position * TICK


def position(at: datetime) -> int:
    """Return the position that stands for a time: microseconds since 1970."""
    return (at - EPOCH) // TICK


def names(fields: Iterable[Field]) -> tuple[str, ...]:
    """Return the names of fields."""
    return tuple(field.name for field in fields)
