"""The mood of each side over a call, from judged text: quarters, trend, and the quotes that moved it.

Sentiment is read from the words alone, never from a voice. Scores are P(positive) - P(negative),
weighted by words; a period with too little to go by has no score (MEASURES 3.10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis import backchannels
from analysis import tokens as text_tokens
from models.review import JudgedUtterance, SentimentPeriod, SentimentSummary, Side
from models.transcript import Role, Transcript

LEAST_WORDS = 4
LEAST_HAN = 6
"""ENGINEERING 8: shorter texts carry no mood that a classifier could read."""
FEWEST = 3
"""A side needs this many scorable utterances in a period, and in the call, for a score."""
QUARTERS = 4
MOVERS = 3
SIDES = (Side.REP, Side.CUSTOMER, Side.CALL)


@dataclass(frozen=True, slots=True)
class _Scored:
    """One judged utterance with its weight (words), its middle and its role."""

    index: int
    middle: float
    weight: int
    score: float
    role: Role


def scorable(text: str, language: str) -> bool:
    """Return whether a text is worth judging: 4 words or more, Han 6 characters, no backchannel."""
    words = text_tokens.tokens(text)
    han = text_tokens.han_characters(text)
    least = LEAST_HAN if language == text_tokens.CHINESE or 2 * han > len(words) else LEAST_WORDS
    return len(words) >= least and not backchannels.listens(text)


def summarize(transcript: Transcript, judged: Sequence[JudgedUtterance]) -> tuple[SentimentSummary, ...]:
    """Return the mood of the rep, of the customer, and of the call."""
    scored = _scored(transcript, judged)
    return tuple(_summary(side, _of(side, scored), transcript) for side in SIDES)


def _scored(transcript: Transcript, judged: Sequence[JudgedUtterance]) -> tuple[_Scored, ...]:
    """Return what can be counted, in time order."""
    found: list[_Scored] = []
    for judgement in judged:
        said = transcript.utterances[judgement.index]
        if judgement.sentiment is not None and scorable(said.text, transcript.language):
            weight = len(text_tokens.tokens(said.text))
            middle = (said.start + said.end) / 2
            role = transcript.role(said.speaker)
            found.append(_Scored(judgement.index, middle, weight, judgement.sentiment.score, role))
    return tuple(sorted(found, key=lambda s: s.middle))


def _of(side: Side, scored: Sequence[_Scored]) -> tuple[_Scored, ...]:
    """Return the utterances of one side; the call has everybody's."""
    return tuple(s for s in scored if side is Side.CALL or s.role == side.value)


def _summary(side: Side, own: Sequence[_Scored], transcript: Transcript) -> SentimentSummary:
    """Return one side's mood over the call."""
    periods = _periods(side, own, transcript)
    reason = _reason(side, len(own), transcript)
    if reason is not None:
        return SentimentSummary(side, None, None, None, reason, periods, ())
    return SentimentSummary(
        side=side,
        score=_mean(own),
        trend=_slope([(p.quarter, p.score) for p in periods if p.score is not None]),
        change=_change(periods),
        reason=None,
        periods=periods,
        movers=_movers(own),
    )


def _reason(side: Side, count: int, transcript: Transcript) -> str | None:
    """Return why a side has no score over the call, or None."""
    if count >= FEWEST:
        return None
    roles = {s.role for s in transcript.speakers}
    if side is not Side.CALL and Role(side.value) not in roles and Role.UNKNOWN in roles:
        return f"Nobody knows which speaker is the {side.value}."
    return f"Fewer than {FEWEST} utterances long enough to judge."


def _periods(side: Side, own: Sequence[_Scored], transcript: Transcript) -> tuple[SentimentPeriod, ...]:
    """Return the four quarters between first and last speech, by the middle of each utterance."""
    start, end = _bounds(transcript)
    length = (end - start) / QUARTERS
    held: list[list[_Scored]] = [[] for _ in range(QUARTERS)]
    for said in own:
        held[_quarter(said.middle, start, length)].append(said)
    return tuple(
        SentimentPeriod(
            side=side,
            quarter=i + 1,
            start=start + i * length,
            end=start + (i + 1) * length,
            score=_mean(said) if len(said) >= FEWEST else None,
            utterances=len(said),
            reason=None if len(said) >= FEWEST else f"Fewer than {FEWEST} utterances long enough to judge.",
        )
        for i, said in enumerate(held)
    )


def _bounds(transcript: Transcript) -> tuple[float, float]:
    """Return first and last speech, or the whole file where nobody speaks."""
    spoken = [(u.start, u.end) for u in transcript.utterances] + [(t.start, t.end) for t in transcript.turns]
    if not spoken:
        return 0.0, transcript.duration_s
    return min(s for s, _ in spoken), max(e for _, e in spoken)


def _quarter(middle: float, start: float, length: float) -> int:
    """Return the index of the quarter that holds a moment."""
    return min(max(int((middle - start) / length), 0), QUARTERS - 1) if length > 0 else 0


def _mean(said: Sequence[_Scored]) -> float:
    """Return the mean score weighted by words."""
    return sum(s.weight * s.score for s in said) / sum(s.weight for s in said)


def _slope(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the least-squares slope per quarter, or None for fewer than two quarters."""
    if len(points) < 2:  # noqa: PLR2004 - a line takes two points
        return None
    x = sum(q for q, _ in points) / len(points)
    y = sum(s for _, s in points) / len(points)
    return sum((q - x) * (s - y) for q, s in points) / sum((q - x) ** 2 for q, _ in points)


def _change(periods: Sequence[SentimentPeriod]) -> float | None:
    """Return the last quarter less the first, or None where either has no score."""
    first, last = periods[0].score, periods[-1].score
    return None if first is None or last is None else last - first


def _movers(own: Sequence[_Scored]) -> tuple[int, ...]:
    """Return the utterances without which the mean would differ most, strongest first."""
    whole = _mean(own)
    weight = sum(s.weight for s in own)

    def influence(said: _Scored) -> float:
        return abs(said.weight * (said.score - whole) / (weight - said.weight))

    ranked = sorted(own, key=lambda s: (-influence(s), s.middle))
    return tuple(s.index for s in ranked[:MOVERS])
