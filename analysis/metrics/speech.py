"""Manner of speaking: pace and hesitation."""

from __future__ import annotations

from collections.abc import Iterator

from analysis import tokens as text_tokens
from analysis.metrics.metric import (
    NO_WORDS,
    SIDES,
    Better,
    Measured,
    Metric,
    needs,
    note,
    telling,
    unknown,
)
from analysis.turns import Conversation
from analysis.wordlists import english, mandarin
from models.review import Evidence, Side
from models.transcript import Utterance, Word

SHORTEST_TALK_S = 5.0
"""Less talk than this says nothing about pace."""
PACE_WORDS = 10
"""Shortest stretch quoted as evidence of pace."""


def _silent(conv: Conversation, side: Side) -> str | None:
    """Return why a side's manner of speaking cannot be measured, or None."""
    reason = None if conv.has_words else NO_WORDS
    reason = reason or needs(conv, side)
    if reason is None and conv.talk_s(side) < SHORTEST_TALK_S:
        return f"The {side.value} speaks less than {SHORTEST_TALK_S:.0f} s."
    return reason


def _pace(conv: Conversation, side: Side, *, han: bool) -> Measured:
    """Return words, or for Mandarin characters, per minute of the side's own talk."""
    reason = _silent(conv, side)
    if reason is None and han != (conv.transcript.language == text_tokens.CHINESE):
        reason = "Only Mandarin is counted in characters." if han else "Mandarin is counted in characters."
    if reason is not None:
        return unknown(reason)
    counted = [(p, len(text_tokens.tokens(p.text))) for p in conv.pieces if p.party == side]
    stretches = [(n * 60 / p.duration, p) for p, n in counted if n >= PACE_WORDS]
    fastest = sorted(stretches, key=lambda x: -x[0])
    evidence = telling(Evidence(p.start, p.end, note(f"{pace:.0f} a minute", p.text)) for pace, p in fastest)
    spoken = len(text_tokens.tokens(conv.text(side)))
    return Measured(spoken * 60 / conv.talk_s(side), evidence=evidence)


def words_per_minute(conv: Conversation, side: Side) -> Measured:
    """Return words per minute of the side's own talk."""
    return _pace(conv, side, han=False)


def characters_per_minute(conv: Conversation, side: Side) -> Measured:
    """Return Han characters per minute of the side's own talk."""
    return _pace(conv, side, han=True)


def filler_rate(conv: Conversation, side: Side) -> Measured:
    """Return fillers per minute of the side's own talk, a lower bound."""
    reason = _silent(conv, side)
    if reason is None and conv.transcript.language not in {text_tokens.ENGLISH, text_tokens.CHINESE}:
        reason = "Fillers are recognised in English and Mandarin only."
    if reason is not None:
        return unknown(reason)
    found = [
        filler
        for said in conv.transcript.utterances
        if conv.side[said.speaker] == side
        for filler in _fillers(conv, said)
    ]
    return Measured(len(found) * 60 / conv.talk_s(side), evidence=telling(found))


def _fillers(conv: Conversation, said: Utterance) -> Iterator[Evidence]:
    """Return the fillers of one utterance."""
    if conv.transcript.language == text_tokens.CHINESE:
        for match in mandarin.FILLERS.finditer(said.text):
            yield Evidence(said.start, said.end, f"“{match.group()}”")
        return
    words = conv.transcript.words[said.first_word : said.last_word + 1]
    plain = tuple(" ".join(text_tokens.tokens(w.text)) for w in words)
    for i, token in enumerate(plain):
        if token in english.FILLERS:
            yield _heard(words[i : i + 1])
        elif _phrase(plain, i):
            yield _heard(words[i : i + 2])


def _phrase(plain: tuple[str, ...], at: int) -> bool:
    """Return whether "you know" or "I mean" stands here as hesitation, not as grammar."""
    pair = plain[at : at + 2]
    if pair not in english.FILLER_PHRASES:
        return False
    guards = english.FILLER_PHRASE_GUARDS[pair]
    before = plain[at - 1] if at else ""
    after = plain[at + 2] if at + 2 < len(plain) else ""
    return before not in guards and after not in english.FILLER_OBJECTS


def _heard(words: tuple[Word, ...]) -> Evidence:
    """Return words as evidence."""
    return Evidence(words[0].start, words[-1].end, "“" + " ".join(w.text.strip() for w in words) + "”")


METRICS = (
    Metric(
        "words_per_minute", "Pace", "words per minute", SIDES,
        "words of the side / (T_side / 60); not for Mandarin",
        "1", "MEASURES 3.7 [S8, S20, S58]", Better.BAND, words_per_minute,
    ),
    Metric(
        "characters_per_minute", "Pace in characters", "characters per minute", SIDES,
        "Han characters of the side / (T_side / 60); Mandarin only",
        "1", "MEASURES 3.7, for a language without spaces", Better.NONE, characters_per_minute,
    ),
    Metric(
        "filler_rate", "Fillers (lower bound)", "per minute", SIDES,
        "um, uh, er, “you know” and “I mean” where they are not grammar (Mandarin: 那个 before a pause, "
        "就是说, 呃) / (T_side / 60); recognisers drop fillers, so the true rate is higher",
        "1", "MEASURES 3.8 [S59]", Better.LOWER, filler_rate,
    ),
)  # fmt: skip
"""Manner of speaking."""
