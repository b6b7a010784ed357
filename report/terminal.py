"""A review in a terminal: 80 columns and wider, with colour or without, on a screen or in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from core.figures import NONE, clock, percent, quantity, signed
from models.review import DepthPart, Review, SentimentSummary, Side
from models.transcript import Role, Speaker
from report.measures import Figure, Measure, measures, part_label
from report.page import mood_sentence
from report.text import plain
from report.timeline import moods
from report.wording import MOOD_GLYPHS, SIDE_NAMES, names, plural

LINES = 40
"""Transcript lines shown before the rest is only counted."""
_BAR = 20
_STYLES = {
    Role.REP: "blue",
    Role.CUSTOMER: "dark_orange3",
    Role.OTHER: "magenta",
    Role.UNKNOWN: "bright_black",
}
_NARROWEST = 60
_WIDEST = 120
_PIPED = 100


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs drawings are made of."""

    full: str
    empty: str
    steps: str
    dash: str
    dot: str


UNICODE = Glyphs("\N{FULL BLOCK}", "\N{LIGHT SHADE}", "▁▂▃▄▅▆▇█", NONE, "\N{MIDDLE DOT}")
ASCII = Glyphs("#", ".", "12345678", "-", "|")


def console(file: TextIO | None = None, width: int | None = None) -> Console:
    """Return a console for reports: plain in a pipe, and no letter is too strange for its encoding."""
    stream = file or sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")
    made = Console(file=stream, width=width, highlight=False, emoji=False, markup=False)
    if not made.is_terminal and not width:
        made.width = _PIPED
    return made


def show(review: Review, out: Console, files: Sequence[Path] = (), *, lines: int | None = LINES) -> None:
    """Print the review and where its files are; `lines` None prints the whole transcript."""
    glyphs = UNICODE if out.encoding.lower().startswith("utf") else ASCII
    parts = (
        _head(review),
        _depth(review, glyphs),
        _measures(review),
        _moods(review, glyphs),
        _transcript(review, lines),
        _foot(review, files),
    )
    for part in parts:
        out.print(part, width=min(max(out.width, _NARROWEST), _WIDEST), highlight=False)


def _title(text: str) -> RenderableType:
    """Return a heading over a part."""
    return Group(Text(), Rule(Text(text, "bold"), align="left", style="bright_black"))


def _grid(*columns: tuple[int | None, bool]) -> Table:
    """Return a table without lines; a column is (width, right-aligned), width None takes the rest."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for width, right in columns:
        table.add_column(
            width=width, ratio=None if width else 1, justify="right" if right else "left", overflow="fold"
        )
    return table


def _head(review: Review) -> RenderableType:
    """Return what was recorded and who speaks."""
    recording, transcript = review.recording, review.transcript
    facts = (
        clock(recording.duration_s),
        f"language {transcript.language or 'none heard'}",
        f"call type {plain(review.call_type)}",
        plural(recording.channels, "channel"),
        plural(len(transcript.words), "word"),
    )
    called = names(transcript)
    table = _grid((12, False), (11, True), (None, False))
    for one in sorted(transcript.speakers, key=lambda s: -s.talk_s):
        talk = Text(quantity(one.talk_s, "s"))
        table.add_row(Text(plain(called[one.id]), f"bold {_STYLES[one.role]}"), talk, _why(one))
    return Group(Rule(Text(plain(recording.name), "bold")), Text("   ".join(facts)), Text(), table)


def _why(speaker: Speaker) -> Text:
    """Return how sure a role is and the strongest sign for it."""
    if speaker.role is Role.UNKNOWN:
        return Text("role unknown", "bright_black")
    text = Text(f"{percent(speaker.role_confidence)} sure")
    if speaker.role_evidence:
        sign = max(speaker.role_evidence, key=lambda e: abs(e.weight))
        said = plain(sign.quote) if sign.start is None else f"{_short(sign.quote)} ({clock(sign.start)})"
        text.append(f", {said}", "bright_black")
    return text


def _short(text: str, most: int = 90) -> str:
    """Return a quotation, cut where it is long."""
    flat = " ".join(plain(text).split())
    return f"“{flat if len(flat) <= most else flat[: most - 1].rstrip() + '…'}”"


def _bar(share: float, glyphs: Glyphs, width: int = _BAR) -> Text:
    """Return a bar filled to a share 0..1."""
    full = round(min(max(share, 0.0), 1.0) * width)
    return Text.assemble((glyphs.full * full, "cyan"), (glyphs.empty * (width - full), "bright_black"))


def _depth(review: Review, glyphs: Glyphs) -> RenderableType:
    """Return the interaction depth with its parts."""
    depth = review.depth
    if depth.value is None:
        reasons = dict.fromkeys(plain(part.reason) for part in depth.parts if part.reason)
        return Group(
            _title("Interaction depth"), Text("\n".join((f"Not measurable. {depth.reason}", *reasons)))
        )
    head = Text.assemble((f"{depth.value:.0f}", "bold"), f" of 100   confidence {percent(depth.confidence)}")
    table = _grid((28, False), (_BAR, False), (4, True), (None, False))
    for part in depth.parts:
        table.add_row(Text(part_label(part.name)), *_part(part, glyphs))
    return Group(_title("Interaction depth"), head, table)


def _part(part: DepthPart, glyphs: Glyphs) -> tuple[Text, Text, Text]:
    """Return bar, score and weight of a part."""
    weight = Text(f"counts {percent(part.weight)}", "bright_black")
    if part.score is None:
        weight.append(f"; {plain(part.reason or '')}")
        return Text("not measurable", "bright_black"), Text(glyphs.dash), weight
    return _bar(part.score, glyphs), Text(f"{100 * part.score:.0f}"), weight


def _measures(review: Review) -> RenderableType:
    """Return the measures, a column a side, with where they stand against what is usual."""
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0), pad_edge=False, header_style="bright_black")
    table.add_column("", width=28, overflow="fold")
    for side in Side:
        table.add_column(SIDE_NAMES[side], justify="right", width=9)
    table.add_column("Against the usual", ratio=1, overflow="fold")
    every = measures(review)
    found = [measure for measure in every if measure.key]
    for measure in (one for one in found if one.known):
        known = {f.metric.side: f for f in measure.figures if f.metric.value is not None}
        cells = (Text(_unspaced(known[side].text) if side in known else "") for side in Side)
        table.add_row(Text(plain(measure.label)), *cells, _verdict(known.values()))
    notes = Text("\n".join(_unmeasured(found)), "bright_black")
    more = Text(f"{plural(len(every) - len(found), 'more measure')} in the report", "bright_black")
    return Group(_title("Measures"), table, notes, more)


def _unmeasured(found: Iterable[Measure]) -> Iterator[str]:
    """Yield each reason once, with the measures it stands in the way of."""
    by_reason: dict[str, list[str]] = {}
    for measure in found:
        if not measure.known:
            by_reason.setdefault(plain(measure.figures[0].verdict), []).append(plain(measure.label))
    if by_reason:
        yield "Not measurable"
    for reason, labels in by_reason.items():
        yield f"{reason} {', '.join(labels)}."


def _unspaced(text: str) -> str:
    """Return a figure with plain spaces, which every terminal font has."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def _verdict(figures: Iterable[Figure]) -> Text:
    """Return where the figures of a measure stand, a side a line."""
    said = [f"{SIDE_NAMES[f.metric.side].lower()} {f.verdict}" for f in figures if f.verdict]
    return Text(_unspaced("\n".join(said).replace(" the usual", "")), "bright_black")


def _moods(review: Review, glyphs: Glyphs) -> RenderableType:
    """Return the mood of both sides."""
    return Group(_title("Mood, read from the words"), *(_mood(review, one, glyphs) for one in moods(review)))


def _mood(review: Review, summary: SentimentSummary, glyphs: Glyphs) -> RenderableType:
    """Return the quarters as a sparkline, the trend in words, the quotes that moved it."""
    table = _grid((8, False), (4, False), (None, False))
    line = Text(sparkline([p.score for p in summary.periods], glyphs), "cyan")
    table.add_row(Text(SIDE_NAMES[summary.side], "bold"), line, Text(_unspaced(mood_sentence(summary))))
    return Group(table, *(Padding(quote, (0, 0, 0, 16)) for quote in _quotes(review, summary)))


def sparkline(scores: Sequence[float | None], glyphs: Glyphs = UNICODE) -> str:
    """Return a sign a score from -1 to 1, a dot where there is none."""
    top = len(glyphs.steps) - 1
    return "".join(glyphs.dot if s is None else glyphs.steps[round((s + 1) / 2 * top)] for s in scores)


def _quotes(review: Review, summary: SentimentSummary) -> Iterable[Text]:
    """Yield the quotes that moved a mood most."""
    judged = {one.index: one.sentiment for one in review.judged}
    for index in summary.movers:
        sentiment, spoken = judged.get(index), review.transcript.utterances[index]
        if sentiment:
            score = f"{MOOD_GLYPHS[sentiment.label]} {signed(sentiment.score)}"
            yield Text.assemble((f"{clock(spoken.start)} {score} ", "bright_black"), _short(spoken.text, 140))


def _transcript(review: Review, most: int | None) -> RenderableType:
    """Return the transcript, its speakers coloured; cut after `most` lines."""
    transcript = review.transcript
    called = names(transcript)
    table = _grid((7, True), (12, False), (None, False))
    shown = transcript.utterances if most is None else transcript.utterances[:most]
    for one in shown:
        role = transcript.role(one.speaker)
        name = Text(plain(called.get(one.speaker, one.speaker)), _STYLES[role])
        table.add_row(Text(clock(one.start), "bright_black"), name, Text(plain(one.text)))
    left = len(transcript.utterances) - len(shown)
    more = Text(
        f"and {plural(left, 'more line')}: see the report or the JSON" if left else "", "bright_black"
    )
    nothing = Text("No words were heard.") if not transcript.utterances else Text()
    return Group(_title("Transcript"), table, nothing, more)


def _foot(review: Review, files: Sequence[Path]) -> RenderableType:
    """Return warnings and where the files are."""
    warnings = [Text.assemble(("! ", "bold yellow"), plain(one)) for one in review.warnings]
    head = [_title("Before you rely on this")] if warnings else []
    places = [_place(path) for path in files]
    return Group(*head, *warnings, Text(), *places)


def _place(path: Path) -> Text:
    """Return where a file is, never broken over lines, so that it can be copied."""
    kind = {".html": "Report", ".json": "JSON"}.get(path.suffix, "File")
    return Text(f"{kind:<8}{plain(str(path))}", "bold", no_wrap=True, overflow="ignore")
