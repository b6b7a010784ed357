"""The errors that steer: what a caller may retry, what a user must mend, what set-up lacks."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override


class DebriefError(Exception):
    """Root of every error raised on purpose."""


@dataclass(eq=False)
class Rejected(DebriefError):
    """A recording that cannot be reviewed as it is; trying again changes nothing.

    `code` is stable and for machines, `reason` says what is wrong and `remedy` what to do,
    both in words for the person who handed the recording in.
    """

    code: str
    reason: str
    remedy: str

    @override
    def __str__(self) -> str:
        """Return one line: what is wrong, then what to do."""
        return f"{self.reason} {self.remedy}"


class Retryable(DebriefError):
    """A passing failure: the same work may succeed later."""


class Outage(Retryable):
    """Something around the work is away or full; the work itself is not to blame, so it waits."""


@dataclass(eq=False)
class NotReady(DebriefError):
    """Something the installation needs is missing; `command` mends it."""

    reason: str
    command: str

    @override
    def __str__(self) -> str:
        """Return one line: what is missing and the command that brings it."""
        return f"{self.reason} Run: {self.command}"
