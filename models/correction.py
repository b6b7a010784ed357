"""What people put right about a call: sides and names of speakers, and who said what, as edits in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, TypeVar

from pydantic import ConfigDict, Discriminator, TypeAdapter

from models.transcript import UNKNOWN_SPEAKER, Role

T = TypeVar("T")
STRICT = ConfigDict(extra="forbid")
"""A misspelt key is refused and does not pass in silence."""


@dataclass(frozen=True, slots=True)
class Merge:
    """All that `speaker` says is `into`'s: two labels were one voice."""

    __pydantic_config__ = STRICT

    speaker: str
    into: str
    kind: Literal["merge"] = "merge"


@dataclass(frozen=True, slots=True)
class Reassign:
    """What `speaker` says from `start` to `end`, seconds, is said by `to`: one label was two voices."""

    __pydantic_config__ = STRICT

    speaker: str
    start: float
    end: float
    to: str
    kind: Literal["reassign"] = "reassign"


@dataclass(frozen=True, slots=True)
class Reword:
    """The words of `speaker` from `start` to `end`, seconds, become `text`; without text they were not said.

    `channel` narrows it to the words of one channel. `before` is the text that was there.
    """

    __pydantic_config__ = STRICT

    speaker: str
    start: float
    end: float
    text: str
    channel: int | None = None
    before: str = ""
    kind: Literal["text"] = "text"


Edit = Merge | Reassign | Reword
Edits = tuple[Annotated[Edit, Discriminator("kind")], ...]


@dataclass(frozen=True, slots=True)
class PutRight:
    """The whole of what people put right about a call, by the speakers' labels.

    `restores` is the version that this one is the same as, 0 the machine's own; None where it is new.
    """

    __pydantic_config__ = STRICT

    roles: Mapping[str, Role] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    edits: Edits = ()
    restores: int | None = None

    @property
    def labels(self) -> frozenset[str]:
        """Return every label of a speaker in it."""
        named = (label for edit in self.edits for label in labels_of(edit))
        return frozenset((*self.roles, *self.names, *named)) - {UNKNOWN_SPEAKER}

    def telling(self, roles: Mapping[str, Role], names: Mapping[str, str | None]) -> PutRight:
        """Return it with these sides and names too; a name None takes a name away."""
        kept = {**self.names, **names}
        return replace(
            self,
            roles={**self.roles, **roles},
            names={label: name for label, name in kept.items() if name is not None},
            restores=None,
        )

    def editing(self, edits: Iterable[Edit]) -> PutRight:
        """Return it with edits after those before.

        Who takes over all that another says takes over the other's side and name where people gave them
        none: what was told of a voice stays in force under its new label.
        """
        found = replace(self, restores=None)
        for edit in edits:
            found = replace(found, edits=(*found.edits, edit))
            if isinstance(edit, Merge):
                found = replace(
                    found, roles=_inherited(found.roles, edit), names=_inherited(found.names, edit)
                )
        return found

    def restored(self, version: int) -> PutRight:
        """Return it as a version of its own that goes back to an earlier one."""
        return replace(self, restores=version)

    def heard_like(self, other: PutRight) -> bool:
        """Return whether both give the same transcript and the same sides; names change neither."""
        return (self.roles, self.edits) == (other.roles, other.edits)

    def same_as(self, other: PutRight) -> bool:
        """Return whether both say the same."""
        return self.heard_like(other) and self.names == other.names


NOTHING = PutRight()
"""As the machine had it."""
PUT_RIGHT: TypeAdapter[PutRight] = TypeAdapter(PutRight)
EDITS: TypeAdapter[Edits] = TypeAdapter(Edits)


@dataclass(frozen=True, slots=True)
class Told:
    """What people say of a speaker before and after; None leaves it to the machine."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version changes of the one before it: sides, names, edits taken back and edits added."""

    roles: tuple[Told, ...]
    names: tuple[Told, ...]
    removed: Edits
    added: Edits

    @property
    def counts(self) -> dict[str, int]:
        """Return how many changes of each kind there are, without a word of what was said."""
        some = Counter[str](edit.kind for edit in self.added)
        some.update(roles=len(self.roles), names=len(self.names), taken_back=len(self.removed))
        return {kind: count for kind, count in some.items() if count}


def difference(before: PutRight, after: PutRight) -> Difference:
    """Return what changes from one version to the next."""
    same = 0
    while same < min(len(before.edits), len(after.edits)) and before.edits[same] == after.edits[same]:
        same += 1
    return Difference(
        roles=_told(before.roles, after.roles),
        names=_told(before.names, after.names),
        removed=before.edits[same:],
        added=after.edits[same:],
    )


def labels_of(edit: Edit) -> tuple[str, ...]:
    """Return the labels in an edit."""
    match edit:
        case Merge():
            return edit.speaker, edit.into
        case Reassign():
            return edit.speaker, edit.to
        case Reword():
            return (edit.speaker,)


def _inherited(said: Mapping[str, T], merge: Merge) -> Mapping[str, T]:
    """Return what is said of speakers, of the one who takes over too where nothing was."""
    if merge.speaker not in said or merge.into in said:
        return said
    return {**said, merge.into: said[merge.speaker]}


def _told(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Told, ...]:
    every = sorted(before.keys() | after.keys())
    found = (Told(label, _plain(before.get(label)), _plain(after.get(label))) for label in every)
    return tuple(one for one in found if one.before != one.after)


def _plain(value: str | None) -> str | None:
    return None if value is None else str(value)
