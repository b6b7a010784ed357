"""How far a piece of work is, as one callable handed down to whoever does the work."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], None]
"""Called with the fraction done, 0..1, never falling; raising inside it cancels the work."""


def ignore(_fraction: float) -> None:
    """Take a progress report nobody watches."""


def share(report: Progress, begin: float, end: float) -> Progress:
    """Return a `Progress` for a part of the work that spans `begin`..`end` of the whole."""
    return lambda fraction: report(begin + (end - begin) * min(max(fraction, 0.0), 1.0))
