"""Where each decoded frame belongs on the time line that a player shows."""

from __future__ import annotations

from dataclasses import dataclass

GAP_S = 0.018
"""A hole from here on is silence: one lost 20 ms packet counts, the millisecond rounding of
Matroska and ASF does not."""
OVERLAP_S = 0.040
"""Frames may be this early and still count as in step: recorders that stamp packets by the wall
clock jitter by about 10 ms either way, and dropping sound is worse than being late."""
BACKWARD_S = 1.0
"""A step back from here on is a clock that began anew (joined files), not an overlap."""


@dataclass(frozen=True, slots=True)
class Disorder:
    """What was odd about the time stamps: seconds of gaps after the start, and clock jumps."""

    gaps_s: float = 0.0
    jumps: int = 0


class Timeline:
    """Places frames by their time stamps, in seconds from `origin_s`.

    The clock of a file is trusted within reason: it may leave gaps and overlap, but where it
    steps back by a second or leaps past `limit_s`, the sound goes on where it was.
    """

    def __init__(self, origin_s: float, limit_s: float) -> None:
        self._origin = origin_s
        self._limit = limit_s
        self._expected: float | None = None
        self._gaps = 0.0
        self._jumps = 0

    @property
    def disorder(self) -> Disorder:
        """Return what was odd so far."""
        return Disorder(self._gaps, self._jumps)

    def shift(self, seconds: float) -> None:
        """Move everything from here on later: sound was lost that the time stamps do not know of."""
        self._origin -= seconds

    def place(self, stamp_s: float | None, duration_s: float) -> float | None:
        """Return where a frame begins when it does not go on from the last one, else None."""
        begin = self._begin(stamp_s)
        if begin is None:
            self._expected = (self._expected or 0.0) + duration_s
            return None
        if self._expected is not None:
            self._gaps += max(begin - self._expected, 0.0)
        self._expected = begin + duration_s
        return begin

    def _begin(self, stamp_s: float | None) -> float | None:
        """Return the time of a frame out of step, None for one in step; a clock jump is absorbed."""
        if self._expected is None:
            return self._first(stamp_s)
        if stamp_s is None:
            return None
        begin = stamp_s - self._origin
        drift = begin - self._expected
        if -OVERLAP_S < drift < GAP_S:
            return None
        if drift <= -BACKWARD_S or begin > self._limit:
            self._origin += drift
            self._jumps += 1
            return None
        return begin

    def _first(self, stamp_s: float | None) -> float:
        """Return where the first frame begins; one that would begin past the limit begins at 0."""
        begin = 0.0 if stamp_s is None else stamp_s - self._origin
        if begin > self._limit:
            self._origin += begin
            self._jumps += 1
            return 0.0
        return begin
