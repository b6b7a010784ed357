"""Text to tokens, stems and content words, for English, Mandarin and anything with spaces."""

from __future__ import annotations

import re

from analysis.wordlists import english, mandarin

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['-][^\W_{HAN}]+)*")
_HAN = re.compile(rf"[{HAN}]")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_SENTENCE_END = re.compile("(?<=[?!])\\s+|(?<=[.])\\s+(?![a-z])|(?<=[\u3002\uff1f\uff01\u2026])\\s*")
_SUFFIXES = ("ings", "ing", "ies", "ied", "es", "ed", "ly", "s")
_LEAST_STEM = 3
CHINESE = "zh"
ENGLISH = "en"


def tokens(text: str) -> tuple[str, ...]:
    """Return lower-case words without punctuation; every Han character is a token of its own."""
    return tuple(_TOKEN.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")))


def han_characters(text: str) -> int:
    """Return how many Han characters the text has."""
    return len(_HAN.findall(text))


def sentences(text: str) -> tuple[str, ...]:
    """Return the text cut at sentence ends; a full stop before a small letter is none."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text) if part.strip())


def stem(word: str) -> str:
    """Return the word without its commonest English endings: calls, called, calling -> call.

    Anything with a digit or a hyphen stays as it is.
    """
    word = word.removesuffix("'s")
    if not word.isalpha():
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _LEAST_STEM:
            word = word[: -len(suffix)] + ("y" if suffix in {"ies", "ied"} else "")
            break
    # "stopped" -> "stopp" -> "stop", "price" and "pricing" -> "pric"
    if len(word) > _LEAST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _LEAST_STEM else word


def content(text: str) -> frozenset[str]:
    """Return what the text is about: stems of content words, and Han character pairs."""
    return frozenset(content_forms(text))


def content_forms(text: str) -> dict[str, str]:
    """Return the content of a text, each stem with the form in which it was first said.

    Mandarin is not cut into words here: pairs of neighbouring characters, with function words
    taken out first, are the usual stand-in for words in Chinese retrieval.
    """
    forms: dict[str, str] = {}
    for token in tokens(text):
        if _is_content(token):
            forms.setdefault(stem(token), token)
    return forms | {pair: pair for pair in _pairs(text)}


def _is_content(token: str) -> bool:
    """Return whether a spaced-language token carries a subject matter."""
    if token.isdigit():
        return True
    if len(token) < _LEAST_STEM or _HAN.match(token):
        return False
    return token not in english.EMPTY and stem(token) not in english.EMPTY


def _pairs(text: str) -> tuple[str, ...]:
    """Return neighbouring Han characters once function words are cut out."""
    bare = mandarin.EMPTY_PATTERN.sub(" ", text)
    runs = _HAN_RUN.findall(bare)
    return tuple(run[i : i + 2] for run in runs for i in range(len(run) - 1))
