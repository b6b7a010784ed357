"""What must be shown, beside what is measured: misses are said as plainly as hits.

The targets were set on 2 cores without a GPU, Whisper base int8 and the registry's weights; the
`stated` figures are those of the reference stack at that time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.grid import NONE, Grid, number
from bench.long import Length, growth
from bench.measure import Measured
from bench.score import Score
from bench.stacks import StackName

Value = Callable[[Measured, Score | None], float | None]

PERCENT = 100.0
SENTENCE_WORDS = 3
"""Words that make a sentence, for the test of invented ones."""

LONG_S = 3 * 3600.0
"""Length for which the targets of long recordings hold; a shorter one decides nothing."""

MEMORY_GB = 3.0
LINEAR = 1.15
"""Exponent of time over length that still counts as linear: double the length takes 2.2 times as long."""


@dataclass(frozen=True, slots=True)
class Target:
    """One figure of one recording that must not exceed `limit`."""

    recording: str
    what: str
    unit: str
    stated: float | None
    limit: float
    value: Value


@dataclass(frozen=True, slots=True)
class Pair:
    """One recording measured and scored in both stacks."""

    name: str
    measured: Mapping[StackName, Measured]
    scores: Mapping[StackName, Score | None]


def _der(_measured: Measured, score: Score | None) -> float | None:
    rate = score.der.rate if score and score.der else None
    return None if rate is None else PERCENT * rate


def _extra_speakers(_measured: Measured, score: Score | None) -> float | None:
    if score is None or score.speakers_found is None or score.speakers_true is None:
        return None
    return abs(score.speakers_found - score.speakers_true)


def _wer(_measured: Measured, score: Score | None) -> float | None:
    errors = score.words.wer_stated if score and score.words else None
    return None if errors is None or errors.rate is None else PERCENT * errors.rate


def _attribution(_measured: Measured, score: Score | None) -> float | None:
    words = score.words if score else None
    if words is None or words.cpwer is None or words.wer is None:
        return None
    rates = words.cpwer.rate, words.wer.rate
    return None if rates[0] is None or rates[1] is None else PERCENT * (rates[0] - rates[1])


def _talk(_measured: Measured, score: Score | None) -> float | None:
    return score.talk.error if score and score.talk else None


def _invented(_measured: Measured, score: Score | None) -> float | None:
    return None if score is None else score.invented_words


def _stage(*names: str) -> Value:
    """Return what the stages of these names take together, seconds."""

    def value(measured: Measured, _score: Score | None) -> float | None:
        found = measured.hypothesis
        return None if found is None else sum(seconds for name, seconds in found.stages if name in names)

    return value


def _whole(measured: Measured, _score: Score | None) -> float | None:
    return measured.cost.wall_s


TARGETS: tuple[Target, ...] = (
    Target("commercial_mono.wav", "DER, collar 0", "%", 3.2, 4.2, _der),
    Target("telephone_two_women.wav", "DER, collar 0", "%", 5.6, 6.6, _der),
    Target("auto_repairs_40.mono.wav", "DER, collar 0", "%", 4.7, 5.7, _der),
    Target("commercial_mono.wav", "speakers too many or too few", "", 0, 0, _extra_speakers),
    Target("telephone_two_women.wav", "speakers too many or too few", "", 0, 0, _extra_speakers),
    Target("auto_repairs_40.mono.wav", "speakers too many or too few", "", 0, 0, _extra_speakers),
    Target("auto_repairs_40.mono.wav", "time to diarize", "s", 138, 10, _stage("diarize")),
    Target("auto_repairs_40.mono.wav", "time to words", "s", 14.5, 14.5, _stage("listen", "transcribe")),
    Target("auto_repairs_40.mono.wav", "whole review", "s", 160, 30, _whole),
    Target("commercial_mono.wav", "WER", "%", 17.1, 17.1, _wer),
    Target("telephone_two_women.wav", "WER", "%", 12.6, 12.6, _wer),
    Target("EN2001e.Mix-Headset.0-30s.wav", "WER", "%", 15.9, 15.9, _wer),
    Target("EN2009b.Mix-Headset.0-30s.wav", "WER", "%", 24.2, 24.2, _wer),
    Target("EN2003a.Mix-Headset.0-30s.wav", "WER", "%", 27.3, 27.3, _wer),
    Target("ES2003a.Mix-Headset.0-30s.wav", "WER", "%", 26.9, 26.9, _wer),
    Target("commercial_mono.wav", "cpWER above WER", "points", None, 3.0, _attribution),
    Target("telephone_two_women.wav", "cpWER above WER", "points", None, 3.0, _attribution),
    Target("auto_repairs_40.mono.wav", "talk ratio off", "", None, 0.02, _talk),
    Target("auto_repairs_40.stereo_agent_caller.wav", "talk ratio off", "", None, 0.01, _talk),
    Target("EN2001b.Mix-Headset.0-30s.wav", "invented words", "", None, SENTENCE_WORDS - 1, _invented),
)

COLUMNS = (
    "recording",
    "what",
    "target, at most",
    "ours",
    "reference stack, this run",
    "reference stack, stated",
    "",
)


def grid(pairs: Sequence[Pair], lengths: Sequence[Length]) -> Grid:
    """Return every target whose recording was measured, with its verdict."""
    by_name = {pair.name: pair for pair in pairs}
    rows = [_row(target, by_name[target.recording]) for target in TARGETS if target.recording in by_name]
    note = (
        "WER here takes words in brackets out of the reference beforehand, as the stated figures do; "
        "the table of accuracy takes them as optional."
    )
    return Grid("What must be shown", COLUMNS, (*rows, *_long_rows(lengths)), note)


def _row(target: Target, pair: Pair) -> tuple[str, ...]:
    """Return one target's cells."""
    ours, theirs = (
        target.value(pair.measured[name], pair.scores[name]) for name in (StackName.OURS, StackName.REFERENCE)
    )
    cells = (_text(v, target.unit) for v in (target.limit, ours, theirs, target.stated))
    return (target.recording, target.what, *cells, verdict(ours, target.limit))


def _long_rows(lengths: Sequence[Length]) -> list[tuple[str, ...]]:
    """Return the targets of a long recording, where one was measured."""
    if not lengths:
        return []
    longest = max(lengths, key=lambda length: length.recording_s)
    name = f"mixture of {longest.recording_s / 3600:.2g} h"
    peak, slope = longest.cost.peak_mb / 1024, growth(lengths)
    rows = [
        (name, "peak memory", MEMORY_GB, peak, "GB"),
        (name, "growth of time, exponent", LINEAR, slope, ""),
    ]
    enough = longest.recording_s >= LONG_S
    return [
        (where, what, _text(limit, unit), _text(found, unit), NONE, NONE, _said(found, limit, enough=enough))
        for where, what, limit, found, unit in rows
    ]


def _said(found: float | None, limit: float, *, enough: bool) -> str:
    """Return the verdict on a long recording; a short one can only miss."""
    said = verdict(found, limit)
    return "too short to say" if said == "met" and not enough else said


def _text(value: float | None, unit: str) -> str:
    """Return a figure with its unit; ratios have no unit and more decimals."""
    if value is None:
        return NONE
    if not unit:
        return number(value, 0 if float(value).is_integer() else 3)
    return f"{number(value)} {unit}"


def verdict(value: float | None, limit: float) -> str:
    """Return `met`, `missed` or that nothing was measured; half a tenth is rounding of the stated figures."""
    if value is None:
        return "not measured"
    return "met" if value <= limit + (0.05 if limit > 1 else 0.0) else "missed"
