"""The decoded sound, made playable and drawable on a page."""

from __future__ import annotations

from core.progress import Progress, share
from models.stages import StageName
from transcription.decoding.render import peaks, playback
from worker import sound
from worker.case import Case, Product
from worker.products import Rendered

RENDERED = Product(StageName.RENDER, Rendered)
PLAYBACK, PEAKS = "playback.m4a", "peaks.json"


def run(case: Case, progress: Progress) -> Rendered:
    """Return the names of both files in the case's folder."""
    audio = sound.decoded(case)
    playback(audio, case.folder / PLAYBACK, share(progress, 0.0, 0.9))
    peaks(audio, case.folder / PEAKS)
    return Rendered(PLAYBACK, PEAKS)
