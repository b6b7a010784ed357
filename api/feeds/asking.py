"""What callers ask of feeds and exports: which fields, and how much they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from api.problems import Problem, invalid
from api.schemas.shape import Line, Moment, Taken
from models import feeds
from models.access import RULES, Permission, Reach, Viewer
from models.feeds import Stream, View

MOST = 1000
"""Rows of a page."""
MOST_NAMES = 100

Names = Annotated[list[Line], Field(max_length=MOST_NAMES)]


class Reading(Taken):
    """How much is shown."""

    unreviewed: bool | None = None
    """With what nobody has approved, or without. Left out, as the scope `feeds:unreviewed` allows."""


class Choosing(Reading):
    """Which fields."""

    fields: Names = Field(default_factory=list)
    """Only these fields; several are parted by commas, or given one by one."""
    include: Names = Field(default_factory=list)
    """These fields too, which come only where they are asked for."""


class Following(Reading):
    """Which changes."""

    updated_since: Moment | None = None
    """Told of then or later; left out, from the beginning."""
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before, or `resume` of the pull before; `updated_since` says nothing beside it."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100
    """At most so many."""


class Pull(Choosing, Following):
    """Which changes of a stream, and which fields of what changed."""


def wanted_of(stream: Stream, asked: Choosing) -> frozenset[str]:
    """Return the names of the fields asked for; raises `Problem` 422 for one that there is not."""
    chosen, more = _parted(asked.fields), _parted(asked.include)
    known = frozenset(feeds.names(stream.fields))
    always = frozenset(feeds.names(feeds.HEAD))
    missing = [name for name in (*chosen, *more) if name not in known | always]
    if missing:
        raise invalid(
            "no_such_field",
            f"There is no field '{missing[0]}' of {stream.name}.",
            f"Take some of: {', '.join(feeds.names(stream.fields))}.",
        )
    return ((frozenset(chosen) if chosen else stream.usual) | frozenset(more)) - always


def view_of(asked: Reading, reader: Viewer) -> View:
    """Return how much a reader is shown; raises `Problem` 403 who asks for more than they may see."""
    allowed = reader.reach is not Reach.NONE
    if asked.unreviewed and not allowed:
        rule = RULES[Permission.READ_UNREVIEWED]
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "forbidden",
            f"You may not {rule.does}.",
            f"Use a key with the scope {rule.scope}, or leave `unreviewed` out.",
        )
    return View.EVERYTHING if allowed and asked.unreviewed is not False else View.APPROVED


def _parted(given: Iterable[str]) -> Sequence[str]:
    """Return names out of a query, which parts some of them by commas."""
    return [name.strip() for one in given for name in one.split(",") if name.strip()]
