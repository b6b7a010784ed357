"""Text to the words or characters that are compared.

The English rules are those of the Whisper paper (Radford et al. 2022, appendix C), which most
published figures use, in the version that transformers ships, with OpenAI's table of British and
American spellings (`spelling_english.json`, from openai/whisper, MIT). They drop `uh`, `um`, `hmm`,
`mm` and `mhm`, write numbers as digits and contractions in full. Han text is compared by the
character, so that its rate is a character error rate (CER).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

SPELLINGS = Path(__file__).with_name("spelling_english.json")

HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
"""CJK ideographs: unified, extension A, compatibility, and the supplementary planes."""


class Normaliser(Protocol):
    """Text to comparable tokens."""

    def __call__(self, text: str) -> tuple[str, ...]:
        """Return the tokens in order; none for a text without words."""


def fingerprint() -> str:
    """Return the version of the rules, as it is noted beside every figure."""
    return f"whisper-english (transformers {version('transformers')})"


def normaliser_for(reference: str, language: str = "en") -> tuple[Normaliser, str]:
    """Return the rules for a reference text and the unit they give, `word` or `character`.

    Han text is taken by the character whatever the language; only English has rules of its own.
    """
    if HAN.search(reference):
        return characters, "character"
    return (english if language == "en" else plain), "word"


def english(text: str) -> tuple[str, ...]:
    """Return English words after Whisper's rules, less the lone points that they leave of `...`."""
    return tuple(token for token in _english()(text).split() if any(c.isalnum() for c in token))


def plain(text: str) -> tuple[str, ...]:
    """Return words in lower case without punctuation, for languages without rules of their own."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return tuple("".join(" " if unicodedata.category(c)[0] in "MSP" else c for c in folded).split())


def characters(text: str) -> tuple[str, ...]:
    """Return Han text by the character, and words of other scripts between it whole."""
    return tuple(HAN.sub(lambda match: f" {match.group()} ", " ".join(plain(text))).split())


@cache
def _english() -> Callable[[str], str]:
    """Return Whisper's English normaliser, made once: it compiles sixty patterns."""
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    made: Callable[[str], str] = EnglishTextNormalizer(json.loads(SPELLINGS.read_text(encoding="utf-8")))
    return made
