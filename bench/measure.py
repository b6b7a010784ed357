"""A stack measured: what it found, how long it took, how much memory it held."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.hypothesis import Hypothesis
from bench.memory import PeakOfTree
from bench.stacks import Stack
from core.errors import Rejected


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall-clock and processor seconds (of the process and its children), and peak memory so far."""

    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One recording through one stack; `hypothesis` is None where it was rejected, and why."""

    hypothesis: Hypothesis | None
    rejected: str | None
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """Return plain values that `from_json` takes back."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Measured:
        """Return what `to_json` wrote."""
        found = plain["hypothesis"]
        return Measured(
            hypothesis=None if found is None else Hypothesis.from_json(found),
            rejected=plain["rejected"],
            cost=Cost(**plain["cost"]),
        )


def measure(stack: Stack, recording: Path, most_speakers: int | None = None) -> Measured:
    """Return what a stack finds in a recording and what that costs; the peak is of the whole tree."""
    wall, cpu = time.perf_counter(), cpu_s()
    hypothesis, rejected = None, None
    with PeakOfTree() as tree:
        try:
            hypothesis = stack.review(recording, most_speakers)
        except Rejected as error:
            rejected = str(error)
    return Measured(hypothesis, rejected, Cost(time.perf_counter() - wall, cpu_s() - cpu, tree.mb))


def cpu_s() -> float:
    """Return the processor seconds of this process and of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
