"""What may be done with a version of something that an organisation edits, by the one table of moves."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.errors import Rejected
from models.versions import VERSION_MOVE, VersionMove, VersionMoveName, VersionState


class Versioned(Protocol):
    """A row that has a state; `locked_at` is when it was first used: it never changes again."""

    state: VersionState
    locked_at: datetime | None


def allowed(version: Versioned, name: VersionMoveName) -> VersionMove:
    """Return a move that may be made with a version; raises `Rejected` where it may not."""
    found = VERSION_MOVE[name]
    if version.state not in found.before:
        state = f"A version that is {version.state} cannot take '{name}'."
        raise Rejected("wrong_state", state, "Copy it and change the copy.")
    if version.locked_at is not None and not found.locked:
        raise Rejected("locked", "It was used already.", "Copy it and change the copy.")
    return found
