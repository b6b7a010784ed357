"""Who spoke when and how it felt, as paths over the length of the call.

Every row is drawn in its own coordinates, seconds to the right, so that one path holds a lane of
any length and a browser stretches it to whatever width it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.metrics.silence import THRESHOLD_S
from analysis.turns import Conversation, conversation
from core.figures import signed
from models.review import Review, SentimentLabel, SentimentSummary, Side
from models.transcript import Role, Turn
from report.wording import SIDE_NAMES, names

LANE_HEIGHT = 30
STRIP_HEIGHT = 18
MOOD_HEIGHT = 84
GAP = 6
AXIS_HEIGHT = 24
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_TICKS = {0: 4, 1: 8, 4: 32, 16: 128, 64: 512}
"""Most ticks at each level: always shown, shown on a wide page, and from these zooms on."""
Event = tuple[str, float, float]
"""Whose, from, to."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A path and the class that colours it."""

    css: str
    path: str


@dataclass(frozen=True, slots=True)
class Caption:
    """Text at a place: `left` in percent of the length."""

    left: float
    text: str
    above: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `box` is its own coordinate system, top and height are pixels."""

    kind: str
    label: str
    top: int
    height: int
    box: str
    marks: tuple[Mark, ...]
    captions: tuple[Caption, ...] = ()
    fences: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis; `level` is the zoom from which it is shown."""

    left: float
    seconds: float
    level: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """All rows with their common axis."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    height: int
    duration_s: float
    overlap_s: float


def timeline(review: Review) -> Timeline:
    """Return the drawing: lanes, events read off the conversation as the measures read it, moods."""
    length = max(review.recording.duration_s, review.transcript.duration_s, 0.1)
    both = overlaps(review.transcript.turns)
    rows = [*_lanes(review, length), *_strips(review, both, length), *_moods(review, length)]
    placed, top = [], 0
    for row in rows:
        placed.append(Row(row.kind, row.label, top, row.height, row.box, row.marks, row.captions, row.fences))
        top += row.height + GAP
    return Timeline(tuple(placed), _ticks(length), top + AXIS_HEIGHT, length, sum(b - a for a, b in both))


def overlaps(turns: Sequence[Turn]) -> tuple[tuple[float, float], ...]:
    """Return the stretches in which at least two speakers speak, in order, none touching another."""
    edges = sorted([(t.start, 1) for t in _merged(turns)] + [(t.end, -1) for t in _merged(turns)])
    found: list[tuple[float, float]] = []
    speaking, since = 0, 0.0
    for second, change in edges:
        if speaking > 1 and second > since:
            _join(found, since, second)
        speaking, since = speaking + change, second
    return tuple(found)


def _join(found: list[tuple[float, float]], start: float, end: float) -> None:
    """Add a stretch, or lengthen the last where it touches."""
    if found and found[-1][1] >= start:
        found[-1] = (found[-1][0], end)
    else:
        found.append((start, end))


def _merged(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns with overlapping turns of one speaker made one."""
    merged: list[Turn] = []
    last: dict[str, int] = {}
    for turn in sorted(turns, key=lambda t: t.start):
        at = last.get(turn.speaker)
        if at is not None and merged[at].end >= turn.start:
            merged[at] = Turn(merged[at].start, max(merged[at].end, turn.end), turn.speaker)
        else:
            last[turn.speaker] = len(merged)
            merged.append(turn)
    return merged


def _lanes(review: Review, length: float) -> Iterable[Row]:
    """Yield a lane a speaker, rep first, then customer, then the others."""
    order = (Role.REP, Role.CUSTOMER, Role.OTHER, Role.UNKNOWN)
    called = names(review.transcript)
    for speaker in sorted(review.transcript.speakers, key=lambda s: order.index(s.role)):
        spans = [(t.start, t.end) for t in review.transcript.turns if t.speaker == speaker.id]
        marks = (Mark(f"lane {speaker.role}", bars(spans)),)
        yield Row("lane", called[speaker.id], 0, LANE_HEIGHT, f"0 0 {length:.3f} 1", marks)


def _strips(review: Review, both: Sequence[tuple[float, float]], length: float) -> Iterable[Row]:
    """Yield a thin row for each kind of event that happens, each mark in the colour of its side."""
    talk = conversation(review.transcript, review.judged)
    rows: tuple[tuple[str, Sequence[Event]], ...] = (
        ("Both at once", [(Side.CALL, a, b) for a, b in both]),
        ("Questions", [(q.party, q.start, q.end) for q in talk.asked]),
        ("Interruptions", [(c.party, c.start, c.end) for c in talk.cut_ins if c.successful]),
        ("Longest talk", _longest(review)),
        ("Silences", _silences(talk)),
    )
    for label, events in rows:
        if events:
            yield Row("strip", label, 0, STRIP_HEIGHT, f"0 0 {length:.3f} 1", tuple(_sided(events)))


def _sided(events: Sequence[Event]) -> Iterable[Mark]:
    """Yield one path a side."""
    for side in dict.fromkeys(party for party, _, _ in events):
        css = side if side in set(Side) else Side.CALL
        yield Mark(f"strip {css}", bars((a, b) for party, a, b in events if party == side))


def _longest(review: Review) -> list[Event]:
    """Return the longest uninterrupted talk of each side, the first piece of evidence of its measure."""
    told = {"longest_monologue", "longest_customer_story"}
    firsts = ((m.side, m.evidence[0]) for m in review.metrics if m.name in told and m.evidence)
    return [(side, first.start, first.end) for side, first in firsts]


def _silences(talk: Conversation) -> list[Event]:
    """Return the silences that the measures count."""
    return [(Side.CALL, s.start, s.end) for s in talk.silences if s.end - s.start > THRESHOLD_S]


def _moods(review: Review, length: float) -> Iterable[Row]:
    """Yield a row a side: a dot an utterance, a line a quarter."""
    for summary in moods(review):
        dots = tuple(_dots(review, summary.side))
        if dots:
            marks = (*dots, Mark(f"quarter {summary.side}", _quarters(summary)))
            label = f"{SIDE_NAMES[summary.side]} mood"
            box = f"0 -1.15 {length:.3f} 2.3"
            fences = tuple(100 * p.start / length for p in summary.periods[1:])
            yield Row("mood", label, 0, MOOD_HEIGHT, box, marks, _captions(summary, length), fences)


def moods(review: Review) -> tuple[SentimentSummary, ...]:
    """Return the sides whose mood is shown, customer first; the whole call where no side is known."""
    by_side = {one.side: one for one in review.sentiment}
    sides = [by_side[side] for side in (Side.CUSTOMER, Side.REP) if side in by_side]
    if Side.CALL in by_side and all(one.score is None for one in sides):
        return (by_side[Side.CALL],)
    return tuple(sides)


def _dots(review: Review, side: Side) -> Iterable[Mark]:
    """Yield one path a label: strokes of no length with round ends stay round however they are stretched."""
    points: dict[SentimentLabel, list[str]] = {}
    for judged in review.judged:
        utterance = review.transcript.utterances[judged.index]
        own = side is Side.CALL or review.transcript.role(utterance.speaker) == side.value
        if judged.sentiment and own:
            middle = (utterance.start + utterance.end) / 2
            # Up is positive; SVG counts downwards.
            points.setdefault(judged.sentiment.label, []).append(
                f"M{middle:.2f} {-judged.sentiment.score:.3f}h0"
            )
    for label, path in points.items():
        yield Mark(f"dot {label}", "".join(path))


def _quarters(summary: SentimentSummary) -> str:
    """Return a level line through each quarter that has a score."""
    return "".join(
        f"M{p.start:.2f} {-p.score:.3f}H{p.end:.2f}" for p in summary.periods if p.score is not None
    )


def _captions(summary: SentimentSummary, length: float) -> tuple[Caption, ...]:
    """Return the score of each quarter at its middle."""
    return tuple(
        Caption(50 * (p.start + p.end) / length, signed(p.score), p.score < 0)
        for p in summary.periods
        if p.score is not None
    )


def bars(spans: Iterable[tuple[float, float]]) -> str:
    """Return a path of boxes one high, one a span."""
    return "".join(f"M{a:.2f} 0H{b:.2f}V1H{a:.2f}z" for a, b in spans if b >= a)


def _ticks(length: float) -> tuple[Tick, ...]:
    """Return round times: a handful at once, finer ones for when the axis is stretched."""
    found: dict[float, Tick] = {}
    for level, most in _TICKS.items():
        step = next((s for s in _STEPS if length / s <= most), _STEPS[-1])
        for second in range(0, int(length) + 1, step):
            found.setdefault(second, Tick(100 * second / length, second, level))
    return tuple(found.values())
