"""Clips and playlists on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from api.schemas.people import PersonShape
from api.schemas.shape import Change, Given, Line, Second, Taken, Text
from models.transcript import Role

MOST_CLIPS = 200
"""Clips of a playlist."""


class NewClip(Taken):
    """Seconds of a call worth showing."""

    start: Second
    end: Second
    title: Line
    note: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError("ends before its start")
        return self


class ClipChange(Change):
    """What to change of a clip; what is left out stays. Of other seconds another clip is made."""

    title: Line = ""
    note: Text | None = None


class ClipShape(Given):
    """A clip."""

    id: UUID
    call_id: UUID | None
    """Null where it is heard in a shared playlist by somebody who does not see the call."""
    start: float
    end: float
    title: str
    note: str
    made_by: PersonShape | None
    """Null where a program made it."""
    created_at: datetime


class SaidShape(Given):
    """What one speaker says, seconds of the call."""

    start: float
    end: float
    role: Role
    name: str | None
    """Where it is known, and one sees the call."""
    text: str


class WholeClipShape(ClipShape):
    """A clip with what is said in it."""

    said: list[SaidShape]


class ClipPage(Given):
    """Clips of a call, oldest first, and the cursor of those after them."""

    items: list[ClipShape]
    next: str | None


class NewPlaylist(Taken):
    """A playlist to make."""

    name: Line
    description: Text | None = None
    shared: StrictBool = False
    """Everybody in the organisation sees it and hears its clips."""


class PlaylistChange(Change):
    """What to change of a playlist; what is left out stays."""

    name: Line = ""
    description: Text | None = None
    shared: StrictBool = False


class PlaylistClips(Taken):
    """The clips of a playlist, in their order."""

    clips: Annotated[list[UUID], Field(max_length=MOST_CLIPS, json_schema_extra={"uniqueItems": True})]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.clips)) < len(self.clips):
            raise ValueError("holds a clip twice")
        return self


class PlaylistShape(Given):
    """A playlist; `clips` is how many of it one may hear, `seconds` how long they last."""

    id: UUID
    name: str
    description: str
    shared: bool
    made_by: PersonShape | None
    clips: int
    seconds: float
    created_at: datetime
    updated_at: datetime


class WholePlaylistShape(PlaylistShape):
    """A playlist with its clips, in their order."""

    items: list[ClipShape]


class PlaylistPage(Given):
    """Playlists, the newest first, and the cursor of those after them."""

    items: list[PlaylistShape]
    next: str | None
