"""One batch of windows through a CTranslate2 Whisper: features, language, text, word times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations
from numpy.typing import NDArray

from transcription.recognition.hearing import Decoded, TimedWord

MOST_PARALLEL = 8
"""Batches decoded at the same time on processors, each on cores of its own: on 2 cores two single-threaded
batches took 16.6 s where one batch on both took 20.4 (medians of five, a call of 245 s). A GPU gains
nothing by it (faster-whisper #100)."""
ENCODED_TOGETHER = 1
"""Windows that a processor encodes at once. The attention of each takes 72 MB in base, of every batch that
is decoded at the same time: eight at once took 1.1 GB on two cores, and were no quicker."""
MOST_HOTWORD_TOKENS = 100
"""Hotwords and text share 448 positions; faster-whisper allows 223 and then fails (#1022)."""
FRAMES_PER_SECOND = 100
MOST_FRAMES = 3000
PREPENDED = "\"'“¿([{-"
APPENDED = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001 - Chinese and Japanese punctuation
PROMPTS = {"zh": "以下是普通话的句子，使用简体字。"}  # noqa: RUF001 - Chinese punctuation
"""What stands before the text: without it base mixes traditional characters into simplified text."""
COMPUTE_TYPES = {
    "cuda": ("float16", "int8_float16", "int8", "float32"),
    "cpu": ("int8", "float32"),
}
"""Fastest first, as measured by faster-whisper's benchmark; float16 raises on CPUs and old GPUs."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How text is searched for; beam search throughout, so that the same sound gives the same text.

    `timestamps` lets the decoder mark times in its text, which costs it tokens but keeps it from
    passing over half of a window; the others are CTranslate2's options of these names.
    """

    timestamps: bool = False
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0


PLAIN = Manner()
SECOND = (Manner(repetition_penalty=1.2, no_repeat_ngram_size=3), Manner(timestamps=True))
"""How doubtful windows are decoded again. On 33 clips, 24 of them made noisy, 1036 words of 2681 were wrong
so; with Whisper's ladder of temperatures, which draws lots, 1066 and 1085 in two runs, a little slower."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where inference runs and in which arithmetic."""

    name: str
    compute_type: str


def choose_device(wanted: str, compute_type: str) -> Device:
    """Return the device and the fastest arithmetic it supports, or the ones that were asked for."""
    has_gpu = ctranslate2.get_cuda_device_count() > 0
    name = ("cuda" if has_gpu else "cpu") if wanted == "auto" else wanted
    if compute_type != "auto":
        return Device(name, compute_type)
    supported = ctranslate2.get_supported_compute_types(name)
    return Device(name, next((c for c in COMPUTE_TYPES[name] if c in supported), "default"))


class WhisperDecoder:
    """Whisper weights in memory, one copy; `parallel` calls may run at the same time."""

    def __init__(self, folder: Path, device: Device, threads: int, beam_size: int) -> None:
        self._on_gpu = device.name != "cpu"
        self.parallel = 1 if self._on_gpu else min(threads, MOST_PARALLEL)
        self._whisper = WhisperModel(
            str(folder),
            device=device.name,
            compute_type=device.compute_type,
            cpu_threads=max(threads // self.parallel, 1),
            num_workers=self.parallel,
        )
        self._beam_size = beam_size

    @property
    def multilingual(self) -> bool:
        """Return whether the weights know more than English."""
        return bool(self._whisper.model.is_multilingual)

    @property
    def languages(self) -> frozenset[str]:
        """Return the ISO 639-1 codes the weights know."""
        return frozenset(self._whisper.supported_languages)

    def encode(self, sounds: Sequence[NDArray[np.float32]]) -> ctranslate2.StorageView:
        """Return the encoder's output for windows of at most 30 s each."""
        extract = self._whisper.feature_extractor
        features = np.stack([pad_or_trim(extract(sound)[..., :-1]) for sound in sounds])
        if self._on_gpu:
            return self._whisper.encode(features)
        parts = [features[i : i + ENCODED_TOGETHER] for i in range(0, len(features), ENCODED_TOGETHER)]
        return ctranslate2.StorageView.from_array(
            np.concatenate([np.array(self._whisper.encode(part)) for part in parts])
        )

    def detect_languages(self, encoded: ctranslate2.StorageView) -> list[dict[str, float]]:
        """Return for each window the probability of each language."""
        rows = self._whisper.model.detect_language(encoded)
        return [{token[2:-2]: float(probability) for token, probability in row} for row in rows]

    def decode(
        self,
        encoded: ctranslate2.StorageView,
        seconds: Sequence[float],
        language: str,
        hotwords: str,
        manner: Manner = PLAIN,
    ) -> list[Decoded]:
        """Return what each window says in one language; `seconds` are the windows' lengths."""
        tokenizer = self._tokenizer(language)
        results = self._generate(encoded, self._prompt(tokenizer, language, hotwords, manner), manner)
        tokens = [[i for i in result.sequences_ids[0] if i < tokenizer.eot] for result in results]
        words = self._align(encoded, tokens, seconds, tokenizer)
        return [
            Decoded(
                text=tokenizer.decode(ids),
                words=own,
                avg_logprob=_avg_logprob(result),
                no_speech_prob=float(result.no_speech_prob),
            )
            for result, ids, own in zip(results, tokens, words, strict=True)
        ]

    def _prompt(self, tokenizer: Tokenizer, language: str, hotwords: str, manner: Manner) -> list[int]:
        """Return the tokens before the text."""
        before = tokenizer.encode(PROMPTS[language]) if language in PROMPTS else []
        prompt: list[int] = self._whisper.get_prompt(
            tokenizer, before, without_timestamps=not manner.timestamps, hotwords=hotwords or None
        )
        return prompt

    def _generate(self, encoded: ctranslate2.StorageView, prompt: list[int], manner: Manner) -> Any:
        """Return CTranslate2's result for each window."""
        return self._whisper.model.generate(
            encoded,
            [prompt] * encoded.shape[0],
            beam_size=self._beam_size,
            repetition_penalty=manner.repetition_penalty,
            no_repeat_ngram_size=manner.no_repeat_ngram_size,
            max_length=self._whisper.max_length,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(self._tokenizer("en"), [-1]),
            return_scores=True,
            return_no_speech_prob=True,
        )

    def fit_hotwords(self, hotwords: Sequence[str]) -> str:
        """Return as many hotwords, in order, as fit the bound on their tokens."""
        tokenizer = self._tokenizer("en")
        kept: list[str] = []
        for word in hotwords:
            if len(tokenizer.encode(" " + ", ".join([*kept, word]))) > MOST_HOTWORD_TOKENS:
                break
            kept.append(word)
        return ", ".join(kept)

    def _tokenizer(self, language: str) -> Tokenizer:
        """Return the tokenizer that prompts for transcription in a language."""
        return Tokenizer(self._whisper.hf_tokenizer, self.multilingual, task="transcribe", language=language)

    def _align(
        self,
        encoded: ctranslate2.StorageView,
        tokens: Sequence[list[int]],
        seconds: Sequence[float],
        tokenizer: Tokenizer,
    ) -> list[tuple[TimedWord, ...]]:
        """Return timed words per window by dynamic time warping over cross-attention."""
        frames = [min(ceil(s * FRAMES_PER_SECOND), MOST_FRAMES) for s in seconds]
        return [_timed(row) for row in self._whisper.find_alignment(tokenizer, tokens, encoded, frames)]


def _avg_logprob(result: Any) -> float:
    """Return the mean log-probability a token, the end of the text counted as one."""
    count = len(result.sequences_ids[0])
    return float(result.scores[0]) * count / (count + 1)


def _timed(row: list[dict[str, Any]]) -> tuple[TimedWord, ...]:
    """Return the words of one aligned window, punctuation joined to them."""
    merge_punctuations(row, PREPENDED, APPENDED)
    return tuple(
        TimedWord(float(w["start"]), float(w["end"]), w["word"], float(w["probability"]))
        for w in row
        if w["word"].strip()
    )
