"""Where a stream comes from: which of its things a note is about, and what is known of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.db import ReadSession
from models.feeds import State, Stream
from models.queries.feeds.noting import Cause

Times = dict[str, datetime]
"""When something changed, by its key."""
Noted = Mapping[Cause, Times]
"""What was noted, by cause."""


@dataclass(frozen=True, slots=True)
class Source:
    """A stream with the questions that publishing asks.

    `due` returns the things that notes are about, and when they changed; `states` those of some things that
    there are.
    """

    stream: Stream
    due: Callable[[ReadSession, Noted], Awaitable[Times]]
    states: Callable[[ReadSession, Collection[str]], Awaitable[Mapping[str, State]]]


def of(noted: Noted, *causes: Cause) -> Times:
    """Return what was noted for any of some causes, with the first time of each."""
    return earliest(pair for cause in causes for pair in noted.get(cause, {}).items())


def earliest(pairs: Iterable[tuple[str, datetime]]) -> Times:
    """Return keys, each with the first of its times."""
    found: Times = {}
    for key, at in pairs:
        found[key] = min(at, found.get(key, at))
    return found


def ids(keys: Iterable[str]) -> list[UUID]:
    """Return keys that are ids."""
    return [UUID(key) for key in keys]
