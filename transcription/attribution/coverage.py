"""How many seconds of a stretch somebody speaks, for many stretches at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.transcript import Turn

Floats = NDArray[np.float64]


def union(turns: Iterable[Turn]) -> tuple[tuple[float, float], ...]:
    """Return the stretches that turns cover, in order, touching ones joined."""
    joined: list[tuple[float, float]] = []
    for turn in sorted(turns, key=lambda turn: turn.start):
        if turn.end <= turn.start:
            continue
        if joined and turn.start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], turn.end))
        else:
            joined.append((turn.start, turn.end))
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Seconds of speech before a time: piecewise linear through (`times`, `seconds`)."""

    times: Floats
    seconds: Floats

    def within(self, starts: Floats, ends: Floats) -> Floats:
        """Return the seconds of speech inside each stretch start..end, shape (stretches,)."""
        return self._before(ends) - self._before(starts)

    def _before(self, times: Floats) -> Floats:
        return np.asarray(np.interp(times, self.times, self.seconds))


def coverage(turns: Iterable[Turn]) -> Coverage:
    """Return the coverage of turns; overlapping ones count once."""
    stretches = union(turns)
    if not stretches:
        return Coverage(np.zeros(1), np.zeros(1))
    lengths = np.cumsum([end - start for start, end in stretches])
    before = np.concatenate([[0.0], lengths[:-1]])
    return Coverage(np.ravel(stretches).astype(np.float64), np.column_stack([before, lengths]).ravel())
