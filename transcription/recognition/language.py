"""Which languages are spoken, voted by windows rather than by the first half minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SURE = 0.8
"""Probability at which a window may be decoded in another language than the call's; below it, one
pure German file came back with windows in English (faster-whisper #1322)."""
REAL_SHARE = 0.1
"""Share of voting speech, said with certainty in a language, that makes it one of the call's."""
UNSURE = 0.5
"""Mean probability under which the call's language is only a guess."""
VOTE_S = 3.0
"""Speech under which a window's vote counts for less."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one window says: probability of each language, and its seconds of speech."""

    probabilities: Mapping[str, float]
    speech_s: float

    @property
    def best(self) -> str:
        """Return the most probable language."""
        return max(self.probabilities, key=self.probabilities.__getitem__)


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of a call: the main one, its mean probability, and all that have a real share."""

    main: str
    probability: float
    spoken: frozenset[str]

    def of(self, vote: Vote) -> str:
        """Return the language to decode a window in: its own if sure and spoken here, else the main one."""
        best = vote.best
        return best if best in self.spoken and vote.probabilities[best] > SURE else self.main


def decide(votes: Sequence[Vote]) -> Languages:
    """Return the call's languages by the mean of the windows' probabilities, weighted by speech."""
    weights = [min(vote.speech_s, VOTE_S * 4) * min(1.0, vote.speech_s / VOTE_S) for vote in votes]
    total = sum(weights) or 1.0
    mean: dict[str, float] = {}
    sure: dict[str, float] = {}
    for vote, weight in zip(votes, weights, strict=True):
        for language, probability in vote.probabilities.items():
            mean[language] = mean.get(language, 0.0) + probability * weight / total
        if vote.probabilities[vote.best] > SURE:
            sure[vote.best] = sure.get(vote.best, 0.0) + weight / total
    main = max(mean, key=mean.__getitem__)
    spoken = {language for language, share in sure.items() if share >= REAL_SHARE}
    return Languages(main, mean[main], frozenset(spoken | {main}))
