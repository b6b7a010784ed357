"""The diarizer as the pipeline sees it: sound in, who spoke when out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.progress import Progress
from models.recording import Audio
from models.transcript import Diarization, Region


@dataclass(frozen=True, slots=True)
class SpeakerBounds:
    """How many people speak, as far as the caller knows; None leaves it to the recording."""

    least: int | None = None
    most: int | None = None


class Diarizer(Protocol):
    """Sound to turns."""

    @property
    def fingerprint(self) -> str:
        """Return what produces the turns: engine, weights, options."""

    def diarize(
        self,
        audio: Audio,
        speech: tuple[Region, ...],
        bounds: SpeakerBounds,
        progress: Progress,
        channel: int | None = None,
    ) -> Diarization:
        """Return who spoke when on one channel, or on the mix when None.

        `speech` are the regions in which voice activity was found; turns far outside them are
        not speech. No speech gives no turns.
        """
