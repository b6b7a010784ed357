"""The recording as handed in, to sound on a player's time line."""

from __future__ import annotations

from core.progress import Progress
from transcription.decoding.decode import Decoded, decode
from worker.case import Case, Product, StageName

DECODED = Product(StageName.DECODE, Decoded)


def run(case: Case, progress: Progress) -> Decoded:
    """Return the decoded sound, kept in the case's folder."""
    return decode(case.path, case.folder, case.settings.decode, progress)
