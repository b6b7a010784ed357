"""Settings to engines: the only place that names them. Each loads once, when first needed."""

from __future__ import annotations

from functools import cached_property

from analysis.judges import ActJudge, SentimentJudge
from core.environment import seal, share_heaps
from core.settings import Settings
from transcription.diarizer import Diarizer
from transcription.listening.speech import VoiceActivity
from transcription.recognizer import Recognizer


class Engines:
    """Everything that infers, for the settings given; the heavy imports wait until then."""

    def __init__(self, settings: Settings) -> None:
        """Seal the process from the network; load nothing yet."""
        seal()
        share_heaps()
        self._settings = settings

    @cached_property
    def voice_activity(self) -> VoiceActivity:
        """Return the voice activity detector."""
        from transcription.engines.silero import Silero

        return Silero(self._settings.threads)

    @cached_property
    def recognizer(self) -> Recognizer:
        """Return the recogniser."""
        from transcription.engines.whisper import load

        return load(self._settings)

    @cached_property
    def diarizer(self) -> Diarizer:
        """Return the diarizer of the chosen profile."""
        from transcription.engines.pyannote import load_diarizer

        return load_diarizer(self._settings)

    @cached_property
    def sentiment(self) -> SentimentJudge:
        """Return the judge of moods."""
        from analysis.engines.transformers import load_sentiment

        return load_sentiment(self._settings, self._settings.weights)

    @cached_property
    def acts(self) -> ActJudge:
        """Return the judge of dialogue acts."""
        from analysis.engines.transformers import load_acts

        return load_acts(self._settings, self._settings.weights)
