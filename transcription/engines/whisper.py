"""Speech to words by faster-whisper: windows in batches, doubtful ones decoded again."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TypeVar

import faster_whisper
from ctranslate2 import StorageView

from core import weights
from core.errors import Rejected
from core.fingerprint import fingerprint
from core.progress import Progress
from core.settings import RecognizerSettings, Settings
from models.recording import Audio
from models.transcript import Recognition, Region
from transcription.engines.whisper_decoder import PLAIN, SECOND, Device, Manner, WhisperDecoder, choose_device
from transcription.recognition import guards
from transcription.recognition.hearing import Heard, additions, level_db, missed, recognition
from transcription.recognition.language import Languages, Vote, decide
from transcription.recognition.packing import Packing, Window, even_batches, pack
from transcription.recognizer import RecognitionOptions

UNDETERMINED = "und"
"""ISO 639-3 code of no known language: nothing was said."""
ENGLISH = "en"
MIXED_WINDOW_S = 12.0
"""Longest window of a call in several languages, so that few windows hold two."""
MIXED_JOINED_S = 0.6
"""Longest pause inside such a window: speakers change language at pauses."""
MISSED_PAD_S = 0.12
"""Sound kept around missed speech: under half the pause between regions, so nothing is heard twice."""
METHOD_VERSION = 2
"""Part of the fingerprint: raised whenever the way from windows to words changes."""
FIRST_PASS = 0.95
"""Share of the progress that the first pass over all windows is."""

Batch = tuple[Window, ...]
S = TypeVar("S")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """Windows in the order they are decoded, their languages, the first batches encoded if they voted."""

    batches: tuple[Batch, ...]
    languages: Languages
    encoded: tuple[StorageView, ...] = ()


class WhisperRecognizer:
    """Recognizer on CTranslate2 Whisper weights; one call at a time."""

    def __init__(self, folder: Path, settings: RecognizerSettings, device: Device, threads: int) -> None:
        self._settings = settings
        self._decoder = WhisperDecoder(folder, device, threads, settings.beam_size)
        self._fingerprint = fingerprint(
            "whisper",
            weights=weights.sha256(folder / "model.bin"),
            package=faster_whisper.__version__,
            device=device.name,
            compute_type=device.compute_type,
            beam_size=settings.beam_size,
            window_s=settings.window_s,
            pad_s=settings.pad_s,
            method=METHOD_VERSION,
        )
        log.info("recogniser.loaded device=%s compute_type=%s", device.name, device.compute_type)

    @property
    def fingerprint(self) -> str:
        """Return what produces the words: weights' hash, arithmetic, options."""
        return self._fingerprint

    def recognize(
        self, audio: Audio, speech: tuple[Region, ...], options: RecognitionOptions, progress: Progress
    ) -> Recognition:
        """Return the words said inside `speech`, in time order over all channels."""
        self._refuse_unknown(options.language)
        windows = pack(audio, speech, Packing(self._settings.window_s, self._settings.pad_s))
        if not windows:
            return Recognition(options.language or UNDETERMINED, 0.0, (), ())
        plan = self._plan(audio, speech, windows, self._given(options))
        hotwords = self._decoder.fit_hotwords(options.hotwords)
        heard: list[Heard] = []
        for part in self._hear_all(audio, plan, hotwords):
            heard += part
            progress(FIRST_PASS * len(heard) / sum(map(len, plan.batches)))
        heard += self._hear_missed(audio, heard, plan.languages, hotwords)
        progress(1.0)
        return recognition(heard, plan.languages)

    def _refuse_unknown(self, language: str | None) -> None:
        """Raise `Rejected` for a language that the weights do not know."""
        if language is None or language in self._decoder.languages:
            return
        if not self._decoder.multilingual:
            reason = (
                f"The recogniser's weights '{self._settings.weights}' know only English, not '{language}'."
            )
            remedy = "Set DEBRIEF_RECOGNIZER__WEIGHTS to multilingual weights, such as whisper-base."
        else:
            reason = f"The recogniser does not know a language '{language}'."
            remedy = "Give its ISO 639-1 code, such as en or zh, or none to have it detected."
        raise Rejected("unsupported_language", reason, remedy)

    def _given(self, options: RecognitionOptions) -> Languages | None:
        """Return the language where nothing is left to detect."""
        language = options.language or (None if self._decoder.multilingual else ENGLISH)
        return Languages(language, 1.0, frozenset({language})) if language else None

    def _plan(
        self, audio: Audio, speech: Sequence[Region], windows: Sequence[Window], languages: Languages | None
    ) -> Plan:
        """Return windows in batches and the languages that the first batches, spread over the call, vote for.

        They are encoded once for both. A call in several languages is packed anew into short
        windows, so that few of them hold two languages.
        """
        batches = self._batches(windows)
        if languages:
            return Plan(batches, languages)
        first = batches[: self._decoder.parallel]
        encoded = tuple(self._parallel(lambda batch: self._encode(audio, batch), first))
        votes = self._parallel(lambda pair: self._votes(*pair), list(zip(encoded, first, strict=True)))
        languages = decide(list(chain.from_iterable(votes)))
        if len(languages.spoken) == 1:
            return Plan(batches, languages, encoded)
        short = pack(audio, speech, Packing(MIXED_WINDOW_S, self._settings.pad_s, joined_s=MIXED_JOINED_S))
        return Plan(self._batches(short), languages)

    def _batches(self, windows: Sequence[Window]) -> tuple[Batch, ...]:
        """Return windows in even batches, the first ones spread over the recording."""
        return even_batches(windows, self._settings.batch_size, self._decoder.parallel)

    def _parallel(self, work: Callable[[S], T], items: Sequence[S]) -> Iterator[T]:
        """Yield `work` of each item in order, as many at a time as the decoder takes.

        Whoever stops reading waits only for what has begun.
        """
        with ThreadPoolExecutor(self._decoder.parallel) as pool:
            try:
                yield from pool.map(work, items)
            finally:
                pool.shutdown(cancel_futures=True)

    def _hear_all(self, audio: Audio, plan: Plan, hotwords: str) -> Iterator[list[Heard]]:
        """Yield what each batch of the plan says."""

        def hear(pair: tuple[Batch, StorageView | None]) -> list[Heard]:
            batch, encoded = pair
            if encoded is None:
                encoded = self._encode(audio, batch)
            return self._hear(audio, batch, encoded, plan.languages, hotwords)

        return self._parallel(hear, list(zip_longest(plan.batches, plan.encoded)))

    def _hear(
        self,
        audio: Audio,
        batch: Sequence[Window],
        encoded: StorageView,
        languages: Languages,
        hotwords: str,
    ) -> list[Heard]:
        """Return what a batch of windows says, doubtful windows decoded again."""
        if len(languages.spoken) == 1:
            return self._decode(audio, batch, encoded, languages.main, hotwords)
        chosen = [languages.of(vote) for vote in self._votes(encoded, batch)]
        heard: list[Heard] = []
        for language in sorted(set(chosen)):
            own = [window for window, its in zip(batch, chosen, strict=True) if its == language]
            heard += self._decode(audio, own, self._encode(audio, own), language, hotwords)
        return heard

    def _hear_missed(
        self, audio: Audio, heard: Sequence[Heard], languages: Languages, hotwords: str
    ) -> list[Heard]:
        """Return what is said in stretches of speech that came back without a word."""
        windows = pack(audio, missed(heard), Packing(self._settings.window_s, MISSED_PAD_S))
        again = self._hear_all(audio, Plan(self._batches(windows), languages), hotwords)
        return additions(heard, list(chain.from_iterable(again)))

    def _decode(
        self, audio: Audio, batch: Sequence[Window], encoded: StorageView, language: str, hotwords: str
    ) -> list[Heard]:
        """Return what a batch of windows says in one language, doubtful windows decoded again."""
        heard = self._decode_once(audio, batch, encoded, language, hotwords, PLAIN)
        doubtful = [index for index, one in enumerate(heard) if one.signs() & guards.AGAIN]
        if not doubtful:
            return heard
        windows = [batch[index] for index in doubtful]
        encoded = self._encode(audio, windows)
        for manner in SECOND:
            others = self._decode_once(audio, windows, encoded, language, hotwords, manner)
            for index, other in zip(doubtful, others, strict=True):
                heard[index] = max(heard[index], other, key=Heard.score)
        return heard

    def _decode_once(
        self,
        audio: Audio,
        batch: Sequence[Window],
        encoded: StorageView,
        language: str,
        hotwords: str,
        manner: Manner,
    ) -> list[Heard]:
        """Return what a batch of windows says when it is decoded in one manner."""
        decoded = self._decoder.decode(encoded, [w.duration for w in batch], language, hotwords, manner)
        return [
            Heard(window, language, one, level_db(window.sound(audio)), again=manner is not PLAIN)
            for window, one in zip(batch, decoded, strict=True)
        ]

    def _encode(self, audio: Audio, batch: Sequence[Window]) -> StorageView:
        """Return the encoder's output for a batch of windows."""
        return self._decoder.encode([window.sound(audio) for window in batch])

    def _votes(self, encoded: StorageView, batch: Sequence[Window]) -> list[Vote]:
        """Return what each window says about the language."""
        rows = self._decoder.detect_languages(encoded)
        return [Vote(row, window.speech_s) for row, window in zip(rows, batch, strict=True)]


def load(settings: Settings) -> WhisperRecognizer:
    """Return the recogniser that the settings name, its weights in memory."""
    named = Path(settings.recognizer.weights)
    folder = named if named.is_dir() else weights.folder(settings.weights, settings.recognizer.weights)
    device = choose_device(settings.device, settings.recognizer.compute_type)
    threads = settings.threads or os.cpu_count() or 1
    return WhisperRecognizer(folder, settings.recognizer, device, threads)
