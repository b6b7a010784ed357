"""Where a sentence ends, from written words alone: shared by attribution and utterances."""

from __future__ import annotations

import unicodedata

from models.transcript import Word

_CLOSERS = "\"'\u2019\u201d»)]}」』】》"
_STRONG = "?!。؟।"
_STOPS = "."
_COMMAS = ",;:、،؛—\u2013"
_ABBREVIATIONS = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sr",
        "jr",
        "st",
        "vs",
        "inc",
        "ltd",
        "co",
        "corp",
        "e.g",
        "i.e",
        "approx",
    )
)


def ends_sentence(word: Word, following: Word | None) -> bool:
    """Return whether a sentence ends with `word`.

    A full stop before a lower-case word does not end one ("a.m. or", "well... yes"), nor does
    the stop of an abbreviation or an initial ("Dr. Lee", "J. Smith").
    """
    text = _written(word)
    if text[-1:] in tuple(_STRONG):
        return True
    if text[-1:] not in tuple(_STOPS):
        return False
    return following is None or not (_continues(following) or _abbreviated(text))


def punctuated(word: Word) -> bool:
    """Return whether any mark of a pause follows the word: comma, dash, stop, ellipsis."""
    return _written(word)[-1:] in tuple(_COMMAS + _STRONG + _STOPS)


def _written(word: Word) -> str:
    """Return the text without closing quotes, its wide marks made plain ('\uff1f' is '?', '…' is '...')."""
    return unicodedata.normalize("NFKC", word.text).strip().rstrip(_CLOSERS)


def _continues(word: Word) -> bool:
    """Return whether a word is written as the middle of a sentence: its first letter is small."""
    return word.text.strip()[:1].islower()


def _abbreviated(text: str) -> bool:
    """Return whether a text with its full stop is an abbreviation or a single initial."""
    bare = text.rstrip(".").lower()
    return bare in _ABBREVIATIONS or (len(bare) == 1 and bare.isalpha() and bare.isascii() and bare != "i")
