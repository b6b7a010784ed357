"""Scores as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bench.align import Errors
from bench.grid import NONE, Grid, number, percent
from bench.machine import Provenance
from bench.measure import Cost, Measured
from bench.score import Score, Totals
from bench.stacks import StackName
from bench.turns import Confusions, RoleScore
from bench.words import WordScore

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("decode", ("decode",)),
    ("words", ("listen", "transcribe")),
    ("speakers", ("diarize",)),
    ("words to speakers", ("attribute",)),
    ("judgements and measures", ("judge", "measure")),
)
"""Stages of either stack that do the same work; the reference recogniser finds speech inside `transcribe`."""

SCORE_COLUMNS = (
    "recording", "WER", "cpWER", "tcpWER", "DER", "DER .25", "missed", "false", "confused",
    "speakers", "side right", "no side", "talk ratio off", "invented",
)  # fmt: skip


def quality(scores: Sequence[Score], totals: Totals, title: str = "Quality") -> Grid:
    """Return one row a recording and one for all; rates in per cent."""
    rows = [_score_row(score) for score in scores]
    note = (
        "Per cent. DER with collar 0 and 0.25 s, overlap scored; its parts are of collar 0. "
        "Speakers: found / true. Side: share of talk time. All: words and seconds pooled, "
        "the talk ratio's error averaged."
    )
    return Grid(title, SCORE_COLUMNS, (*rows, _total_row(totals)), note)


def _score_row(score: Score) -> tuple[str, ...]:
    """Return the cells of one recording."""
    talk = score.talk
    return (
        score.name,
        _words(score, lambda w: w.wer),
        _words(score, lambda w: w.cpwer),
        _words(score, lambda w: w.tcpwer),
        percent(score.der.rate if score.der else None),
        percent(score.der_collar.rate if score.der_collar else None),
        *_parts(score.der),
        NONE if score.speakers_true is None else f"{score.speakers_found} / {score.speakers_true}",
        *_sides(score.roles),
        number(talk.error if talk else None, 3),
        NONE if score.invented_words is None else str(score.invented_words),
    )


def _total_row(totals: Totals) -> tuple[str, ...]:
    """Return the cells of all recordings together."""
    return (
        f"all {totals.recordings}",
        percent(totals.wer.rate),
        percent(totals.cpwer.rate),
        percent(totals.tcpwer.rate),
        percent(totals.der.rate),
        percent(totals.der_collar.rate),
        *_parts(totals.der),
        f"{totals.speakers_right} of {totals.speakers_scored} right",
        *_sides(totals.roles),
        number(totals.talk_ratio_error, 3),
        str(totals.invented_words),
    )


def _words(score: Score, part: Callable[[WordScore], Errors | None]) -> str:
    """Return one word error rate."""
    errors = None if score.words is None else part(score.words)
    if errors is None or score.words is None:
        return NONE
    return percent(errors.rate) + (" (CER)" if score.words.unit == "character" else "")


def _parts(der: Confusions | None) -> tuple[str, str, str]:
    """Return missed, false alarm and confusion as shares of the reference's speech."""
    if der is None or not der.total:
        return NONE, NONE, NONE
    return (
        percent(der.missed / der.total),
        percent(der.false_alarm / der.total),
        percent(der.confusion / der.total),
    )


def _sides(roles: RoleScore | None) -> tuple[str, str]:
    """Return the share of talk on the right side, and without a side."""
    return (NONE, NONE) if roles is None else (percent(roles.accuracy), percent(roles.abstained))


Scored = Mapping[StackName, Score | None]
Run = Mapping[StackName, Measured]


def accuracy_beside(pairs: Sequence[Scored]) -> Grid:
    """Return the accuracy of both stacks side by side."""
    rows = []
    for pair in pairs:
        ours, theirs = pair[StackName.OURS], pair[StackName.REFERENCE]
        known = ours or theirs
        if known is not None:
            rows.append((known.name, *_beside(ours, theirs)))
    columns = (
        "recording", "WER", "reference", "cpWER", "reference", "tcpWER", "reference",
        "DER", "reference", "speakers", "reference", "true",
    )  # fmt: skip
    return Grid("Accuracy, ours and the reference stack (per cent)", columns, tuple(rows))


def _beside(ours: Score | None, theirs: Score | None) -> tuple[str, ...]:
    """Return each measure of both."""
    both = (ours, theirs)
    word_parts: tuple[Callable[[WordScore], Errors | None], ...] = (
        lambda w: w.wer,
        lambda w: w.cpwer,
        lambda w: w.tcpwer,
    )
    words = [NONE if s is None else _words(s, part) for part in word_parts for s in both]
    der = [percent(s.der.rate if s and s.der else None) for s in both]
    counts = [NONE if s is None or s.speakers_found is None else str(s.speakers_found) for s in both]
    true = next((str(s.speakers_true) for s in both if s and s.speakers_true is not None), NONE)
    return (*words, *der, *counts, true)


def speed_beside(names: Sequence[str], runs: Sequence[Run]) -> Grid:
    """Return seconds stage by stage for each recording, and how many times faster ours is."""
    rows = [
        (name if place == 0 else "", *cells)
        for name, run in zip(names, runs, strict=True)
        for place, cells in enumerate(_speed_rows(run))
    ]
    columns = ("recording", "stage", "ours, s", "reference, s", "reference / ours")
    return Grid(
        "Time, stage by stage",
        columns,
        tuple(rows),
        "Wall clock, weights loaded, one recording after the other.",
    )


def _speed_rows(run: Run) -> list[tuple[str, ...]]:
    """Return a row a group of stages, then the whole in wall clock and in processor time."""
    rows: list[tuple[str, ...]] = []
    for label, stages in GROUPS:
        ours, theirs = (_stage_s(run[name], stages) for name in (StackName.OURS, StackName.REFERENCE))
        rows.append((label, number(ours, 2), number(theirs, 2), _ratio(theirs, ours)))
    costs = [run[name].cost for name in (StackName.OURS, StackName.REFERENCE)]
    for label, spent in (
        ("whole", [c.wall_s for c in costs]),
        ("whole, processor", [c.cpu_s for c in costs]),
    ):
        rows.append((label, number(spent[0], 2), number(spent[1], 2), _ratio(spent[1], spent[0])))
    return rows


def _stage_s(measured: Measured, stages: Sequence[str]) -> float | None:
    """Return the seconds of some stages, None for a stack that has none of them."""
    if measured.hypothesis is None:
        return None
    found = [seconds for name, seconds in measured.hypothesis.stages if name in stages]
    return sum(found) if found else None


def _ratio(theirs: float | None, ours: float | None) -> str:
    """Return how many times ours the other takes."""
    return NONE if theirs is None or not ours else f"{theirs / ours:.1f}"


def resources_beside(loads: Mapping[StackName, Cost], runs: Sequence[Run], seconds: float) -> Grid:
    """Return what each stack takes for all recordings together, `seconds` long."""
    rows = []
    for name in StackName:
        costs = [run[name].cost for run in runs]
        wall, cpu = sum(c.wall_s for c in costs), sum(c.cpu_s for c in costs)
        peak = max((c.peak_mb for c in costs), default=0.0)
        row = (loads[name].wall_s, wall, cpu, seconds / wall if wall else None, peak)
        rows.append((name.value, *(number(value) for value in row)))
    columns = ("stack", "loading, s", "all recordings, s", "processor, s", "x real time", "peak memory, MB")
    note = "Each stack in a process of its own; memory is of the process and those it starts."
    return Grid("What each stack takes", columns, tuple(rows), note)


def source_lines(source: Provenance) -> str:
    """Return machine, commit, command and time, as a Markdown list."""
    libraries = ", ".join(f"{name} {found}" for name, found in source.machine.libraries)
    rows = (
        ("machine", source.machine.line),
        ("libraries", libraries),
        ("commit", source.commit),
        ("command", f"`{source.command}`"),
        ("at", source.at),
        ("settings", source.settings),
    )
    return "\n".join(f"- {name}: {value}" for name, value in rows) + "\n"
