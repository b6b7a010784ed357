"""Versions of what an organisation edits: their states, and the moves between them, declared in one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class VersionState(StrEnum):
    """Where a version is: being written, in use, tried beside the one in use, or no longer used."""

    DRAFT = "draft"
    ACTIVE = "active"
    TRIAL = "trial"
    RETIRED = "retired"


class VersionMoveName(StrEnum):
    """What somebody does with a version."""

    EDIT = "edit"
    REMOVE = "remove"
    COPY = "copy"
    TRY_OUT = "try_out"
    ACTIVATE = "activate"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class VersionMove:
    """A legal move from some states to one (None: it stays, or is gone), with a locked version or not."""

    name: VersionMoveName
    does: str
    before: frozenset[VersionState]
    after: VersionState | None
    locked: bool = True


_S = VersionState

VERSION_MOVES: tuple[VersionMove, ...] = (
    VersionMove(VersionMoveName.EDIT, "changes it", frozenset({_S.DRAFT}), None, locked=False),
    VersionMove(VersionMoveName.REMOVE, "removes it", frozenset({_S.DRAFT}), None, locked=False),
    VersionMove(VersionMoveName.COPY, "makes a draft of it, to change", frozenset(_S), None),
    VersionMove(
        VersionMoveName.TRY_OUT,
        "has it score new calls beside the one in use",
        frozenset({_S.DRAFT}),
        _S.TRIAL,
    ),
    VersionMove(
        VersionMoveName.ACTIVATE,
        "puts it in the place of the one in use",
        frozenset({_S.DRAFT, _S.TRIAL}),
        _S.ACTIVE,
    ),
    VersionMove(VersionMoveName.RETIRE, "uses it no longer", frozenset({_S.ACTIVE, _S.TRIAL}), _S.RETIRED),
)
"""Every legal move; every other is refused. A version that scored a call is locked: copied, not changed."""

VERSION_MOVE = {move.name: move for move in VERSION_MOVES}


def legal(state: VersionState, *, locked: bool) -> Iterator[VersionMove]:
    """Yield the moves that may be made with a version."""
    return (move for move in VERSION_MOVES if state in move.before and (move.locked or not locked))
