"""Word times made possible: in order, none longer than a person takes to say a word."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from models.transcript import Word

LONGEST_S = 1.0
"""A word may always last this long, seconds."""
LONGEST_MEDIANS = 4.0
"""... or this many times the call's median word. Whisper's aligner reports 0.5 s words as 3.8 s
before a silence (suitenumerique/meet #1323)."""
JOINED_S = 0.3
"""A word whose successor starts this soon after its end ends truthfully; its start is what slipped."""


def repair(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the same words, in the same order, with starts rising on each channel and sane lengths.

    A word that lasts too long is cut at its end, or at its start where the next word follows
    at once: the recogniser then stretched it back over a pause.
    """
    if not words:
        return ()
    longest = max(LONGEST_S, LONGEST_MEDIANS * median(word.end - word.start for word in words))
    following = _followers(words)
    floors: dict[int, float] = {}
    repaired: list[Word] = []
    for word, next_start in zip(words, following, strict=True):
        start, end = _span(word, floors.get(word.channel), next_start, longest)
        floors[word.channel] = start
        same = (start, end) == (word.start, word.end)
        repaired.append(word if same else replace(word, start=start, end=end))
    return tuple(repaired)


def _span(word: Word, floor: float | None, next_start: float | None, longest: float) -> tuple[float, float]:
    """Return the start and end of one word, not before `floor` and at most `longest` seconds long."""
    start = word.start if floor is None else max(word.start, floor)
    end = max(start, word.end)
    if end - start <= longest:
        return start, end
    joined = next_start is not None and 0 <= next_start - end < JOINED_S
    return (end - longest, end) if joined else (start, start + longest)


def _followers(words: tuple[Word, ...]) -> tuple[float | None, ...]:
    """Return, for each word, the start of the next word on its channel."""
    starts: dict[int, float] = {}
    found: list[float | None] = []
    for word in reversed(words):
        found.append(starts.get(word.channel))
        starts[word.channel] = word.start
    return tuple(reversed(found))
