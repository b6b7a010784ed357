"""The text classifiers as the analysis sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.progress import Progress
from models.review import ActJudgement, Sentiment


class SentimentJudge(Protocol):
    """Texts to moods."""

    @property
    def fingerprint(self) -> str:
        """Return what produces the judgement: engine, weights, options."""

    def knows(self, language: str) -> bool:
        """Return whether texts in this language (ISO 639-1) can be judged."""

    def judge(self, texts: Sequence[str], progress: Progress) -> tuple[Sentiment, ...]:
        """Return one calibrated sentiment per text, in order."""


class ActJudge(Protocol):
    """Texts to dialogue acts."""

    @property
    def fingerprint(self) -> str:
        """Return what produces the judgement: engine, weights, options."""

    def knows(self, language: str) -> bool:
        """Return whether texts in this language (ISO 639-1) can be judged."""

    def judge(self, texts: Sequence[str], progress: Progress) -> tuple[ActJudgement, ...]:
        """Return one act per text, in order."""
