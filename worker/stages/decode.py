"""The recording as handed in, to sound on a player's time line."""

from __future__ import annotations

from core.progress import Progress
from models.stages import StageName
from transcription.decoding.decode import decode
from worker.case import Case, Product
from worker.products import Opened

DECODED = Product(StageName.DECODE, Opened)


def run(case: Case, progress: Progress) -> Opened:
    """Return what was handed in; its sound is kept in the case's folder."""
    found = decode(case.path, case.folder, case.settings.decode, progress)
    return Opened(found.recording, found.warnings)
