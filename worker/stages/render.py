"""The decoded sound, made playable and drawable on a page."""

from __future__ import annotations

import tempfile
from pathlib import Path

from core.progress import Progress, share
from models.stages import StageName
from transcription.decoding.render import peaks, playback
from worker import sound
from worker.case import Case, Product
from worker.products import Rendered

RENDERED = Product(StageName.RENDER, Rendered)
PLAYBACK, PEAKS = "playback.m4a", "peaks.json"


def run(case: Case, progress: Progress) -> Rendered:
    """Return the names of both files in the case's folder; no other try writes files of these names."""
    audio = sound.decoded(case)
    own = Path(tempfile.mkdtemp(prefix="rendered-", dir=case.folder)).name
    made = Rendered(f"{own}/{PLAYBACK}", f"{own}/{PEAKS}")
    playback(audio, case.folder / made.playback, share(progress, 0.0, 0.9))
    peaks(audio, case.folder / made.peaks)
    return made
