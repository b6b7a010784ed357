"""How the floor changes hands: switches, response latency, cutting in."""

from __future__ import annotations

import math

from analysis.metrics.metric import (
    CALL,
    NO_OVERLAP,
    NO_WORDS,
    REP,
    SIDES,
    TOO_SHORT,
    Better,
    Measured,
    Metric,
    longest,
    needs,
    note,
    other,
    per,
    quantile,
    telling,
    unknown,
)
from analysis.tokens import CHINESE, ENGLISH
from analysis.turns import Conversation, CutIn, Transfer, answered
from analysis.wordlists import english, mandarin
from models.review import Evidence, Side

FEWEST_REPLIES = 3
"""A median of fewer replies is an anecdote."""
ONE_SPEAKER = "Only one speaker holds the floor in this recording."


def _alone(conv: Conversation) -> str | None:
    """Return why there is nobody to exchange with, or None."""
    if not conv.voiced:
        return "Nobody speaks in this recording."
    return None if len({t.party for t in conv.turns}) > 1 else ONE_SPEAKER


def _switch_evidence(conv: Conversation) -> tuple[Evidence, ...]:
    """Return the first changes of floor."""
    return telling(
        Evidence(t.before.end, t.after.start, note(f"to {t.after.party}", t.after.text))
        if t.offset >= 0
        else Evidence(t.after.start, t.before.end, note(f"to {t.after.party}", t.after.text))
        for t in conv.transfers
    )


def speaker_switches(conv: Conversation, _side: Side) -> Measured:
    """Return how often the floor changes hands."""
    reason = _alone(conv)
    if reason is not None:
        return unknown(reason)
    return Measured(float(len(conv.transfers)), evidence=_switch_evidence(conv))


def switches_per_minute(conv: Conversation, _side: Side) -> Measured:
    """Return changes of floor per minute of D."""
    reason = _alone(conv)
    if reason is not None:
        return unknown(reason)
    rate = per(conv, len(conv.transfers), 60)
    return unknown(TOO_SHORT) if rate is None else Measured(rate, evidence=_switch_evidence(conv))


def turn_entropy(conv: Conversation, _side: Side) -> Measured:
    """Return the normalised entropy of who takes turns: 1 when all take equally many."""
    reason = _alone(conv)
    if reason is not None:
        return unknown(reason)
    counts: dict[str, int] = {}
    for turn in conv.turns:
        counts[turn.party] = counts.get(turn.party, 0) + 1
    shares = [n / len(conv.turns) for n in counts.values()]
    entropy = -sum(p * math.log(p) for p in shares) / math.log(len(shares))
    told = ", ".join(f"{who} {n}" for who, n in counts.items())
    return Measured(entropy, evidence=(Evidence(conv.span.start, conv.span.end, f"turns: {told}"),))


def replies(conv: Conversation, side: Side) -> list[Transfer]:
    """Return the transfers from the other side to this one, silences of 10 s and more left out."""
    return [
        t for t in conv.transfers if t.after.party == side and t.before.party == other(side) and answered(t)
    ]


def _reply_evidence(found: list[Transfer], value: float) -> tuple[Evidence, ...]:
    """Return the replies whose offset is nearest the number first."""
    near = sorted(found, key=lambda t: abs(t.offset - value))
    return telling(
        Evidence(
            min(t.before.end, t.after.start),
            max(t.before.end, t.after.start),
            note(f"{t.offset:+.2f} s", t.after.text),
        )
        for t in near
    )


def _latency(conv: Conversation, side: Side, share: float, *, signed: bool = True) -> Measured:
    """Return a quantile of a side's floor transfer offsets after the other side."""
    reason = needs(conv, Side.REP, Side.CUSTOMER)
    if reason is not None:
        return unknown(reason)
    found = replies(conv, side)
    if len(found) < FEWEST_REPLIES:
        return unknown(f"The {side.value} replies fewer than {FEWEST_REPLIES} times.")
    value = quantile([t.offset if signed else max(t.offset, 0.0) for t in found], share)
    return Measured(value, evidence=_reply_evidence(found, value))


def response_latency_median(conv: Conversation, side: Side) -> Measured:
    """Return the median signed offset of replies."""
    return _latency(conv, side, 0.5)


def response_latency_p90(conv: Conversation, side: Side) -> Measured:
    """Return the 90th percentile of the signed offset of replies."""
    return _latency(conv, side, 0.9)


def patience(conv: Conversation, side: Side) -> Measured:
    """Return the median pause before the rep replies, overlap counted as 0."""
    return _latency(conv, side, 0.5, signed=False)


def objects(text: str, language: str) -> bool:
    """Return whether a customer's turn pushes back, by fixed phrases."""
    if language == CHINESE:
        return any(p in text for p in mandarin.OBJECTIONS)
    plain = f" {text.lower()} "
    return any(p in plain for p in english.OBJECTIONS)


def post_objection_pause(conv: Conversation, side: Side) -> Measured:
    """Return the median pause of the rep after a customer's objection."""
    reason = needs(conv, Side.REP, Side.CUSTOMER) or (None if conv.has_words else NO_WORDS)
    if reason is None and conv.transcript.language not in {ENGLISH, CHINESE}:
        reason = "Objections are recognised in English and Mandarin only."
    if reason is not None:
        return unknown(reason)
    found = [t for t in replies(conv, side) if objects(t.before.text, conv.transcript.language)]
    if not found:
        return unknown("No objection was heard that the rep replied to.")
    value = quantile([max(t.offset, 0.0) for t in found], 0.5)
    evidence = telling(
        Evidence(
            t.before.start, max(t.after.start, t.before.end), note(f"{t.offset:+.2f} s after", t.before.text)
        )
        for t in found
    )
    return Measured(value, evidence=evidence)


def cut_ins(conv: Conversation, side: Side, *, successful: bool | None = None) -> list[CutIn]:
    """Return a side's starts inside the other side's speech."""
    return [
        c
        for c in conv.cut_ins
        if c.party == side and c.over == other(side) and successful in {None, c.successful}
    ]


def _unheard(conv: Conversation) -> str | None:
    """Return why overlap cannot be measured, or None."""
    if not conv.transcript.overlap_detected:
        return NO_OVERLAP
    return needs(conv, Side.REP, Side.CUSTOMER)


def _cut_evidence(events: list[CutIn]) -> tuple[Evidence, ...]:
    """Return cut-ins, longest overlap first."""
    return longest(
        Evidence(c.start, c.end, note(f"{c.end - c.start:.1f} s over the {c.over}", c.text)) for c in events
    )


def _count(conv: Conversation, side: Side, *, successful: bool, rate: bool) -> Measured:
    """Return how often, or how often per 10 minutes, a side cuts in."""
    reason = _unheard(conv)
    if reason is not None:
        return unknown(reason)
    events = cut_ins(conv, side, successful=successful)
    value = per(conv, len(events), 600) if rate else float(len(events))
    return unknown(TOO_SHORT) if value is None else Measured(value, evidence=_cut_evidence(events))


def interruptions(conv: Conversation, side: Side) -> Measured:
    """Return how often a side cuts in and the other stops."""
    return _count(conv, side, successful=True, rate=False)


def interruptions_per_10_min(conv: Conversation, side: Side) -> Measured:
    """Return successful interruptions per ten minutes of D."""
    return _count(conv, side, successful=True, rate=True)


def overlap_attempts_per_10_min(conv: Conversation, side: Side) -> Measured:
    """Return cut-ins per ten minutes of D after which the other went on."""
    return _count(conv, side, successful=False, rate=True)


def overlap_seconds(conv: Conversation, side: Side) -> Measured:
    """Return the seconds of overlap that a side's cut-ins made."""
    reason = _unheard(conv)
    if reason is not None:
        return unknown(reason)
    events = cut_ins(conv, side)
    return Measured(sum((c.end - c.start for c in events), 0.0), evidence=_cut_evidence(events))


def overtalk_share(conv: Conversation, _side: Side) -> Measured:
    """Return the share of D in which two people hold the floor at once."""
    if not conv.transcript.overlap_detected:
        return unknown(NO_OVERLAP)
    if not conv.voiced:
        return unknown("Nobody speaks in this recording.")
    told = longest(Evidence(c.start, c.end, note(f"{c.party} over {c.over}", c.text)) for c in conv.cut_ins)
    return Measured(conv.overlap_s / conv.length_s, evidence=told)


METRICS = (
    Metric(
        "speaker_switches", "Speaker switches", "count", CALL,
        "number of k with s_k != s_(k-1); backchannels and speech wholly inside the other's take no "
        "turn",
        "1", "MEASURES 3.3 [S8, S9]", Better.NONE, speaker_switches,
    ),
    Metric(
        "switches_per_minute", "Interactivity", "per minute", CALL,
        "speaker switches / (D / 60)",
        "1", "MEASURES 3.3 [S59]", Better.BAND, switches_per_minute,
    ),
    Metric(
        "turn_entropy", "Evenness of turns", "ratio", CALL,
        "-sum(p_i ln p_i) / ln n over the shares p_i of turns each of n parties takes",
        "1", "MEASURES 3.3 [S59]", Better.NONE, turn_entropy,
    ),
    Metric(
        "response_latency_median", "Response latency, median", "s", SIDES,
        "median of g_k = b_k - e_(k-1) where the other side spoke before; negative is overlap; "
        "silences of 10 s and more are holds, not replies; at least 3 replies",
        "1", "MEASURES 3.4 [S59, S77, S78]", Better.NONE, response_latency_median,
    ),
    Metric(
        "response_latency_p90", "Response latency, 90th percentile", "s", SIDES,
        "90th percentile of the same offsets",
        "1", "MEASURES 3.4", Better.NONE, response_latency_p90,
    ),
    Metric(
        "patience", "Patience", "s", REP,
        "median of max(g_k, 0) where the customer spoke before and the rep replies",
        "1", "MEASURES 3.4 [S8, S59]", Better.NONE, patience,
    ),
    Metric(
        "post_objection_pause", "Pause after objections", "s", REP,
        "median of max(g_k, 0) where the customer's turn holds a phrase of the objection list (price, "
        "need, time, trust, authority; English and Mandarin)",
        "1", "MEASURES 3.4 [S80]", Better.NONE, post_objection_pause,
    ),
    Metric(
        "interruptions", "Interruptions", "count", SIDES,
        "B starts at t inside A's speech, e_A - t >= 0.5 s, B is no backchannel, B's turn lasts >= 1 "
        "s, and A stops within 2 s of t; counted for B",
        "1", "MEASURES 3.5 (proposal) [S20, S64]", Better.LOWER, interruptions,
    ),
    Metric(
        "interruptions_per_10_min", "Interruption rate", "per 10 min", SIDES,
        "interruptions / (D / 600)",
        "1", "MEASURES 3.5 (proposal)", Better.LOWER, interruptions_per_10_min,
    ),
    Metric(
        "overlap_attempts_per_10_min", "Talking over without yielding", "per 10 min", SIDES,
        "as interruptions, but A goes on for more than 2 s",
        "1", "MEASURES 3.5 (proposal)", Better.LOWER, overlap_attempts_per_10_min,
    ),
    Metric(
        "overlap_seconds", "Overlap begun", "s", SIDES,
        "seconds both speak after the side's interruptions and attempts",
        "1", "MEASURES 3.5 [S20, S88]", Better.LOWER, overlap_seconds,
    ),
    Metric(
        "overtalk_share", "Overtalk", "ratio", CALL,
        "seconds in which two parties speak at once, backchannels left out, / D",
        "1", "MEASURES 3.5 [S64, S88]", Better.LOWER, overtalk_share,
    ),
)  # fmt: skip
"""Exchange of the floor."""
