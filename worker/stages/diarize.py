"""Who spoke when: from the channels where they tell, else by the voices."""

from __future__ import annotations

from core.progress import Progress
from transcription.listening.channel_turns import turns_of_channels
from worker.case import Case, Product, StageName
from worker.products import Voices
from worker.stages.listen import HEARD

DIARIZED = Product(StageName.DIARIZE, Voices)


def run(case: Case, progress: Progress) -> Voices:
    """Return the turns, and which channel each speaker is on where channels are separate."""
    heard = case.get(HEARD)
    if heard.separate:
        found = turns_of_channels(heard.audio, heard.speech, progress)
        return Voices(found.diarization, dict(found.channel_of))
    bounds = case.request.speakers
    return Voices(case.engines.diarizer.diarize(heard.audio, heard.speech, bounds, progress), {})
