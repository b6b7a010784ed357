"""Speech to timed words, channel by channel."""

from __future__ import annotations

from core.progress import Progress
from models.transcript import Recognition
from transcription.recognizer import RecognitionOptions
from worker.case import Case, Product, StageName
from worker.stages.listen import HEARD

RECOGNIZED = Product(StageName.TRANSCRIBE, Recognition)


def run(case: Case, progress: Progress) -> Recognition:
    """Return the words said where somebody speaks."""
    heard = case.get(HEARD)
    options = RecognitionOptions(language=case.request.language)
    return case.engines.recognizer.recognize(heard.audio, heard.speech, options, progress)
