"""Written text made to look like recognised speech: no punctuation, fillers, repeated words."""

from __future__ import annotations

import random
import re

FILLERS = ("um", "uh", "well", "so", "like", "you know", "i mean", "yeah", "okay", "oh")
_MARKS = re.compile(r"[^\w\s']|_")
_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return lower-case words without punctuation or emoji; apostrophes stay."""
    straight = text.replace("\u2019", "'")
    return _SPACES.sub(" ", _MARKS.sub(" ", straight)).strip().lower()


def disfluent(text: str, rng: random.Random, rate: float = 0.08) -> str:
    """Return words with a filler before, or a repetition of, one in every `1 / rate`."""
    words: list[str] = []
    for word in text.split():
        draw = rng.random()
        if draw < rate / 2:
            words.append(rng.choice(FILLERS))
        elif draw < rate:
            words.append(word)
        words.append(word)
    return " ".join(words)


def spoken(text: str, rng: random.Random, share: float = 0.5) -> str:
    """Return the text as recognised speech with probability `share`, else unchanged."""
    if rng.random() >= share:
        return text
    return disfluent(plain(text), rng) or text
