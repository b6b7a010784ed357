"""`./debrief bench`: our pipeline and the reference stack, on the same files, in one run."""

from __future__ import annotations

import importlib.util
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import long, normalise, references, tables, targets
from bench.child import Child, started
from bench.evaluate import MENDABLE, settings_fingerprint, write
from bench.grid import Grid, wide_console
from bench.long import Length, measure_lengths
from bench.machine import Provenance, provenance, sha256
from bench.measure import Cost, Measured
from bench.quality_page import page
from bench.references import Reference
from bench.score import plain, score, totals
from bench.stacks import StackName
from bench.targets import Pair
from bench.turns import SIDES
from core.errors import NotReady, Rejected
from core.settings import Settings

QUICK_S = 60.0
"""Longest recording of a quick run, seconds; the reference stack takes about half real time."""

QUICK_COUNT = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What to do beside measuring all recordings.

    `long_hours` adds mixtures of the clips in `speakers`, up to that length; `work` is where they
    are written, a temporary folder when None.
    """

    json: Path | None = None
    markdown: Path | None = None
    quick: bool = False
    only: str | None = None
    long_hours: float | None = None
    speakers: Path | None = None
    work: Path | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything one run measured."""

    source: Provenance
    references: tuple[Reference, ...]
    pairs: tuple[Pair, ...]
    loads: dict[StackName, Cost]
    lengths: tuple[Length, ...]

    def grids(self) -> tuple[Grid, ...]:
        """Return the tables, the most asked for first."""
        made: list[Grid] = []
        if self.pairs:
            scored = [pair.scores for pair in self.pairs]
            runs = [pair.measured for pair in self.pairs]
            seconds = sum(_duration_s(pair) for pair in self.pairs)
            made = [
                targets.grid(self.pairs, self.lengths),
                tables.accuracy_beside(scored),
                *(_quality(self.pairs, name) for name in StackName),
                tables.resources_beside(self.loads, runs, seconds),
                tables.speed_beside([pair.name for pair in self.pairs], runs),
            ]
        return (*made, *([long.grid(self.lengths)] if self.lengths else []))

    def to_json(self) -> dict[str, Any]:
        """Return the run as plain values."""
        return {
            "schema": "debrief-bench/1",
            "source": plain(self.source),
            "normaliser": normalise.fingerprint(),
            "inputs": [{"name": r.name, "sha256": sha256(r.recording)} for r in self.references],
            "loading": {name.value: plain(cost) for name, cost in self.loads.items()},
            "recordings": [_pair_json(pair) for pair in self.pairs],
            "lengths": plain(self.lengths),
        }


def run(folders: Sequence[Path], settings: Settings, options: Options) -> int:
    """Measure both stacks on all recordings with references; print tables; return the exit code."""
    console, errors = wide_console(), Console(stderr=True, soft_wrap=True)
    try:
        found = _chosen(folders, options)
        bench = _begun(found, settings, options)
        for so_far in _measured(bench, settings, options, errors):
            bench = so_far
            _write(bench, options)
    except (Rejected, NotReady) as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        return MENDABLE
    console.print(tables.source_lines(bench.source), markup=False, highlight=False)
    for table in bench.grids():
        table.show(console)
    rejected = [pair for pair in bench.pairs for m in pair.measured.values() if m.rejected is not None]
    return MENDABLE if rejected else 0


def _write(bench: Bench, options: Options) -> None:
    """Write what is measured so far where the user wants it: a run of an hour may be stopped."""
    if options.json is not None:
        write(options.json, bench.to_json())
    if options.markdown is not None:
        options.markdown.parent.mkdir(parents=True, exist_ok=True)
        options.markdown.write_text(page(bench.source, bench.grids()), encoding="utf-8")


def _chosen(folders: Sequence[Path], options: Options) -> tuple[Reference, ...]:
    """Return the recordings to measure: those in the folders, else the sample call.

    A quick run takes the first few short ones. Without folders a run of long mixtures measures
    nothing else.
    """
    if not folders:
        return () if options.long_hours else references.find([sample()])
    found = references.find(folders, options.only)
    if not options.quick:
        return found
    short = [r for r in found if _length_s(r.recording) <= QUICK_S]
    return tuple(short[:QUICK_COUNT]) or found[:1]


def _begun(found: tuple[Reference, ...], settings: Settings, options: Options) -> Bench:
    """Return a run that has measured nothing yet."""
    command = shlex.join(["./debrief", "bench", *_arguments(found, options)])
    return Bench(provenance(command, settings_fingerprint(settings)), found, (), {}, ())


def _measured(bench: Bench, settings: Settings, options: Options, errors: Console) -> Iterator[Bench]:
    """Yield the run after each recording in both stacks, then after each long mixture."""
    if bench.references:
        with ExitStack() as stack:
            children: dict[StackName, Child] = {}
            loads: dict[StackName, Cost] = {}
            for name in StackName:
                errors.print(f"loading and warming up: {name}", markup=False, highlight=False)
                children[name], loads[name] = stack.enter_context(started(name, settings, sample()))
            bench = replace(bench, loads=loads)
            for place, reference in enumerate(bench.references):
                pair = _pair(reference, place, children, errors)
                bench = replace(bench, pairs=(*bench.pairs, pair))
                yield bench
    for length in _lengths(settings, options, errors):
        bench = replace(bench, lengths=(*bench.lengths, length))
        yield bench


def _pair(reference: Reference, place: int, children: dict[StackName, Child], errors: Console) -> Pair:
    """Return one recording in both stacks; who goes first alternates, so that neither gains by it."""
    order = tuple(StackName) if place % 2 == 0 else tuple(reversed(StackName))
    measured: dict[StackName, Measured] = {}
    for name in order:
        errors.print(f"{reference.name}: {name} ...", markup=False, highlight=False)
        measured[name] = children[name].review(reference.recording, _bound(reference))
    scores = {
        name: None if m.hypothesis is None else score(reference, m.hypothesis) for name, m in measured.items()
    }
    return Pair(reference.name, measured, scores)


def _bound(reference: Reference) -> int | None:
    """Return the two speakers of a call, None for meetings and where the reference does not say.

    Only the reference stack is told, and it gains by it: its published use for calls has a bound.
    """
    names = {turn.speaker for turn in reference.turns or ()}
    return SIDES if len(names) == SIDES else None


def _lengths(settings: Settings, options: Options, errors: Console) -> Iterator[Length]:
    """Yield the long mixtures measured, where they are asked for."""
    if options.long_hours is None:
        return
    if options.speakers is None:
        raise Rejected(
            "no_clips", "Long recordings are mixed from clips.", "Name their folder with --speakers."
        )
    with tempfile.TemporaryDirectory(prefix="debrief-bench-") as scratch:
        work = options.work or Path(scratch)
        for length in measure_lengths(options.long_hours, options.speakers, work, settings):
            errors.print(f"{length.recording_s / 3600:g} h measured", markup=False, highlight=False)
            yield length


def _arguments(found: Sequence[Reference], options: Options) -> list[str]:
    """Return the command's arguments as they may be published: folders by name, not by place."""
    folders = sorted({reference.recording.parent.name for reference in found})
    flags = ["--quick"] if options.quick else []
    only = ["--only", options.only] if options.only else []
    hours = ["--long", f"{options.long_hours:g}"] if options.long_hours else []
    clips = ["--speakers", options.speakers.name] if options.speakers else []
    return [*folders, *flags, *only, *hours, *clips]


def _quality(pairs: Sequence[Pair], name: StackName) -> Grid:
    """Return all measures of one stack."""
    scores = [found for pair in pairs if (found := pair.scores[name]) is not None]
    return tables.quality(scores, totals(scores), f"Quality of {name}")


def _pair_json(pair: Pair) -> dict[str, Any]:
    """Return one recording's figures in both stacks."""
    return {
        "name": pair.name,
        **{
            name.value: {
                "score": plain(pair.scores[name]),
                "cost": plain(m.cost),
                "stages": dict(m.hypothesis.stages) if m.hypothesis else {},
                "engines": dict(m.hypothesis.engines) if m.hypothesis else {},
                "rejected": m.rejected,
            }
            for name, m in pair.measured.items()
        },
    }


def _duration_s(pair: Pair) -> float:
    """Return the length of a recording, 0 where both stacks rejected it."""
    return max((m.hypothesis.duration_s for m in pair.measured.values() if m.hypothesis), default=0.0)


def _length_s(path: Path) -> float:
    """Return how long a recording says it is, seconds; 0 where it does not say."""
    import av

    with av.open(str(path)) as container:
        return float(container.duration or 0) / 1e6


def sample() -> Path:
    """Return the 30 s telephone call that the pyannote.audio package ships, for warming up."""
    spec = importlib.util.find_spec("pyannote.audio")
    if spec is None or spec.origin is None:
        raise NotReady("The package pyannote.audio is not installed.", "make env")
    return Path(spec.origin).parent / "sample" / "sample.wav"
