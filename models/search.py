"""Text to what is searched, and what people type to what finds it; one way for every database.

Languages that are written without spaces are cut into overlapping pairs of characters, so that a word
of two characters, as most Chinese words are, is found: no index of SQLite's or PostgreSQL's own does
that (FTS5's `unicode61` sees one long word, its `trigram` nothing under three characters).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>[^\W_{_UNSPACED}]+)")
_TERM = re.compile(r'"([^"]*)"(\*?)|(\S+)')
MOST_TERMS = 16
"""Terms of one search; more are left out."""
PART_TOKENS = 8000
"""Tokens of one part of an indexed text."""
PAIR = 2
LONGEST = 100
"""Characters of a token; of longer words the beginning is looked for."""


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that must follow each other; with `prefix` the last need only begin so."""

    tokens: tuple[str, ...]
    prefix: bool = False


def indexed(text: str) -> list[str]:
    """Return the tokens of a text: words in lower case, pairs of characters, the last of a run alone too."""
    return [token for run in _runs(text) for token in (*run, *_last(run))]


def parts(texts: list[str], language: str | None) -> Iterator[str]:
    """Yield texts as tokens, in parts that an index can count; no text is cut in two.

    Each part begins with its language, so that an index finds words of one language.
    """
    head = list(spoken(language).tokens) if language else []
    part: list[str] = []
    for text in texts:
        tokens = indexed(text)
        if part and len(part) + len(tokens) > PART_TOKENS:
            yield " ".join(head + part)
            part = []
        part += tokens
    if part:
        yield " ".join(head + part)


def spoken(language: str) -> Term:
    """Return what finds the parts of a language; no word is spelt so."""
    return Term((f"0language0{re.sub(r'[^a-z0-9]', '', language.casefold())}",))


def terms(query: str) -> tuple[Term, ...]:
    """Return what a text must hold, all of it: words, `"phrases in quotes"`, `begin*`."""
    found = (_term(match) for match in _TERM.finditer(query))
    return tuple(term for term in found if term.tokens)[:MOST_TERMS]


def held(text: str, query: tuple[Term, ...]) -> int:
    """Return how many of the terms a text holds, as an index over it would say."""
    tokens = indexed(text)
    return sum(any(_begins(tokens[at:], term) for at in range(len(tokens))) for term in query)


def fts5(query: tuple[Term, ...]) -> str:
    """Return terms in the language of SQLite's MATCH."""
    return " AND ".join(f'"{" ".join(term.tokens)}"{"*" if term.prefix else ""}' for term in query)


def tsquery(query: tuple[Term, ...]) -> str:
    """Return terms in the language of PostgreSQL's `to_tsquery`; empty where `neighbours` says it all."""
    return " & ".join(_followed(term) for term in query if len(term.tokens) != PAIR)


def neighbours(query: tuple[Term, ...]) -> str:
    """Return the pairs of tokens that follow each other in terms as a `tsquery`; empty where there are none.

    PostgreSQL finds out whether words follow each other by reading the whole text of each call that holds
    both. So pairs are in its index too, as in that of Williams et al. 2004 ("Fast phrase querying with
    combined indexes"): two words are found by their pair alone, more by all their pairs, then checked.
    """
    found = []
    for term in query:
        for at, pair in enumerate(pairwise(term.tokens), 2):
            last = term.prefix and at == len(term.tokens)
            found.append(f"'{' '.join(pair)}'{':*' if last else ''}")
    return " & ".join(found)


def _begins(tokens: list[str], term: Term) -> bool:
    """Return whether tokens begin with those of a term."""
    *whole, last = term.tokens
    if tokens[: len(whole)] != whole or len(tokens) <= len(whole):
        return False
    found = tokens[len(whole)]
    return found.startswith(last) if term.prefix else found == last


def _followed(term: Term) -> str:
    """Return tokens that follow each other; tokens hold letters and digits alone, so quoting is safe."""
    quoted = " <-> ".join(f"'{token}'" for token in term.tokens)
    return f"({quoted}{':*' if term.prefix else ''})"


def _runs(text: str) -> Iterator[list[str]]:
    """Yield the tokens of each run of one script."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for match in _RUN.finditer(plain):
        run = match.group()
        yield (
            [run[:LONGEST]]
            if match.lastgroup == "word" or len(run) == 1
            else [a + b for a, b in pairwise(run)]
        )


def _last(run: list[str]) -> list[str]:
    """Return the last character of a run of pairs, which begins no pair."""
    last = run[-1]
    return [last[-1]] if len(last) > 1 and re.match(f"[{_UNSPACED}]", last) else []


def _term(match: re.Match[str]) -> Term:
    """Return one term; a single character of an unspaced script stands for every pair it begins."""
    phrase, starred, bare = match.groups()
    text = bare if phrase is None else phrase
    tokens = tuple(token for run in _runs(text) for token in run)
    single = bool(tokens) and re.fullmatch(f"[{_UNSPACED}]", tokens[-1]) is not None
    return Term(tokens, single or text.endswith("*") or bool(starred))
