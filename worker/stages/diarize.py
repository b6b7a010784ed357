"""Who spoke when: from the channels where they tell, else by the voices."""

from __future__ import annotations

from core.progress import Progress
from transcription.channels import Voices, turns_of_channels
from worker.case import Case, Product, StageName
from worker.stages.listen import HEARD

DIARIZED = Product(StageName.DIARIZE, Voices)


def run(case: Case, progress: Progress) -> Voices:
    """Return the turns, and which channel each speaker is on where channels are separate."""
    heard = case.get(HEARD)
    if heard.separate:
        return turns_of_channels(heard.audio, heard.speech)
    bounds = case.request.speakers
    return Voices(case.engines.diarizer.diarize(heard.audio, heard.speech, bounds, progress), {})
