"""A tracker: words and phrases that are looked for in calls."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter

from models.review import Side


@dataclass(frozen=True, slots=True)
class Tracker:
    """What is looked for: any of some phrases, but none of `but_not`; case never matters.

    A word stands for its forms (price: prices, pricing), unless `exact`; one that ends in `*` for every word
    that begins so; a `*` alone for any one word. `side` says whose words count, CALL everybody's. `since` and
    `until` are shares (0..1) of the call. `questions` looks in questions only.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    key: str
    name: str
    phrases: tuple[str, ...]
    but_not: tuple[str, ...] = ()
    side: Side = Side.CALL
    since: float = 0.0
    until: float = 1.0
    questions: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a tracker finds something: the utterance, the words with their seconds, all said."""

    utterance: int
    start: float
    end: float
    side: Side
    words: str
    context: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A tracker that is looked for."""

    tracker_id: UUID
    tracker: Tracker


@dataclass(frozen=True, slots=True)
class Tracked:
    """Where a tracker found what it looks for."""

    tracker_id: UUID
    key: str
    hits: tuple[Hit, ...]


TRACKER: TypeAdapter[Tracker] = TypeAdapter(Tracker)
