"""When a call will be finished: from how fast recent calls went and what is before it in the queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.stages import STAGES, Lane, StageName

TYPICAL_S = 300.0
"""Length taken for a recording that is not decoded yet and before any other was, seconds."""
UNMEASURED: Mapping[StageName, float] = {
    StageName.TRANSCRIBE: 0.25,
    StageName.DIARIZE: 0.1,
    StageName.JUDGE: 0.02,
}
"""Seconds of work a second of sound before anything was measured, on two processor cores."""
LITTLE = 0.01
"""The same, of a stage that is not named above."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A call under way or waiting: its length where known, and how far it is (0..1)."""

    call_id: UUID
    duration_s: float | None
    progress: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast work goes: seconds of work a second of sound by stage, and workers by lane."""

    seconds: Mapping[StageName, float]
    workers: Mapping[Lane, int]
    typical_s: float = TYPICAL_S

    def of(self, stage: StageName) -> float:
        """Return the seconds of work a second of sound takes in a stage."""
        return self.seconds.get(stage, UNMEASURED.get(stage, LITTLE))


def finishes(queue: Sequence[Pending], pace: Pace, at: datetime) -> dict[UUID, datetime]:
    """Return when each call of a queue, the most urgent first, is likely to be reviewed.

    Each lane works off what is before a call, shared by its workers, and then the call; a call is
    finished when the slower lane is, but never sooner than its stages take one after the other.
    """
    before = dict.fromkeys(Lane, 0.0)
    alone, found = _alone(pace), {}
    each = {lane: sum(pace.of(stage.name) for stage in STAGES if stage.lane is lane) for lane in Lane}
    for pending in queue:
        left = (pending.duration_s or pace.typical_s) * (1.0 - min(max(pending.progress, 0.0), 1.0))
        waits = max(before[lane] / max(pace.workers.get(lane, 0), 1) for lane in Lane)
        found[pending.call_id] = at + timedelta(seconds=waits + alone * left)
        for lane in Lane:
            before[lane] += each[lane] * left
    return found


def _alone(pace: Pace) -> float:
    """Return what a second of sound takes from the first stage to the last, side by side where they may."""
    ends: dict[StageName, float] = {}
    for stage in STAGES:
        ends[stage.name] = max((ends[need] for need in stage.needs), default=0.0) + pace.of(stage.name)
    return max(ends.values())


def pace_of(done: Iterable[tuple[StageName, float, float]], workers: Mapping[Lane, int]) -> Pace:
    """Return the pace of recent work, given as stage, seconds of work and seconds of sound, summed."""
    sums = {StageName(stage): (seconds, sound) for stage, seconds, sound in done if sound > 0}
    return Pace({stage: seconds / sound for stage, (seconds, sound) in sums.items()}, workers)
