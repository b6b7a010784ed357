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

MOST_HOTWORD_TOKENS = 100
"""Hotwords and text share 448 positions; faster-whisper allows 223 and then fails (#1022)."""
FRAMES_PER_SECOND = 100
MOST_FRAMES = 3000
PREPENDED = "\"'“¿([{-"
APPENDED = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001 - Chinese and Japanese punctuation
PROMPTS = {"zh": "以下是普通话的句子，使用简体字。"}  # noqa: RUF001 - Chinese punctuation
"""What stands before the text: without it base mixes traditional characters into simplified text."""
TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
COMPUTE_TYPES = {
    "cuda": ("float16", "int8_float16", "int8", "float32"),
    "cpu": ("int8", "float32"),
}
"""Fastest first, as measured by faster-whisper's benchmark; float16 raises on CPUs and old GPUs."""


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
    """Whisper weights in memory; not re-entrant."""

    def __init__(self, folder: Path, device: Device, threads: int, beam_size: int) -> None:
        self._whisper = WhisperModel(
            str(folder), device=device.name, compute_type=device.compute_type, cpu_threads=threads
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
        return self._whisper.encode(np.stack([pad_or_trim(extract(sound)[..., :-1]) for sound in sounds]))

    def detect_languages(self, encoded: ctranslate2.StorageView) -> list[dict[str, float]]:
        """Return for each window the probability of each language."""
        rows = self._whisper.model.detect_language(encoded)
        return [{token[2:-2]: float(probability) for token, probability in row} for row in rows]

    def decode(
        self, encoded: ctranslate2.StorageView, seconds: Sequence[float], language: str, hotwords: str
    ) -> list[Decoded]:
        """Return what each window says in one language; `seconds` are the windows' lengths."""
        tokenizer = self._tokenizer(language)
        before = tokenizer.encode(PROMPTS[language]) if language in PROMPTS else []
        prompt = self._whisper.get_prompt(
            tokenizer, before, without_timestamps=True, hotwords=hotwords or None
        )
        results = self._whisper.model.generate(
            encoded,
            [prompt] * len(seconds),
            beam_size=self._beam_size,
            max_length=self._whisper.max_length,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
        )
        tokens = [list(result.sequences_ids[0]) for result in results]
        words = self._align(encoded, tokens, seconds, tokenizer)
        return [
            Decoded(
                text=tokenizer.decode(ids),
                words=own,
                avg_logprob=float(result.scores[0]) * len(ids) / (len(ids) + 1),
                no_speech_prob=float(result.no_speech_prob),
            )
            for result, ids, own in zip(results, tokens, words, strict=True)
        ]

    def decode_again(self, sound: NDArray[np.float32], language: str, hotwords: str) -> Decoded:
        """Return what a window says by sequential decoding with Whisper's whole temperature ladder."""
        segments, _ = self._whisper.transcribe(
            sound,
            language=language,
            initial_prompt=PROMPTS.get(language),
            beam_size=self._beam_size,
            temperature=TEMPERATURES,
            condition_on_previous_text=False,
            word_timestamps=True,
            hotwords=hotwords or None,
        )
        parts = list(segments)
        words = tuple(
            TimedWord(w.start, w.end, w.word, w.probability) for part in parts for w in part.words or ()
        )
        tokens = [len(part.tokens) for part in parts]
        total = sum(tokens) or 1
        return Decoded(
            text="".join(part.text for part in parts),
            words=words,
            avg_logprob=sum(p.avg_logprob * n for p, n in zip(parts, tokens, strict=True)) / total,
            no_speech_prob=max((p.no_speech_prob for p in parts), default=1.0),
            temperature=max((p.temperature or 0.0 for p in parts), default=0.0),
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
        texts = [[token for token in ids if token < tokenizer.eot] for ids in tokens]
        frames = [min(ceil(s * FRAMES_PER_SECOND), MOST_FRAMES) for s in seconds]
        return [_timed(row) for row in self._whisper.find_alignment(tokenizer, texts, encoded, frames)]


def _timed(row: list[dict[str, Any]]) -> tuple[TimedWord, ...]:
    """Return the words of one aligned window, punctuation joined to them."""
    merge_punctuations(row, PREPENDED, APPENDED)
    return tuple(
        TimedWord(float(w["start"]), float(w["end"]), w["word"], float(w["probability"]))
        for w in row
        if w["word"].strip()
    )
