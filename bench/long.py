"""Long recordings: how time and memory grow with length."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.child import started
from bench.grid import Grid, number, percent
from bench.measure import Cost
from bench.mixtures import Mixture, Plan, first, load_clips, mix, save
from bench.references import read
from bench.score import score
from bench.stacks import StackName
from core.errors import Rejected
from core.settings import Settings

SHARES = (0.25, 0.5, 1.0)
"""Parts of the whole length that are measured, each the beginning of the same conversation."""


@dataclass(frozen=True, slots=True)
class Length:
    """A mixture of one length reviewed in a fresh process with its weights loaded."""

    recording_s: float
    cost: Cost
    stages: tuple[tuple[str, float], ...]
    der: float | None
    confusion: float | None
    speakers_found: int | None
    speakers_true: int | None
    words: int


def measure_lengths(hours: float, clips: Path, folder: Path, settings: Settings) -> Iterator[Length]:
    """Yield the costs at a quarter, half and all of `hours`; the mixtures are written into `folder`."""
    whole = mix(load_clips(clips), Plan(seconds=hours * 3600))
    for share in SHARES:
        yield _one(whole, hours * 3600 * share, folder, settings)


def _one(whole: Mixture, seconds: float, folder: Path, settings: Settings) -> Length:
    """Return the beginning of the conversation measured; a rejection is an error here."""
    path = save(first(whole, seconds), folder, f"mixture_{seconds:.0f}s")
    with started(StackName.OURS, settings, warm_up=None) as (child, _):
        measured = child.review(path)
    reference, found = read(path), measured.hypothesis
    if found is None or reference is None:
        raise Rejected("long", f"{path.name} was rejected: {measured.rejected}", "See docs/quality.md.")
    result = score(reference, found)
    return Length(
        recording_s=seconds,
        cost=measured.cost,
        stages=found.stages,
        der=result.der.rate if result.der else None,
        confusion=result.der.confusion / result.der.total if result.der and result.der.total else None,
        speakers_found=result.speakers_found,
        speakers_true=result.speakers_true,
        words=len(found.words),
    )


def growth(lengths: Sequence[Length]) -> float | None:
    """Return the exponent of time over length by least squares on logarithms: 1 is linear."""
    points = [
        (math.log(item.recording_s), math.log(item.cost.wall_s)) for item in lengths if item.cost.wall_s > 0
    ]
    if len(points) <= 1:
        return None
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else None


def grid(lengths: Sequence[Length]) -> Grid:
    """Return one row a length."""
    rows = [
        (
            f"{item.recording_s / 3600:.2f} h",
            number(item.cost.wall_s),
            number(item.cost.cpu_s),
            number(item.recording_s / item.cost.wall_s),
            number(item.cost.peak_mb, 0),
            percent(item.der),
            percent(item.confusion),
            f"{item.speakers_found} / {item.speakers_true}",
            str(item.words),
        )
        for item in lengths
    ]
    columns = (
        "length", "review, s", "processor, s", "x real time", "peak memory, MB",
        "DER", "confused", "speakers", "words",
    )  # fmt: skip
    power = number(growth(lengths), 2)
    note = (
        f"Two voices mixed from single-speaker clips. Time grows as length to the power {power}. "
        "Where speech begins is known only as well as noisy clips tell: judge by confusion, not by DER."
    )
    return Grid("Long recordings", columns, tuple(rows), note)
