"""The scores of one recording and of all together, for one stack."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.align import Errors, pooled
from bench.formats import Span
from bench.hypothesis import Hypothesis
from bench.references import Reference
from bench.turns import (
    Confusions,
    RoleScore,
    crop,
    diarization_error,
    pairing,
    role_score,
    sides,
    talk_ratio,
    talk_s,
    voices,
)
from bench.words import WordScore, score_words
from models.transcript import Turn

COLLAR_S = 0.25
"""Second collar at which DER is given, the NIST evaluations' custom."""

NEARLY_SILENT = 0.05
"""Share of the scored seconds with speech under which a recording tests for invented words."""


DERIVED = ("rate", "accuracy", "abstained", "error", "reported_error")
"""Properties of scores that are written out with their fields."""


@dataclass(frozen=True, slots=True)
class TalkRatio:
    """The rep's (or first speaker's) share of the talk, 0..1.

    `found` is computed from the turns under DER's pairing of speakers, so that a wrong side does
    not hide a right ratio; `reported` is the figure the review itself gives.
    """

    truth: float
    found: float | None
    reported: float | None

    @property
    def error(self) -> float | None:
        """Return how far the turns' ratio is off."""
        return None if self.found is None else abs(self.found - self.truth)

    @property
    def reported_error(self) -> float | None:
        """Return how far the review's own figure is off."""
        return None if self.reported is None else abs(self.reported - self.truth)


@dataclass(frozen=True, slots=True)
class Score:
    """All measures of one recording; None where its reference does not allow one."""

    name: str
    duration_s: float
    words: WordScore | None
    der: Confusions | None
    der_collar: Confusions | None
    speakers_found: int | None
    speakers_true: int | None
    roles: RoleScore | None
    talk: TalkRatio | None
    invented_words: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """All recordings together: words and seconds are pooled, rates are never averaged."""

    recordings: int
    wer: Errors
    wer_stated: Errors
    cpwer: Errors
    tcpwer: Errors
    der: Confusions
    der_collar: Confusions
    speakers_right: int
    speakers_scored: int
    roles: RoleScore
    talk_ratio_error: float | None
    invented_words: int


def score(reference: Reference, hypothesis: Hypothesis) -> Score:
    """Return how well the hypothesis matches its reference."""
    regions = reference.scored(hypothesis.duration_s)
    truth, turns = reference.turns, hypothesis.turns
    words = score_words(reference, hypothesis.words)
    return Score(
        name=reference.name,
        duration_s=hypothesis.duration_s,
        words=words,
        der=None if truth is None else diarization_error(truth, turns, regions),
        der_collar=None if truth is None else diarization_error(truth, turns, regions, COLLAR_S),
        speakers_found=None if truth is None else len(voices(turns, regions)),
        speakers_true=None if truth is None else len(voices(truth, regions)),
        roles=_roles(reference, hypothesis, regions),
        talk=None if truth is None else _talk(truth, hypothesis, regions),
        invented_words=_invented(reference, words, regions),
    )


def totals(scores: Sequence[Score]) -> Totals:
    """Return the pooled measures."""
    counted = [s for s in scores if s.speakers_true is not None]
    errors = [s.talk.error for s in scores if s.talk is not None and s.talk.error is not None]
    return Totals(
        recordings=len(scores),
        wer=_pooled_words(scores, lambda words: words.wer),
        wer_stated=_pooled_words(scores, lambda words: words.wer_stated),
        cpwer=_pooled_words(scores, lambda words: words.cpwer),
        tcpwer=_pooled_words(scores, lambda words: words.tcpwer),
        der=sum((s.der for s in scores if s.der is not None), Confusions()),
        der_collar=sum((s.der_collar for s in scores if s.der_collar is not None), Confusions()),
        speakers_right=sum(s.speakers_found == s.speakers_true for s in counted),
        speakers_scored=len(counted),
        roles=sum((s.roles for s in scores if s.roles is not None), RoleScore()),
        talk_ratio_error=sum(errors) / len(errors) if errors else None,
        invented_words=sum(s.invented_words or 0 for s in scores),
    )


def _pooled_words(scores: Sequence[Score], part: Callable[[WordScore], Errors | None]) -> Errors:
    """Return one kind of word error over all recordings that have it."""
    found = [part(s.words) for s in scores if s.words is not None]
    return pooled([errors for errors in found if errors is not None])


def _roles(reference: Reference, hypothesis: Hypothesis, regions: Sequence[Span]) -> RoleScore | None:
    """Return the sides' score, None where either names no sides."""
    if reference.turns is None or hypothesis.roles is None:
        return None
    return role_score(reference.turns, hypothesis.turns, hypothesis.roles, regions)


def _talk(truth: Sequence[Turn], hypothesis: Hypothesis, regions: Sequence[Span]) -> TalkRatio | None:
    """Return the talk ratio beside the reference's, None where there are not two sides."""
    inside = crop(truth, regions)
    both = sides(inside)
    right = None if both is None else talk_ratio(inside, *both)
    if both is None or right is None:
        return None
    pairs = pairing(truth, hypothesis.turns, regions)
    turns = [
        dataclasses.replace(turn, speaker=pairs[turn.speaker])
        for turn in crop(hypothesis.turns, regions)
        if turn.speaker in pairs
    ]
    return TalkRatio(right, talk_ratio(turns, *both), hypothesis.talk_ratio)


def _invented(reference: Reference, words: WordScore | None, regions: Sequence[Span]) -> int | None:
    """Return the words that were not said, of a recording in which next to nothing is said."""
    if reference.turns is None or words is None or words.wer is None:
        return None
    seconds = sum(end - start for start, end in regions)
    if talk_s(crop(reference.turns, regions)) > NEARLY_SILENT * seconds:
        return None
    return words.wer.insertions + words.wer.substitutions


def plain(value: Any) -> Any:
    """Return JSON-ready values of scores: fields, and rates where a value has them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return fields | {name: getattr(value, name) for name in DERIVED if hasattr(value, name)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
