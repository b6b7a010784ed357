"""The transcript as a page shows it: paragraphs of one speaker, doubtful words apart."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from models.review import Act, JudgedUtterance, Review, Sentiment
from models.transcript import UNKNOWN_SPEAKER, Transcript, Utterance, Word
from report.text import shown

DOUBTFUL = 0.6
"""Word probability below which a reader is warned."""
DOUBTFUL_SPEAKER = 0.7
"""Speaker confidence below which the name carries a question mark."""
_LETTERS_A_ROW = 80
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Run:
    """Words shown alike; `doubt` is the probability of a doubtful word, None for others."""

    text: str
    doubt: float | None
    overlap: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance. `steps` holds, a word: seconds since the last start, and UTF-16 units it takes."""

    index: int
    start: float
    end: float
    runs: tuple[Run, ...]
    steps: tuple[tuple[float, int], ...]
    sentiment: Sentiment | None
    question: bool
    overlap: bool
    doubtful: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Consecutive lines of one speaker; `rows` is a guess of its height in rows of text."""

    speaker: str
    sure: bool
    lines: tuple[Line, ...]
    rows: int


def paragraphs(review: Review) -> tuple[Paragraph, ...]:
    """Return the transcript, doubtful and overlapped words marked."""
    transcript = review.transcript
    judged = {one.index: one for one in review.judged}
    pairs = [(u, _line(transcript, i, u, judged.get(i))) for i, u in enumerate(transcript.utterances)]
    return tuple(
        _paragraph(transcript, speaker, list(group))
        for speaker, group in groupby(pairs, lambda p: p[0].speaker)
    )


def line_at(utterances: Sequence[Utterance], second: float) -> int | None:
    """Return the index of the utterance spoken at a second, else of the last before it, else 0."""
    if not utterances:
        return None
    begun = bisect_right(utterances, second + 1e-6, key=lambda u: u.start)
    for index in range(begun - 1, max(begun - 4, -1), -1):
        if utterances[index].end > second:
            return index
    return max(begun - 1, 0)


def _paragraph(transcript: Transcript, speaker: str, pairs: Sequence[tuple[Utterance, Line]]) -> Paragraph:
    """Return lines of one speaker as a paragraph."""
    lines = tuple(line for _, line in pairs)
    words = [w for u, _ in pairs for w in transcript.words[u.first_word : u.last_word + 1]]
    known = [w.speaker_confidence for w in words if w.speaker_confidence is not None]
    sure = speaker == UNKNOWN_SPEAKER or not known or sum(known) / len(known) >= DOUBTFUL_SPEAKER
    rows = sum(1 + sum(len(run.text) for run in line.runs) // _LETTERS_A_ROW for line in lines)
    return Paragraph(speaker, sure, lines, min(rows, _MOST_ROWS))


def _line(transcript: Transcript, index: int, utterance: Utterance, judged: JudgedUtterance | None) -> Line:
    """Return one utterance with its words in runs."""
    words = transcript.words[utterance.first_word : utterance.last_word + 1]
    pieces = [_piece(word, first=i == 0) for i, word in enumerate(words)]
    return Line(
        index=index,
        start=utterance.start,
        end=utterance.end,
        runs=_runs(words, pieces) if words else (Run(shown(utterance.text), None, overlap=False),),
        steps=_steps(utterance.start, words, pieces),
        sentiment=judged.sentiment if judged else None,
        question=bool(judged and judged.act and judged.act.act is Act.QUESTION),
        overlap=any(word.overlap for word in words),
        doubtful=sum(word.probability < DOUBTFUL for word in words),
    )


def _piece(word: Word, *, first: bool) -> str:
    """Return the word with the space before it, where its language writes one."""
    text = shown(word.text).strip()
    return text if first or not word.spaced else f" {text}"


def _runs(words: Sequence[Word], pieces: Sequence[str]) -> tuple[Run, ...]:
    """Return neighbours that look alike as one run; the space before a doubtful word stays outside it."""
    runs: list[Run] = []
    for word, piece in zip(words, pieces, strict=True):
        doubt = word.probability if word.probability < DOUBTFUL else None
        if doubt is not None and piece.startswith(" "):
            _append(runs, Run(" ", None, word.overlap))
            piece = piece[1:]  # noqa: PLW2901 - the space went out before
        _append(runs, Run(piece, doubt, word.overlap))
    return tuple(runs)


def _append(runs: list[Run], run: Run) -> None:
    """Add a run, or lengthen the last where both are sure and alike."""
    last = runs[-1] if runs else None
    if last and last.doubt is None and run.doubt is None and last.overlap == run.overlap:
        runs[-1] = Run(last.text + run.text, None, run.overlap)
    else:
        runs.append(run)


def _steps(start: float, words: Sequence[Word], pieces: Sequence[str]) -> tuple[tuple[float, int], ...]:
    """Return the way from word to word in time and in text, as a browser counts text."""
    at = start
    steps = []
    for word, piece in zip(words, pieces, strict=True):
        steps.append((word.start - at, len(piece.encode("utf-16-le")) // 2))
        at = word.start
    return tuple(steps)
