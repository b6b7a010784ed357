"""What people put right about a call, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt

from api.schemas.calls import LABEL
from api.schemas.shape import Given, Taken, stored
from models.correction import NOTHING, PUT_RIGHT, Edits, Merge, Reassign, Reword, difference
from models.tables import Correction
from models.transcript import UNKNOWN_SPEAKER, Role
from report.corrections import lines

MOST_EDITS = 200
"""Edits that are sent at once."""
MOST_LETTERS = 2000
MOST_VERSION = 2**31 - 1

Label = Annotated[str, Field(pattern=LABEL)]
Anybody = Annotated[str, Field(pattern=rf"{LABEL}|^{UNKNOWN_SPEAKER}$")]
"""A speaker, or `unknown` for words that no speaker was found for."""
Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class MergeGiven(Taken):
    """Two speakers were one voice: all that one says is the other's."""

    kind: Literal["merge"]
    speaker: Anybody
    into: Label

    def edit(self, _new: str) -> Merge:
        """Return the edit."""
        return Merge(self.speaker, self.into)


class ReassignGiven(Taken):
    """A stretch of what one speaker says is another's, or a new speaker's: one label was two voices."""

    kind: Literal["reassign"]
    speaker: Anybody
    start: Seconds
    end: Seconds
    to: Label | None = None
    """Whose it is; null: a new speaker's, who gets the next free label."""

    def edit(self, new: str) -> Reassign:
        """Return the edit; `new` is the label of a new speaker."""
        return Reassign(self.speaker, self.start, self.end, self.to or new)


class RewordGiven(Taken):
    """The words of a speaker in a stretch are others."""

    kind: Literal["text"]
    speaker: Anybody
    start: Seconds
    end: Seconds
    text: Annotated[str, Field(max_length=MOST_LETTERS), AfterValidator(stored)]
    """What is said there; empty: nothing is."""
    channel: Annotated[StrictInt, Field(ge=0, le=7)] | None = None
    """The words of one channel only."""

    def edit(self, _new: str) -> Reword:
        """Return the edit."""
        return Reword(self.speaker, self.start, self.end, self.text, self.channel)


class SwapGiven(Taken):
    """The two who speak most exchange sides: the rep is the customer, and the customer the rep."""

    kind: Literal["swap_roles"]


EditGiven = MergeGiven | ReassignGiven | RewordGiven
CorrectionGiven = EditGiven | SwapGiven


class CorrectionsGiven(Taken):
    """What to put right; each edit starts from what those before it leave."""

    edits: Annotated[
        list[Annotated[CorrectionGiven, Field(discriminator="kind")]],
        Field(min_length=1, max_length=MOST_EDITS),
    ]


class UndoGiven(Taken):
    """Which version to go back to."""

    to_version: Annotated[StrictInt, Field(ge=0, le=MOST_VERSION)]
    """0 is as the machine had it; a later one undoes an undo."""


class ToldShape(Given):
    """What is said of a speaker before and after; null leaves it to the machine."""

    label: str
    before: str | None
    after: str | None


class DifferenceShape(Given):
    """What a version changes of the one before it."""

    roles: list[ToldShape]
    names: list[ToldShape]
    removed: Edits
    """Edits that were taken back."""
    added: Edits


class AuthorShape(Given):
    """Who put something right."""

    id: UUID
    name: str


class CorrectionShape(Given):
    """A version of what people put right."""

    version: int
    in_force: bool
    """Whether the transcript is made by it: the newest is."""
    by: AuthorShape | None
    """Null for a program."""
    at: datetime
    restores: int | None
    """The earlier version that this one goes back to, 0 for the machine's own; null for something new."""
    words: list[str]
    """What changed, a sentence each."""
    changes: DifferenceShape
    roles: dict[str, Role]
    """All sides that people gave, by label."""
    names: dict[str, str]
    edits: Edits
    """All edits, in order."""

    @classmethod
    def of(cls, row: Correction, name: str | None, before: Correction | None, *, in_force: bool) -> Self:
        """Return a version as it goes out."""
        found = PUT_RIGHT.validate_python(row.content)
        earlier = NOTHING if before is None else PUT_RIGHT.validate_python(before.content)
        changed = difference(earlier, found)
        return cls(
            version=row.version,
            in_force=in_force,
            by=AuthorShape(id=row.user_id, name=name or "") if row.user_id else None,
            at=row.created_at,
            restores=found.restores,
            words=list(lines(changed, found.restores)),
            changes=DifferenceShape.model_validate(changed),
            roles=dict(found.roles),
            names=dict(found.names),
            edits=found.edits,
        )


class CorrectionPage(Given):
    """Some versions, the newest first, and the cursor of those before them."""

    items: list[CorrectionShape]
    next: str | None
