"""Time in which nobody speaks."""

from __future__ import annotations

from analysis.metrics.metric import CALL, NO_WORDS, Better, Measured, Metric, longest, unknown
from analysis.pieces import HOLD_S
from analysis.spans import Span, total
from analysis.tokens import CHINESE, ENGLISH
from analysis.turns import Conversation
from analysis.wordlists import english, mandarin
from models.review import Evidence, Side

THRESHOLD_S = 3.0
"""tau: shorter silences are breath and thought, not silence [S22b]."""
ANNOUNCED_S = 15.0
"""How long before a hold it was announced, at most."""


def _nobody(conv: Conversation) -> str | None:
    """Return why silence cannot be measured, or None."""
    return None if conv.voiced else "Nobody speaks in this recording."


def long_silences(conv: Conversation) -> list[Span]:
    """Return the silences inside the call that last longer than `THRESHOLD_S`."""
    return [s for s in conv.silences if s.duration > THRESHOLD_S]


def _edges(conv: Conversation) -> list[Span]:
    """Return lead-in and tail of the file where they last longer than `THRESHOLD_S`."""
    ends = (Span(0.0, conv.span.start), Span(conv.span.end, max(conv.file_s, conv.span.end)))
    return [s for s in ends if s.duration > THRESHOLD_S]


def _told(conv: Conversation, spans: list[Span]) -> tuple[Evidence, ...]:
    """Return silences, longest first, with the words before them."""
    return longest(Evidence(s.start, s.end, _note(conv, s)) for s in spans)


def _note(conv: Conversation, silence: Span) -> str:
    """Return the length of a silence and what was said before it."""
    before = conv.quote(silence.start - HOLD_S / 2, silence.start)
    fact = f"{silence.duration:.1f} s of silence"
    return f"{fact} after “{before}”" if before else fact


def silence_seconds(conv: Conversation, _side: Side) -> Measured:
    """Return NT: the summed silences longer than tau between first and last speech."""
    reason = _nobody(conv)
    if reason is not None:
        return unknown(reason)
    found = long_silences(conv)
    return Measured(total(found), evidence=_told(conv, found))


def silence_share(conv: Conversation, _side: Side) -> Measured:
    """Return NT / D."""
    reason = _nobody(conv)
    if reason is not None:
        return unknown(reason)
    found = long_silences(conv)
    return Measured(total(found) / conv.length_s, evidence=_told(conv, found))


def silence_share_of_file(conv: Conversation, _side: Side) -> Measured:
    """Return NT with lead-in and tail, over the length of the file."""
    reason = _nobody(conv)
    if reason is not None:
        return unknown(reason)
    found = long_silences(conv) + _edges(conv)
    return Measured(total(found) / max(conv.file_s, conv.span.end), evidence=_told(conv, found))


def longest_silence(conv: Conversation, _side: Side) -> Measured:
    """Return the longest silence between first and last speech, of whatever length."""
    reason = _nobody(conv)
    if reason is not None:
        return unknown(reason)
    found = list(conv.silences)
    return Measured(max((s.duration for s in found), default=0.0), evidence=_told(conv, found)[:1])


def announced_hold_seconds(conv: Conversation, _side: Side) -> Measured:
    """Return the seconds of silences of 10 s and more that somebody announced."""
    reason = _nobody(conv) or (None if conv.has_words else NO_WORDS)
    if reason is None and conv.transcript.language not in {ENGLISH, CHINESE}:
        reason = "Announcements of a hold are recognised in English and Mandarin only."
    if reason is not None:
        return unknown(reason)
    holds = [s for s in conv.silences if s.duration >= HOLD_S and _announced(conv, s)]
    return Measured(total(holds), evidence=_told(conv, holds))


def _announced(conv: Conversation, silence: Span) -> bool:
    """Return whether somebody asked to wait shortly before a silence."""
    before = conv.words_between(silence.start - ANNOUNCED_S, silence.start).lower()
    phrases = mandarin.HOLD if conv.transcript.language == CHINESE else english.HOLD
    return any(phrase in before for phrase in phrases)


METRICS = (
    Metric(
        "silence_seconds", "Silence", "s", CALL,
        "NT: sum of the silences longer than tau = 3 s between first and last speech",
        "1", "MEASURES 3.9 [S22b, S24]", Better.LOWER, silence_seconds,
    ),
    Metric(
        "silence_share", "Share of silence", "ratio", CALL,
        "NT / D, tau = 3 s",
        "1", "MEASURES 3.9 [S22b, S28]", Better.LOWER, silence_share,
    ),
    Metric(
        "silence_share_of_file", "Share of silence with lead-in and tail", "ratio", CALL,
        "(NT + lead-in + tail, each where longer than 3 s) / length of the file",
        "1", "MEASURES 3.9 [S50]", Better.NONE, silence_share_of_file,
    ),
    Metric(
        "longest_silence", "Longest silence", "s", CALL,
        "the longest stretch between first and last speech in which nobody speaks",
        "1", "MEASURES 3.9 [S24]", Better.LOWER, longest_silence,
    ),
    Metric(
        "announced_hold_seconds", "Announced hold", "s", CALL,
        "sum of the silences of 10 s and more within 15 s after words that ask to wait (“hold on”, "
        "“bear with me”, 稍等); music on hold is not heard",
        "1", "MEASURES 3.9 [S22b]; the word rule is our own", Better.LOWER, announced_hold_seconds,
    ),
)  # fmt: skip
"""Silence."""
