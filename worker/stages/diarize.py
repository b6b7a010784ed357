"""Who spoke when: from the channels where they tell, else by the voices."""

from __future__ import annotations

from core.progress import Progress
from models.stages import StageName
from transcription.listening.channel_turns import turns_of_channels
from worker import sound
from worker.case import Case, Product
from worker.products import Voices
from worker.stages.listen import HEARD

DIARIZED = Product(StageName.DIARIZE, Voices)


def run(case: Case, progress: Progress) -> Voices:
    """Return the turns, and which channel each speaker is on where channels are separate."""
    heard = case.get(HEARD)
    audio = sound.heard(case, heard.channels, separate=heard.separate)
    if heard.separate:
        found = turns_of_channels(audio, heard.speech, progress)
        return Voices(found.diarization, dict(found.channel_of))
    bounds = case.request.speakers
    return Voices(case.engines.diarizer.diarize(audio, heard.speech, bounds, progress), {})
