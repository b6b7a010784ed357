"""WER, cpWER and tcpWER of a hypothesis.

WER compares all words in time order, whoever said them. cpWER compares each speaker's words under
the best pairing of speakers, and so charges words given to the wrong speaker; tcpWER also demands
that a word is within 5 s of its place (von Neumann et al. 2023, meeteval). Words of the reference
in brackets are optional: those that were heard are taken into the reference, the others are left
out, and the length counts required words only.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bench.align import Alignment, Errors, Token, align, pooled
from bench.formats import Phrase, speakers
from bench.normalise import Normaliser, normaliser_for
from bench.references import Reference
from models.transcript import UNKNOWN_SPEAKER, Word

COLLAR_S = 5.0
"""Seconds a word may be off in tcpWER; meeteval's own default and that of the CHiME challenges."""

BREAK_S = 0.5
"""Pause that ends a segment: meeteval spreads a segment's words evenly over its seconds."""

MOST_UNSURE = 6
"""Lines with an uncertain speaker for which every speaker is tried; with more, the stated one is taken."""

CHANNELS = ("L", "R")


@dataclass(frozen=True, slots=True)
class WordScore:
    """Word errors of one recording; None where the reference does not allow the measure.

    `wer_stated` takes optional words out of the reference beforehand, so that hearing them is an
    error: the way in which published figures for such references are usually made.
    """

    unit: str
    wer: Errors | None
    wer_stated: Errors | None
    cpwer: Errors | None
    tcpwer: Errors | None


@dataclass(frozen=True, slots=True)
class _Line:
    """A stretch of one speaker's words as tokens with times, ready to be compared."""

    speaker: str
    start: float
    end: float
    tokens: tuple[str, ...]
    sure: bool = True


def score_words(reference: Reference, words: Sequence[Word]) -> WordScore | None:
    """Return the word errors, or None where the reference has no words."""
    if reference.phrases is None:
        return None
    normalise, unit = normaliser_for(" ".join(phrase.text for phrase in reference.phrases))
    heard = sorted(_inside(words, text_span(reference)), key=lambda word: (word.start, word.end))
    if reference.by_channel:
        return _score_channels(reference.phrases, heard, normalise, unit)
    alignment = align(_tokens(reference.phrases, normalise), normalise(text_of(heard)))
    required = tuple(phrase for phrase in reference.phrases if not phrase.optional)
    return WordScore(
        unit=unit,
        wer=alignment.errors,
        wer_stated=align(_tokens(required, normalise), normalise(text_of(heard))).errors,
        cpwer=_attributed(reference.phrases, alignment, heard, normalise, timed=False),
        tcpwer=_attributed(reference.phrases, alignment, heard, normalise, timed=True),
    )


def text_span(reference: Reference) -> tuple[float, float] | None:
    """Return the seconds in which words are scored, or None for the whole recording.

    They begin and end with the scored region or the reference's own text, whichever reaches
    further: text outside the region is known as well, and cutting at a word that two clocks
    place differently would make errors of the cut. Measured on a 45 s call with a region of
    4-38 s: the cut alone makes 4 more errors of 82 words.
    """
    if reference.regions is None or reference.phrases is None or reference.by_channel:
        return None
    starts = [start for start, _ in reference.regions] + [
        p.start for p in reference.phrases if p.start is not None
    ]
    ends = [end for _, end in reference.regions] + [p.end for p in reference.phrases if p.end is not None]
    return (min(starts), max(ends)) if starts else None


def text_of(words: Sequence[Word]) -> str:
    """Return the words as written text: with spaces where the language puts them."""
    return "".join((" " if word.spaced else "") + word.text.strip() for word in words).strip()


def _inside(words: Sequence[Word], span: tuple[float, float] | None) -> tuple[Word, ...]:
    """Return the words whose middle is in the span."""
    if span is None:
        return tuple(words)
    return tuple(word for word in words if span[0] <= (word.start + word.end) / 2 <= span[1])


def _runs(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """Return required phrases that follow each other together, and each optional phrase alone."""
    places = enumerate(phrases)
    runs = itertools.groupby(places, key=lambda place: place[0] if place[1].optional else -1)
    return [[phrase for _, phrase in run] for _, run in runs]


def _tokens(phrases: Sequence[Phrase], normalise: Normaliser) -> tuple[Token, ...]:
    """Return the reference's words in time order.

    Neighbours are normalised together: a number or a contraction may be written in two phrases.
    """
    return tuple(
        Token(text, run[0].optional)
        for run in _runs(phrases)
        for text in normalise(" ".join(phrase.text for phrase in run))
    )


def _score_channels(
    phrases: Sequence[Phrase], heard: Sequence[Word], normalise: Normaliser, unit: str
) -> WordScore:
    """Return the errors against the words of each channel.

    Without times the order of two channels is unknown, so there is no WER of a mix.
    """
    separate = len({word.channel for word in heard}) > 1
    errors = pooled(
        [
            align(
                _tokens([p for p in phrases if p.speaker == name], normalise),
                normalise(text_of([word for word in heard if word.channel == channel])),
            ).errors
            for channel, name in enumerate(CHANNELS)
        ]
    )
    reference = [_Line(p.speaker, 0.0, 0.0, normalise(p.text)) for p in phrases]
    cpwer = _meeteval(reference, _heard_lines(heard, normalise), timed=False)
    return WordScore(unit, errors if separate else None, errors if separate else None, cpwer, None)


def _attributed(
    phrases: Sequence[Phrase],
    alignment: Alignment,
    heard: Sequence[Word],
    normalise: Normaliser,
    *,
    timed: bool,
) -> Errors:
    """Return the errors of each speaker's words; a line of uncertain speaker goes where it fits best."""
    lines = _reference_lines(phrases, alignment, normalise)
    length = sum(len(normalise(joined.text)) for joined in _joined(phrases) if not joined.optional)
    found = _heard_lines(heard, normalise)
    candidates = (_meeteval(variant, found, timed=timed) for variant in _variants(lines, speakers(phrases)))
    best = min(candidates, key=lambda errors: errors.total)
    return replace(best, length=length)


def _reference_lines(phrases: Sequence[Phrase], alignment: Alignment, normalise: Normaliser) -> list[_Line]:
    """Return what each speaker said, of the optional words only those that were heard."""
    tokens = zip(_tokens(phrases, normalise), alignment.heard, strict=True)
    optional = [(token.text, was_heard) for token, was_heard in tokens if token.optional]
    remaining = iter(optional)
    lines = []
    for phrase in _joined(phrases):
        words = normalise(phrase.text)
        if phrase.optional:
            words = tuple(text for text, was_heard in itertools.islice(remaining, len(words)) if was_heard)
        lines.append(_Line(phrase.speaker, phrase.start or 0.0, phrase.end or 0.0, words, phrase.sure))
    return lines


def _joined(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Return phrases of one speaker as one while no pause, bracket or doubt comes between them.

    Optional phrases are never joined and all keep their order, which `_reference_lines` needs.
    """
    joined: list[Phrase] = []
    latest: dict[str, int] = {}
    for phrase in phrases:
        at = latest.get(phrase.speaker)
        if at is not None and _continues(joined[at], phrase):
            joined[at] = replace(joined[at], text=f"{joined[at].text} {phrase.text}", end=phrase.end)
        else:
            latest[phrase.speaker] = len(joined)
            joined.append(phrase)
    return joined


def _continues(before: Phrase, phrase: Phrase) -> bool:
    """Return whether a phrase goes on where the one before it ended."""
    if before.optional or phrase.optional or before.sure != phrase.sure:
        return False
    return (phrase.start or 0.0) - (before.end or 0.0) <= BREAK_S


def _heard_lines(words: Sequence[Word], normalise: Normaliser) -> list[_Line]:
    """Return what each speaker is said to have said, cut at pauses."""
    runs: dict[str, list[list[Word]]] = {}
    for word in words:
        mine = runs.setdefault(word.speaker or UNKNOWN_SPEAKER, [])
        if mine and word.start - mine[-1][-1].end <= BREAK_S:
            mine[-1].append(word)
        else:
            mine.append([word])
    return [
        _Line(speaker, run[0].start, max(w.end for w in run), normalise(text_of(run)))
        for speaker, mine in runs.items()
        for run in mine
    ]


def _variants(lines: Sequence[_Line], names: Sequence[str]) -> list[list[_Line]]:
    """Return the lines with every choice of speaker for the uncertain ones."""
    unsure = [place for place, line in enumerate(lines) if not line.sure and line.tokens]
    if not unsure or len(unsure) > MOST_UNSURE:
        return [list(lines)]
    variants = []
    for choice in itertools.product(names, repeat=len(unsure)):
        chosen = dict(zip(unsure, choice, strict=True))
        variants.append(
            [replace(line, speaker=chosen.get(at, line.speaker)) for at, line in enumerate(lines)]
        )
    return variants


def _meeteval(reference: Sequence[_Line], heard: Sequence[_Line], *, timed: bool) -> Errors:
    """Return cpWER's errors, or tcpWER's when timed, as meeteval counts them."""
    from meeteval.io.seglst import SegLST
    from meeteval.wer import (
        cp_word_error_rate,
        time_constrained_minimum_permutation_word_error_rate,
    )

    length = sum(len(line.tokens) for line in reference)
    last = max((line.end for line in [*reference, *heard] if math.isfinite(line.end)), default=0.0)
    ours, theirs = SegLST(_segments(reference, last)), SegLST(_segments(heard, last))
    if not ours or not theirs:
        return Errors(length, insertions=sum(len(line.tokens) for line in heard), deletions=length)
    with _quiet():
        found: Any = (
            time_constrained_minimum_permutation_word_error_rate(ours, theirs, collar=COLLAR_S)
            if timed
            else cp_word_error_rate(ours, theirs)
        )
    return Errors(length, found.insertions, found.deletions, found.substitutions)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep meeteval's remarks on long words from the terminal: open-ended lines cause them."""
    log = logging.getLogger("preprocess")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _segments(lines: Sequence[_Line], last: float) -> list[dict[str, str | float]]:
    """Return meeteval's segments; a line that only the recording ends is ended at `last`."""
    return [
        {
            "session_id": "recording",
            "speaker": line.speaker,
            "start_time": line.start,
            "end_time": line.end if math.isfinite(line.end) else max(last, line.start),
            "words": " ".join(line.tokens),
        }
        for line in lines
        if line.tokens
    ]
