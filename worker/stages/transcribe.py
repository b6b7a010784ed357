"""Speech to timed words, channel by channel."""

from __future__ import annotations

from core.progress import Progress
from models.stages import StageName
from models.transcript import Recognition
from transcription.recognizer import RecognitionOptions
from worker import sound
from worker.case import Case, Product
from worker.stages.listen import HEARD

RECOGNIZED = Product(StageName.TRANSCRIBE, Recognition)


def run(case: Case, progress: Progress) -> Recognition:
    """Return the words said where somebody speaks."""
    heard = case.get(HEARD)
    audio = sound.heard(case, heard.channels, separate=heard.separate)
    options = RecognitionOptions(language=case.request.language)
    return case.engines.recognizer.recognize(audio, heard.speech, options, progress)
