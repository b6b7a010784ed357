"""Signs that a decoded window is not what was said, and what to do about them.

Batched decoding drops the gates of sequential Whisper (compression, log-probability, no-speech);
they are back here, with signs that sequential Whisper lacks. A window with a sign is decoded again
and the best decode is kept; text is removed only where independent kinds of sign agree.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_COMPRESSION = 2.4
"""Text over zlib-compressed text; above it text repeats itself (openai/whisper `transcribe.py`)."""
LEAST_LOGPROB = -1.0
"""Mean log-probability a token, as openai/whisper `transcribe.py` has it."""
LEAST_WORD_PROBABILITY = 0.35
MOST_NO_SPEECH = 0.6
MOST_WORDS_A_SECOND = 7.0
"""Fast conversational English peaks near 6 words a second of speech."""
MOST_CHARACTERS_A_SECOND = 14.0
"""The same for scripts without spaces: fast Mandarin is near 8 syllables a second."""
LEAST_WORDS_A_SECOND = 1.2
"""Fewer words, or unspaced characters, a second of speech: Whisper passed over some of it."""
ENOUGH_SPEECH_S = 4.0
"""Speech under which a few words may be all there is."""
SHORT_SPEECH_S = 0.5
"""Less speech than this in a window is little to hear words in."""
WEAK_DB = -25.0
"""Level of a window's speech, against the channel's, that is not a voice on this line."""
LOOP_TIMES = 4
LONGEST_PHRASE = 12
"""Longest phrase, in words or unspaced characters, looked for in a loop."""
REPEATED_WINDOWS = 3
STOCK = frozenset(
    {
        "thank you", "thanks", "thank you very much", "thank you so much", "thanks for watching",
        "thank you for watching", "thanks for listening", "thank you for listening", "you", "bye", "bye bye",
        "please subscribe", "subscribe", "like and subscribe", "see you next time",
        "see you in the next video",
        "the end", "so", "okay", "i'm sorry", "oh", "hmm", "mm", "music", "applause", "silence", "foreign",
        "谢谢", "谢谢观看", "谢谢大家", "请不吝点赞", "字幕", "ご視聴ありがとうございました",
        "vielen dank", "merci",
        "untertitel", "gracias", "продолжение следует",
    }
)  # fmt: skip
"""What Whisper says over silence: the "bag of hallucinations" (arXiv 2501.11378)."""
STOCK_PARTS = (
    "subtitles by",
    "subtitled by",
    "amara.org",
    "captions by",
    "transcribed by",
    "字幕由",
    "以下是普通话",
    "untertitel der",
)

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*", re.UNICODE)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]")


class Sign(StrEnum):
    """One thing wrong with a decoded window."""

    COMPRESSION = "compression"
    LOOP = "loop"
    LOGPROB = "low_logprob"
    WORD_PROBABILITY = "low_word_probability"
    NO_SPEECH = "no_speech"
    RATE = "impossible_rate"
    FEW = "few_words"
    LITTLE = "little_speech"
    WEAK = "weak_sound"
    STOCK = "stock_phrase"
    REPEATED = "repeated_text"


class Kind(StrEnum):
    """Where a sign comes from; signs of one kind tend to appear together."""

    TEXT = "text"
    CONFIDENCE = "confidence"
    SOUND = "sound"
    OMISSION = "omission"


KINDS = {
    Sign.COMPRESSION: Kind.TEXT,
    Sign.LOOP: Kind.TEXT,
    Sign.LOGPROB: Kind.CONFIDENCE,
    Sign.WORD_PROBABILITY: Kind.CONFIDENCE,
    Sign.NO_SPEECH: Kind.SOUND,
    Sign.RATE: Kind.TEXT,
    Sign.FEW: Kind.OMISSION,
    Sign.LITTLE: Kind.SOUND,
    Sign.WEAK: Kind.SOUND,
    Sign.STOCK: Kind.TEXT,
    Sign.REPEATED: Kind.TEXT,
}
AGAIN = frozenset({Sign.COMPRESSION, Sign.LOOP, Sign.LOGPROB, Sign.RATE, Sign.FEW})
"""Signs that a second decode may mend."""
PENALTY = {Sign.COMPRESSION: 1.0, Sign.LOOP: 1.0, Sign.RATE: 1.0, Sign.STOCK: 0.5, Sign.FEW: 0.3}
"""What a sign takes off the mean log-probability in the score of a decode."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one decoded window: its text, the decoder's figures, the sound below it.

    `level_db` is the level of the window's speech against the channel's speech.
    """

    text: str
    avg_logprob: float
    no_speech_prob: float
    word_probabilities: tuple[float, ...]
    speech_s: float
    level_db: float


def signs(evidence: Evidence) -> frozenset[Sign]:
    """Return what is wrong with one window; no text, nothing wrong."""
    units = units_of(evidence.text)
    if not units:
        return frozenset()
    mean = _mean(evidence.word_probabilities)
    checks = {
        Sign.COMPRESSION: compression_ratio(evidence.text) > MOST_COMPRESSION,
        Sign.LOOP: loops(units),
        Sign.LOGPROB: evidence.avg_logprob < LEAST_LOGPROB,
        Sign.WORD_PROBABILITY: mean < LEAST_WORD_PROBABILITY,
        Sign.NO_SPEECH: evidence.no_speech_prob > MOST_NO_SPEECH,
        Sign.RATE: impossible_rate(evidence.text, evidence.speech_s),
        Sign.FEW: evidence.speech_s > ENOUGH_SPEECH_S
        and len(units) < LEAST_WORDS_A_SECOND * evidence.speech_s,
        Sign.LITTLE: evidence.speech_s < SHORT_SPEECH_S,
        Sign.WEAK: evidence.level_db < WEAK_DB,
        Sign.STOCK: is_stock(evidence.text),
    }
    return frozenset(sign for sign, found in checks.items() if found)


def score(found: Iterable[Sign], avg_logprob: float) -> float:
    """Return how good a decode is: its mean log-probability less the penalties of its signs."""
    return avg_logprob - sum(PENALTY.get(sign, 0.0) for sign in found)


def repeated(texts: Sequence[str]) -> frozenset[str]:
    """Return the normalised texts that stand alone in `REPEATED_WINDOWS` windows or more."""
    counts = Counter(" ".join(units_of(text)) for text in texts)
    return frozenset(text for text, count in counts.items() if text and count >= REPEATED_WINDOWS)


def is_invented(found: Iterable[Sign]) -> bool:
    """Return whether text was never said: the sound denies it and another kind of sign agrees."""
    kinds = {KINDS[sign] for sign in found} - {Kind.OMISSION}
    return Kind.SOUND in kinds and len(kinds) > 1


def compression_ratio(text: str) -> float:
    """Return UTF-8 bytes over zlib-compressed bytes."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def units_of(text: str) -> tuple[str, ...]:
    """Return lower-case words without punctuation; each unspaced character is one."""
    units: list[str] = []
    for word in _WORD.findall(text.lower()):
        units += list(word) if _UNSPACED.search(word) else [word]
    return tuple(units)


def loops(units: Sequence[str]) -> bool:
    """Return whether some phrase follows itself so often that nobody said it.

    A single word or character must come back twice as often as a longer phrase: people do say
    "no no no no".
    """
    return any(
        _longest_loop(units, size) >= LOOP_TIMES * (2 if size == 1 else 1)
        for size in range(1, min(LONGEST_PHRASE, len(units) // LOOP_TIMES) + 1)
    )


def _longest_loop(units: Sequence[str], size: int) -> int:
    """Return the most times in a row that one phrase of `size` units is said."""
    longest = run = 0
    for i in range(size, len(units)):
        run = run + 1 if units[i] == units[i - size] else 0
        longest = max(longest, run)
    return longest // size + 1


def impossible_rate(text: str, speech_s: float) -> bool:
    """Return whether nobody can say so much in so little time; a second's grace for short speech."""
    units = units_of(text)
    unspaced = sum(1 for unit in units if _UNSPACED.fullmatch(unit))
    return (
        len(units) - unspaced
    ) / MOST_WORDS_A_SECOND + unspaced / MOST_CHARACTERS_A_SECOND > speech_s + 1.0


def is_stock(text: str) -> bool:
    """Return whether the text is one that Whisper says over silence."""
    units = units_of(text)
    plain = ("" if all(_UNSPACED.search(unit) for unit in units) else " ").join(units)
    return plain in STOCK or any(part in text.lower() for part in STOCK_PARTS)


def _mean(values: Sequence[float]) -> float:
    """Return the mean, 1 of nothing."""
    return sum(values) / len(values) if values else 1.0
