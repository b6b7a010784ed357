"""Which calls a list shall hold, as its query says."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.problems import invalid
from api.routes.paging import MOST
from api.schemas.shape import Language, Line, Moment, Taken
from models.call import CallState, CallType, Direction
from models.db import ReadSession
from models.queries import access
from models.queries.listing import Filter, Order, Sort
from models.search import terms

Depth = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class CallList(Taken):
    """Which calls, in which order; what is left out lets every call through."""

    state: list[CallState] = Field(default_factory=list)
    """In one of these states."""
    rep_id: UUID | None = None
    team_id: UUID | None = None
    """Of this team and all below it."""
    call_type: list[CallType] = Field(default_factory=list)
    """Of one of these types."""
    direction: Direction | None = None
    started_from: Moment | None = None
    """Begun then or later."""
    started_to: Moment | None = None
    """Begun earlier."""
    updated_since: Moment | None = None
    """Changed then or later."""
    external_id: Line | None = None
    language: Language | None = None
    """Spoken language as it was heard."""
    depth_from: Depth | None = None
    depth_to: Depth | None = None
    q: Annotated[str, Field(max_length=500)] | None = None
    """Words that are said in the call, all of them; "in quotes" in that order; begin* of a word."""
    deleted: bool = False
    """The tombstones of deleted calls instead."""
    sort: Annotated[str, Field(pattern=f"^[ +-]?({'|'.join(Sort)})$")] = f"-{Sort.STARTED_AT}"
    """What to sort by, `-` before it for the largest first. Sorted by duration or depth, only the calls
    that have one are listed."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    """At most so many; of a search, at most 50."""
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""

    @property
    def order(self) -> Order:
        """Return the order asked for; `+` that is not escaped in a query arrives as a space."""
        return Order(Sort(self.sort.strip(" +-")), descending=self.sort.startswith("-"))


async def found_by(session: ReadSession, wanted: CallList) -> Filter:
    """Return what a query asks for; raises `Problem` 422 where it searches for no word at all."""
    team_ids = None if wanted.team_id is None else await access.subtree(session, wanted.team_id)
    searched = terms(wanted.q or "")
    if wanted.q and not searched:
        raise invalid("no_words", "There is no word in what is searched for.", "Search for words.")
    return Filter(
        states=tuple(dict.fromkeys(wanted.state)),
        rep_id=wanted.rep_id,
        team_ids=team_ids,
        call_types=tuple(dict.fromkeys(wanted.call_type)),
        direction=wanted.direction,
        started_from=wanted.started_from,
        started_to=wanted.started_to,
        updated_since=wanted.updated_since,
        external_id=wanted.external_id,
        language=wanted.language,
        depth_from=wanted.depth_from,
        depth_to=wanted.depth_to,
        terms=searched,
        deleted=wanted.deleted,
    )
