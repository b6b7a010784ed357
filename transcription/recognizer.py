"""The recogniser as the pipeline sees it: speech regions in, timed words out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.progress import Progress
from models.recording import Audio
from models.transcript import Recognition, Region


@dataclass(frozen=True, slots=True)
class RecognitionOptions:
    """What the caller knows: a language (ISO 639-1), or None to detect it; words to expect."""

    language: str | None = None
    hotwords: tuple[str, ...] = ()


class Recognizer(Protocol):
    """Speech to timed words."""

    @property
    def fingerprint(self) -> str:
        """Return what produces the words: engine, weights, options."""

    def recognize(
        self, audio: Audio, speech: tuple[Region, ...], options: RecognitionOptions, progress: Progress
    ) -> Recognition:
        """Return the words said inside `speech`, in time order over all channels.

        Empty speech gives an empty recognition. Raises `Rejected` for a language that the
        weights do not know.
        """
