"""Words with speakers to utterances: what one person says in one go, a sentence at most."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from models.transcript import UNKNOWN_SPEAKER, Utterance, Word
from transcription.attribution.sentences import ends_sentence, punctuated

GAP_S = 1.2
"""A silence of this length ends an utterance, seconds."""
UNWRITTEN_GAP_S = 0.6
"""... and of this length in a language whose recogniser often leaves sentence marks out."""
UNMARKED_LANGUAGES = frozenset({"zh", "yue", "ja", "th"})
MOST_WORDS = 40
"""Longer sentences are split at their largest pause."""
FEWEST_WORDS = 5
"""... but not into pieces shorter than this."""
MARK_BONUS_S = 0.5
"""What a comma is worth against a pause when a long sentence is split, seconds."""


def utterances(words: tuple[Word, ...], language: str) -> tuple[Utterance, ...]:
    """Return utterances that cover all words once, in order; `language` is ISO 639-1.

    One speaker each, at most `MOST_WORDS` words, ended by the end of a sentence or by silence.
    """
    gap_s = UNWRITTEN_GAP_S if language in UNMARKED_LANGUAGES else GAP_S
    return tuple(
        _utterance(words, first, last)
        for start, end in _sentences(words, gap_s)
        for first, last in _pieces(words, start, end)
    )


def joined_text(words: tuple[Word, ...]) -> str:
    """Return the words as written text, with spaces where their language has them."""
    return "".join((" " if word.spaced else "") + word.text.strip() for word in words).strip()


def _utterance(words: tuple[Word, ...], first: int, last: int) -> Utterance:
    own = words[first : last + 1]
    return Utterance(
        start=min(word.start for word in own),
        end=max(word.end for word in own),
        speaker=own[0].speaker or UNKNOWN_SPEAKER,
        text=joined_text(own),
        first_word=first,
        last_word=last,
    )


def _sentences(words: tuple[Word, ...], gap_s: float) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each run of one speaker up to a sentence end or a silence."""
    first = 0
    for index, (before, word) in enumerate(pairwise(words), start=1):
        silent = word.start - before.end >= gap_s
        if silent or before.speaker != word.speaker or ends_sentence(before, word):
            yield first, index - 1
            first = index
    if words:
        yield first, len(words) - 1


def _pieces(words: tuple[Word, ...], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence in pieces of at most `MOST_WORDS`, cut where it pauses most."""
    while last - first + 1 > MOST_WORDS:
        latest = min(first + MOST_WORDS, last + 1 - FEWEST_WORDS)
        cut = max(range(first + FEWEST_WORDS, latest + 1), key=lambda index: (_break_s(words, index), index))
        yield first, cut - 1
        first = cut
    yield first, last


def _break_s(words: tuple[Word, ...], index: int) -> float:
    """Return how well a sentence may be cut before a word: the pause there and its comma, seconds.

    In tenths: a smaller difference says nothing, and of equal places the later one is taken.
    """
    before = words[index - 1]
    return round(words[index].start - before.end + (MARK_BONUS_S if punctuated(before) else 0.0), 1)
