"""How much each side talks, and how long at a stretch."""

from __future__ import annotations

from collections.abc import Iterable

from analysis import backchannels
from analysis.metrics.metric import (
    CALL,
    REP,
    SIDES,
    Better,
    Measured,
    Metric,
    longest,
    needs,
    note,
    other,
    quantile,
    unknown,
)
from analysis.pieces import HOLD_S, SideTurn
from analysis.spans import total
from analysis.turns import Conversation
from models.review import Evidence, Side

QUESTION_S = 1.0
"""A question that ends this near the end of a stretch is what the other side then answers."""


def _stretches(conv: Conversation, side: Side) -> tuple[Evidence, ...]:
    """Return the longest unbroken speech of a side."""
    return longest(
        Evidence(p.start, p.end, note(f"{p.duration:.1f} s of talk", p.text))
        for p in conv.pieces
        if p.party == side
    )


def talk_seconds(conv: Conversation, side: Side) -> Measured:
    """Return T: the seconds a side speaks, overlap with itself counted once."""
    reason = needs(conv, side)
    if reason is not None:
        return unknown(reason)
    return Measured(conv.talk_s(side), evidence=_stretches(conv, side))


def talk_share(conv: Conversation, side: Side) -> Measured:
    """Return T_side / (T_rep + T_customer)."""
    reason = needs(conv, Side.REP, Side.CUSTOMER)
    if reason is not None:
        return unknown(reason)
    share = conv.talk_s(side) / (conv.talk_s(Side.REP) + conv.talk_s(Side.CUSTOMER))
    return Measured(share, evidence=_stretches(conv, side))


def talk_share_of_call(conv: Conversation, side: Side) -> Measured:
    """Return T_side / D."""
    reason = needs(conv, side)
    if reason is not None:
        return unknown(reason)
    return Measured(conv.talk_s(side) / conv.length_s, evidence=_stretches(conv, side))


def talk_listen_ratio(conv: Conversation, side: Side) -> Measured:
    """Return T_rep / T_customer."""
    reason = needs(conv, Side.REP, Side.CUSTOMER)
    if reason is not None:
        return unknown(reason)
    return Measured(conv.talk_s(side) / conv.talk_s(other(side)), evidence=_stretches(conv, side))


def call_seconds(conv: Conversation, _side: Side) -> Measured:
    """Return D: first to last speech."""
    if not conv.voiced:
        return unknown("Nobody speaks in this recording.")
    whole = Evidence(conv.span.start, conv.span.end, f"first to last speech in a file of {conv.file_s:.1f} s")
    return Measured(conv.length_s, evidence=(whole,))


def voiced_seconds(conv: Conversation, _side: Side) -> Measured:
    """Return V: the seconds in which anybody speaks."""
    if not conv.voiced:
        return unknown("Nobody speaks in this recording.")
    return Measured(
        total(conv.voiced), evidence=longest(Evidence(s.start, s.end, "speech") for s in conv.voiced)
    )


def monologues(conv: Conversation, side: Side) -> tuple[SideTurn, ...]:
    """Return the uninterrupted stretches of a side, interjections of others ignored.

    An interjection: a turn of another party under 2 s and of at most 3 words, which neither refuses
    nor answers a question of this side, and after which this side goes on.
    """
    runs: list[SideTurn] = []
    last = -1
    for at, turn in enumerate(conv.turns):
        if turn.party != side:
            continue
        between = conv.turns[last + 1 : at]
        if (
            runs
            and between
            and all(_slips_in(conv, runs[-1], t) for t in between)
            and _goes_on(runs[-1], turn)
        ):
            runs[-1] = SideTurn(runs[-1].start, turn.end, side, f"{runs[-1].text} {turn.text}".strip())
        else:
            runs.append(turn)
        last = at
    return tuple(runs)


def _goes_on(run: SideTurn, turn: SideTurn) -> bool:
    """Return whether a side speaks again before the call counts as on hold."""
    return turn.start - run.end < HOLD_S


def _slips_in(conv: Conversation, run: SideTurn, turn: SideTurn) -> bool:
    """Return whether another's turn right after a stretch is too slight to end it."""
    if not backchannels.is_interjection(turn.text, turn.duration):
        return False
    return not any(q.party == run.party and abs(q.end - run.end) < QUESTION_S for q in conv.asked)


def _longest(conv: Conversation, side: Side) -> Measured:
    """Return the longest uninterrupted stretch of a side."""
    reason = needs(conv, side)
    if reason is not None:
        return unknown(reason)
    runs = monologues(conv, side)
    if not runs:
        return unknown(f"The {side.value} never holds the floor.")
    return Measured(max(r.duration for r in runs), evidence=_told(runs))


def _told(runs: Iterable[SideTurn]) -> tuple[Evidence, ...]:
    """Return turns as evidence, longest first."""
    return longest(Evidence(r.start, r.end, note(f"{r.duration:.1f} s", r.text)) for r in runs)


def longest_monologue(conv: Conversation, side: Side) -> Measured:
    """Return the longest uninterrupted stretch of the rep."""
    return _longest(conv, side)


def longest_customer_story(conv: Conversation, side: Side) -> Measured:
    """Return the longest uninterrupted stretch of the customer."""
    return _longest(conv, side)


def median_turn(conv: Conversation, side: Side) -> Measured:
    """Return the median length of a side's turns."""
    reason = needs(conv, side)
    if reason is not None:
        return unknown(reason)
    own = [t for t in conv.turns if t.party == side]
    if not own:
        return unknown(f"The {side.value} never holds the floor.")
    middle = quantile([t.duration for t in own], 0.5)
    nearest = sorted(own, key=lambda t: abs(t.duration - middle))[:1]
    return Measured(middle, evidence=_told(nearest))


METRICS = (
    Metric(
        "talk_share", "Share of talk", "ratio", SIDES,
        "T_side / (T_rep + T_customer), T being the union of a side's speech; silence is left out",
        "1", "MEASURES 3.1 b [S66, S58]", Better.BAND, talk_share,
    ),
    Metric(
        "talk_share_of_call", "Share of the call", "ratio", SIDES,
        "T_side / D, D from first to last speech; the two sides and silence do not sum to 1 where "
        "they overlap",
        "1", "MEASURES 3.1 a [S22, S64]", Better.NONE, talk_share_of_call,
    ),
    Metric(
        "talk_listen_ratio", "Talk-to-listen ratio", "ratio", REP,
        "T_rep / T_customer",
        "1", "MEASURES 3.1 c [S67, S68]", Better.NONE, talk_listen_ratio,
    ),
    Metric(
        "talk_seconds", "Talk time", "s", SIDES,
        "T_side: seconds of the union of the side's speech, backchannels included",
        "1", "MEASURES 3 notation", Better.NONE, talk_seconds,
    ),
    Metric(
        "call_seconds", "Call length", "s", CALL,
        "D: from first to last speech (the length of the file is kept with the recording)",
        "1", "MEASURES 3 notation", Better.NONE, call_seconds,
    ),
    Metric(
        "voiced_seconds", "Speech in the call", "s", CALL,
        "V: seconds of the union of everybody's speech",
        "1", "MEASURES 3 notation", Better.NONE, voiced_seconds,
    ),
    Metric(
        "longest_monologue", "Longest monologue", "s", REP,
        "max over k of (e_k - b_k), turns of the rep; not broken by backchannels, nor by a turn of "
        "the other side under 2 s and at most 3 words that neither refuses nor answers a question; "
        "broken by 10 s of silence",
        "1", "MEASURES 3.2 [S8, S32, S64]", Better.BAND, longest_monologue,
    ),
    Metric(
        "longest_customer_story", "Longest customer story", "s", (Side.CUSTOMER,),
        "the same as the longest monologue, for the customer",
        "1", "MEASURES 3.2 [S8, S32]", Better.HIGHER, longest_customer_story,
    ),
    Metric(
        "median_turn", "Median turn", "s", SIDES,
        "median of (e_k - b_k) over the side's turns",
        "1", "MEASURES 3.13 part 3", Better.NONE, median_turn,
    ),
)  # fmt: skip
"""Amount of talk."""
