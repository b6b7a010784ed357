"""The two stacks that are compared, behind one protocol."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from bench.hypothesis import Hypothesis
from core.settings import Settings
from models.review import Review, Side
from models.transcript import Role


class StackName(StrEnum):
    """Which stack."""

    OURS = "debrief"
    REFERENCE = "reference"


class Stack(Protocol):
    """A recording to words, speakers and, where the stack names them, sides."""

    def load(self) -> None:
        """Load all weights, so that no recording pays for it."""

    def review(self, recording: Path, most_speakers: int | None = None) -> Hypothesis:
        """Return what was found; raises `Rejected` for a recording that cannot be reviewed.

        `most_speakers` is for a stack that cannot find the number of speakers by itself.
        """


class Ours(Stack):
    """The pipeline of this project, as `./debrief analyze` runs it, told nothing of the recording."""

    def __init__(self, settings: Settings) -> None:
        """Load nothing yet."""
        from worker.engines import Engines

        self._settings = settings
        self._engines = Engines(settings)

    @override
    def load(self) -> None:
        """Load every engine: each loads when it is first named."""
        engines = self._engines
        for engine in (engines.voice_activity, engines.recognizer, engines.diarizer):
            engine.fingerprint  # noqa: B018 - naming it loads it
        for judge in (engines.sentiment, engines.acts):
            judge.knows("en")

    @override
    def review(self, recording: Path, most_speakers: int | None = None) -> Hypothesis:
        """Return the review as a hypothesis; the number of speakers is left to the recording."""
        from worker.analyze import analyze
        from worker.case import Request

        review = analyze(recording, Request(), self._engines, self._settings, lambda _stage, _fraction: None)
        return of_review(review)


def of_review(review: Review) -> Hypothesis:
    """Return the parts of a review that are scored."""
    transcript = review.transcript
    return Hypothesis(
        duration_s=review.recording.duration_s,
        language=transcript.language,
        words=transcript.words,
        turns=transcript.turns,
        roles=_roles(review),
        talk_ratio=_talk_share(review),
        stages=tuple((timing.stage, timing.seconds) for timing in review.timings),
        warnings=review.warnings,
        engines=tuple((use.capability, use.fingerprint) for use in review.engines),
    )


def _roles(review: Review) -> Mapping[str, Role]:
    return {speaker.id: speaker.role for speaker in review.transcript.speakers}


def _talk_share(review: Review) -> float | None:
    """Return the rep's share of the talk as the review measures it."""
    found = (m.value for m in review.metrics if m.name == "talk_share" and m.side is Side.REP)
    return next(found, None)


def make(name: StackName, settings: Settings) -> Stack:
    """Return a stack, nothing loaded."""
    if name is StackName.OURS:
        return Ours(settings)
    from bench.reference_stack import ReferenceStack

    return ReferenceStack(settings)
