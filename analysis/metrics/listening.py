"""Signs of listening: tokens, and likeness of style."""

from __future__ import annotations

from analysis import tokens as text_tokens
from analysis.metrics.metric import (
    CALL,
    NO_OVERLAP,
    NO_WORDS,
    SIDES,
    Better,
    Measured,
    Metric,
    needs,
    note,
    other,
    telling,
    unknown,
)
from analysis.pieces import Piece
from analysis.turns import Conversation
from analysis.wordlists import style
from models.review import Evidence, Side

LEAST_TOKENS = 100
"""LSM on fewer tokens a side is noise [S59]."""
SMOOTHING = 0.0001
SHORTEST_TALK_S = 10.0
"""Less talk of the other side than this gives nothing to listen to."""


def tokens_of(conv: Conversation, side: Side) -> list[Piece]:
    """Return a side's backchannels."""
    return [p for p in conv.pieces if p.token and p.party == side]


def unheard(conv: Conversation, side: Side) -> str | None:
    """Return why a side's listening tokens cannot be counted, or None."""
    if not conv.transcript.overlap_detected:
        return NO_OVERLAP
    reason = needs(conv, side, other(side))
    if reason is None and conv.talk_s(other(side)) < SHORTEST_TALK_S:
        return f"The {other(side).value} speaks less than {SHORTEST_TALK_S:.0f} s."
    return reason


def _told(found: list[Piece]) -> tuple[Evidence, ...]:
    """Return backchannels as evidence."""
    return telling(Evidence(p.start, p.end, note("listening token", p.text)) for p in found)


def listening_tokens(conv: Conversation, side: Side) -> Measured:
    """Return how many backchannels a side gives."""
    reason = unheard(conv, side)
    if reason is not None:
        return unknown(reason)
    found = tokens_of(conv, side)
    return Measured(float(len(found)), evidence=_told(found))


def backchannel_rate(conv: Conversation, side: Side) -> Measured:
    """Return a side's backchannels per minute of the other side's talk."""
    reason = unheard(conv, side)
    if reason is not None:
        return unknown(reason)
    found = tokens_of(conv, side)
    return Measured(len(found) * 60 / conv.talk_s(other(side)), evidence=_told(found))


def lsm(conv: Conversation, _side: Side) -> Measured:
    """Return how alike the two sides use function words, 0..1."""
    reason = needs(conv, Side.REP, Side.CUSTOMER) or (None if conv.has_words else NO_WORDS)
    if reason is None and conv.transcript.language != text_tokens.ENGLISH:
        reason = "Style matching is defined for English only."
    if reason is not None:
        return unknown(reason)
    rep, customer = (text_tokens.tokens(conv.text(s)) for s in (Side.REP, Side.CUSTOMER))
    if min(len(rep), len(customer)) < LEAST_TOKENS:
        return unknown(f"Style matching needs {LEAST_TOKENS} words of each side.")
    scores = {name: _match(rep, customer, words) for name, words in style.CATEGORIES.items()}
    whole = Evidence(conv.span.start, conv.span.end, ", ".join(f"{n} {s:.2f}" for n, s in scores.items()))
    return Measured(sum(scores.values()) / len(scores), evidence=(whole,))


def _match(left: tuple[str, ...], right: tuple[str, ...], words: frozenset[str]) -> float:
    """Return 1 - |p1 - p2| / (p1 + p2 + 0.0001) for the shares of two texts in a category."""
    p1, p2 = (sum(t in words for t in side) / len(side) for side in (left, right))
    return 1 - abs(p1 - p2) / (p1 + p2 + SMOOTHING)


METRICS = (
    Metric(
        "listening_tokens", "Listening tokens", "count", SIDES,
        "backchannels of the side: nothing but listening words (“yeah”, “mm-hm”, 嗯, 对), up to 3 s, "
        "inside or between the other side's talk, not answering a question; wordless sound up to 1 s "
        "counts",
        "1", "MEASURES 3.11 [S77, S64]", Better.NONE, listening_tokens,
    ),
    Metric(
        "backchannel_rate", "Listening tokens per minute listened", "per minute", SIDES,
        "listening tokens / (T_other / 60)",
        "1", "MEASURES 3.11 [S77, S64]", Better.NONE, backchannel_rate,
    ),
    Metric(
        "lsm", "Language style matching", "ratio", CALL,
        "mean over 9 function-word categories of 1 - |p1 - p2| / (p1 + p2 + 0.0001); 100 words a side "
        "at least; English; own word lists",
        "1", "MEASURES 3.12 [S94, S95, S59]", Better.NONE, lsm,
    ),
)  # fmt: skip
"""Listening."""
