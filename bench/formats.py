"""Reference file formats to values: RTTM, UEM, STM, CTM and the two kinds of text file.

Every error is a `Rejected` that names the file and the line. Times are seconds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import Rejected
from models.transcript import Turn

Span = tuple[float, float]
"""Start and end, seconds."""

NOT_SCORED = frozenset({"inter_segment_gap", "ignore_time_segment_in_scoring"})
"""Marks that NIST's sclite gives stretches of an STM file that are not scored."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of one speaker, written as a person wrote them.

    `optional` words cost nothing whether or not they are found. `sure` is False where the
    reference is not certain of the speaker. `end` is infinite where only the recording ends it.
    """

    text: str
    speaker: str
    start: float | None
    end: float | None
    optional: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a reference file that is neither empty nor a comment."""

    path: Path
    number: int
    text: str

    def wrong(self, what: str) -> Rejected:
        """Return the error that names this line."""
        return Rejected(
            "bad_reference",
            f"{self.path.name}, line {self.number}: {what}.",
            "Correct the line or take the file away.",
        )

    def fields(self, least: int, most: int = -1) -> list[str]:
        """Return the fields between spaces, the last taking the rest of the line when `most` is given."""
        parts = self.text.split(None, most - 1 if most > 0 else -1)
        if len(parts) < least:
            raise self.wrong(f"{least} fields expected, {len(parts)} found")
        return parts

    def seconds(self, text: str) -> float:
        """Return a time or a length, which is finite and not negative."""
        try:
            value = float(text)
        except ValueError:
            raise self.wrong(f"'{text}' is not a number of seconds") from None
        if not math.isfinite(value) or value < 0:
            raise self.wrong(f"'{text}' is not a number of seconds")
        return value

    def span(self, start: str, end: str) -> Span:
        """Return start and end; the end is not before the start."""
        first, last = self.seconds(start), self.seconds(end)
        if last < first:
            raise self.wrong(f"the end {end} is before the start {start}")
        return first, last


def rttm(path: Path) -> tuple[Turn, ...]:
    """Return who spoke when after NIST's RTTM: `SPEAKER file channel start length <NA> <NA> speaker`."""
    rows = [(line, line.fields(8)) for line in lines(path, ";") if line.text.startswith("SPEAKER")]
    spans = [(line.seconds(f[3]), line.seconds(f[4]), f[7]) for line, f in _of_one_file(rows, 1, path)]
    return tuple(Turn(start, start + length, speaker) for start, length, speaker in sorted(spans))


def uem(path: Path) -> tuple[Span, ...]:
    """Return the scored seconds, in order and joined where they touch: `file channel start end`."""
    rows = [(line, line.fields(4)) for line in lines(path, ";")]
    joined: list[Span] = []
    for start, end in sorted(line.span(f[2], f[3]) for line, f in _of_one_file(rows, 0, path)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def stm(path: Path) -> tuple[Phrase, ...]:
    """Return segments of words after NIST's STM: `file channel speaker start end [<label>] words`.

    Words in round brackets are optional, as sclite takes them.
    """
    rows = [(line, line.fields(5, 6)) for line in lines(path, ";")]
    return tuple(
        phrase for line, fields in _of_one_file(rows, 0, path) for phrase in _stm_segment(line, fields)
    )


def _stm_segment(line: Line, fields: list[str]) -> Iterator[Phrase]:
    """Yield the phrases of one STM line; none where the line marks seconds that are not scored."""
    start, end = line.span(fields[3], fields[4])
    text = re.sub(r"^<[^>]*>\s*", "", "".join(fields[5:]))
    if "{" in text:
        raise line.wrong("alternatives in braces are not understood")
    if fields[2] in NOT_SCORED or text.strip().lower() in NOT_SCORED:
        return
    yield from _split(Phrase(text, fields[2], start, end), r"\(([^)]*)\)")


def ctm(path: Path) -> tuple[Phrase, ...]:
    """Return single words in time order: `file speaker start length word`."""
    rows = [(line, line.fields(5)) for line in lines(path, ";")]
    words = [
        Phrase(f[4], f[1], line.seconds(f[2]), line.seconds(f[2]) + line.seconds(f[3]))
        for line, f in _of_one_file(rows, 0, path)
    ]
    return tuple(sorted(words, key=lambda word: word.start or 0.0))


def ref_txt(path: Path) -> tuple[Phrase, ...]:
    """Return lines of a readable transcript: `start SPEAKER words`.

    Words in square brackets are optional; `?` after the speaker says that the speaker is not
    certain. A line lasts until the next one starts.
    """
    rows = [(line, line.fields(2, 3)) for line in lines(path, "#")]
    starts = [line.seconds(fields[0]) for line, fields in rows]
    for (line, _), before, start in zip(rows[1:], starts, starts[1:], strict=False):
        if start < before:
            raise line.wrong("starts before the line above")
    return tuple(
        phrase
        for (_, fields), start, end in zip(rows, starts, [*starts[1:], math.inf], strict=True)
        for phrase in _split(
            Phrase(
                text="".join(fields[2:]),
                speaker=fields[1].rstrip("?"),
                start=start,
                end=end,
                sure=not fields[1].endswith("?"),
            ),
            r"\[([^\]]*)\]",
        )
    )


def channel_txt(path: Path) -> tuple[Phrase, ...]:
    """Return the exact words of each channel: `L words` and `R words`, without times."""
    phrases = []
    for line in lines(path, "#"):
        channel, *rest = line.fields(1, 2)
        if channel not in {"L", "R"}:
            raise line.wrong(f"a channel is L or R, not '{channel}'")
        phrases.append(Phrase(" ".join(rest), channel, None, None))
    return tuple(phrases)


def lines(path: Path, comment: str) -> Iterator[Line]:
    """Yield the lines that say something; raises `Rejected` for a file that is no UTF-8 text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise Rejected(
            "bad_reference", f"{path} cannot be read: {error}.", "Give a UTF-8 text file."
        ) from error
    for number, raw in enumerate(text.splitlines(), 1):
        stripped = raw.strip()
        if stripped and not stripped.startswith(comment):
            yield Line(path, number, stripped)


def _of_one_file(rows: list[tuple[Line, list[str]]], column: int, path: Path) -> list[tuple[Line, list[str]]]:
    """Return the rows about this recording: all when the file is about one, else those with its name."""
    names = {fields[column] for _, fields in rows}
    if len(names) <= 1:
        return rows
    stem = path.name.split(".")[0]
    if stem not in names:
        raise rows[0][0].wrong(f"the file is about several recordings and none is called '{stem}'")
    return [(line, fields) for line, fields in rows if fields[column] == stem]


def _split(phrase: Phrase, brackets: str) -> Iterator[Phrase]:
    """Yield the phrase in parts, those in brackets being optional; time is shared out by letters."""
    # re.split with one group gives outside, inside, outside, ... in turn.
    parts = [text.strip() for text in re.split(brackets, phrase.text)]
    letters, before = sum(map(len, parts)), 0
    for index, text in enumerate(parts):
        if text:
            start = _share(phrase, before, letters)
            before += len(text)
            end = _share(phrase, before, letters)
            yield replace(phrase, text=text, start=start, end=end, optional=index % 2 == 1)


def _share(phrase: Phrase, before: int, letters: int) -> float | None:
    """Return when so many of a phrase's letters are spoken; an open end is only after the last."""
    if phrase.start is None or phrase.end is None:
        return phrase.start
    if math.isinf(phrase.end):
        return phrase.end if before == letters else phrase.start
    return phrase.start + (phrase.end - phrase.start) * before / letters


def speakers(items: Iterable[Phrase]) -> tuple[str, ...]:
    """Return the speakers in order of first appearance."""
    return tuple(dict.fromkeys(item.speaker for item in items))
