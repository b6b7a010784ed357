"""From decoded windows to a recognition: flags set, inventions removed, words placed in the recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, quantiles

import numpy as np
from numpy.typing import NDArray

from models.transcript import Recognition, Region, Segment, Word
from transcription.attribution.word_repair import repair
from transcription.recognition import guards
from transcription.recognition.guards import Sign
from transcription.recognition.language import UNSURE, Languages
from transcription.recognition.packing import Window

UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages written without spaces between words."""
REMOVED = "removed"
DECODED_AGAIN = "decoded_again"
DOUBTFUL = 0.5
"""Mean word probability of a call under which nothing it says should be relied on."""
MANY_WORDS = 20
MISSED_S = 0.4
"""Shortest speech without a word that is heard again, seconds."""
WORTH_HEARING_S = 1.5
"""Missed speech in all under which another pass is not worth its time: it finds half a word."""
WORTH_HEARING_SHARE = 0.02
"""The same as a share of all speech: each pass costs a whole window, a tenth of the time of a short call."""
NEAR_S = 1.0
OUTSIDE_S = 0.3
"""How far outside speech a word may reach."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as the decoder writes it (leading space kept), in seconds of the window's sound."""

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a window says, with the decoder's own figures."""

    text: str
    words: tuple[TimedWord, ...]
    avg_logprob: float
    no_speech_prob: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One decoded window: the better of its decodes and the level of its sound in dBFS."""

    window: Window
    language: str
    decoded: Decoded
    level_db: float
    again: bool = False

    def signs(self, channel_db: float | None = None) -> frozenset[Sign]:
        """Return what is wrong with it; `channel_db` is the level of speech on its channel, if known."""
        evidence = guards.Evidence(
            text=self.decoded.text,
            avg_logprob=self.decoded.avg_logprob,
            no_speech_prob=self.decoded.no_speech_prob,
            word_probabilities=tuple(word.probability for word in self.decoded.words),
            speech_s=self.window.speech_s,
            level_db=0.0 if channel_db is None else self.level_db - channel_db,
        )
        return guards.signs(evidence)

    def score(self) -> float:
        """Return how good the decode is beside others of the same window."""
        return guards.score(self.signs(), self.decoded.avg_logprob)


def recognition(heard: Sequence[Heard], languages: Languages) -> Recognition:
    """Return the words of all windows in time order; invented text stays in its segment only."""
    ordered = sorted(heard, key=lambda h: (h.window.start, h.window.channel))
    levels = _channel_levels(ordered)
    again = guards.repeated([h.decoded.text for h in ordered])
    segments: list[Segment] = []
    words: list[Word] = []
    for one in ordered:
        found = one.signs(levels[one.window.channel])
        if " ".join(guards.units_of(one.decoded.text)) in again:
            found |= {Sign.REPEATED}
        invented = guards.is_invented(found)
        segments.append(_segment(one, found, removed=invented))
        words += [] if invented else _words(one)
    words.sort(key=lambda word: (word.start, word.channel))
    return Recognition(
        language=languages.main,
        language_probability=languages.probability,
        words=repair(tuple(words)),
        segments=tuple(segments),
        warnings=tuple(_warnings(segments, words, languages)),
    )


def missed(heard: Sequence[Heard]) -> tuple[Region, ...]:
    """Return the stretches of speech in which no word lies, none where they come to little.

    Whisper passes over short answers beside longer speech: of one meeting's two "mm-hmm", a
    "yeah" and a "yep" it wrote none, and all when it heard them by themselves.
    """
    stretches = tuple(
        region
        for one in heard
        for region in one.window.speech
        if region.duration >= MISSED_S and not any(_overlap(word, region) for word in _words(one))
    )
    speech_s = sum(one.window.speech_s for one in heard)
    worth_s = max(WORTH_HEARING_S, WORTH_HEARING_SHARE * speech_s)
    return stretches if sum(region.duration for region in stretches) >= worth_s else ()


def additions(first: Sequence[Heard], second: Iterable[Heard]) -> list[Heard]:
    """Return what a second hearing of missed speech adds, nothing doubtful and nothing said twice.

    The aligner may have put a word of the missed stretch into its neighbour: the same word close
    by is taken for the same.
    """
    known = [word for one in first for word in _words(one)]
    added: list[Heard] = []
    for one in second:
        if one.signs() - {Sign.LITTLE, Sign.STOCK}:
            continue
        fresh = tuple(w for w in one.decoded.words if not _is_known(one, w, known))
        text = "".join(word.text for word in fresh)
        added += [replace(one, decoded=replace(one.decoded, words=fresh, text=text))] if fresh else []
    return added


def _is_known(one: Heard, word: TimedWord, known: Sequence[Word]) -> bool:
    """Return whether the same word stands close by on the same channel, or the word is too doubtful."""
    start, end = one.window.place(word.start, word.end)
    unit = guards.units_of(word.text)
    close = (
        w
        for w in known
        if w.channel == one.window.channel and w.start < end + NEAR_S and w.end > start - NEAR_S
    )
    return word.probability < DOUBTFUL or any(guards.units_of(w.text) == unit for w in close)


def _overlap(word: Word, region: Region) -> bool:
    """Return whether a word lies in a stretch of speech, in part."""
    return word.start < region.end and word.end > region.start


def level_db(sound: NDArray[np.float32]) -> float:
    """Return the root-mean-square level of a sound in dBFS."""
    return float(10 * np.log10(np.square(sound, dtype=np.float64).mean() + 1e-12)) if len(sound) else -120.0


def _channel_levels(heard: Iterable[Heard]) -> dict[int, float]:
    """Return the level of speech on each channel: the upper quartile of its windows."""
    levels: dict[int, list[float]] = {}
    for one in heard:
        levels.setdefault(one.window.channel, []).append(one.level_db)
    return {c: quantiles(own, n=4)[2] if len(own) > 1 else own[0] for c, own in levels.items()}


def _segment(one: Heard, found: frozenset[Sign], *, removed: bool) -> Segment:
    """Return the window as a raw segment with its flags."""
    extra = [REMOVED] * removed + [DECODED_AGAIN] * one.again
    return Segment(
        start=one.window.start,
        end=one.window.end,
        text=one.decoded.text.strip(),
        channel=one.window.channel,
        language=one.language,
        avg_logprob=one.decoded.avg_logprob,
        compression_ratio=guards.compression_ratio(one.decoded.text),
        no_speech_prob=one.decoded.no_speech_prob,
        flags=(*sorted(found), *extra),
    )


def _words(one: Heard) -> list[Word]:
    """Return the words of a window at their place in the recording, those outside speech left out."""
    spaced = one.language not in UNSPACED
    words: list[Word] = []
    for word in one.decoded.words:
        place = one.window.within_speech(*one.window.place(word.start, word.end), OUTSIDE_S)
        text = word.text.strip()
        if place is None or not guards.units_of(text):
            continue
        # A piece without the space of its word goes on with the one before: "high" + "-end".
        apart = word.text.startswith(" ") or (spaced and not words)
        start, end = round(place[0], 2), round(place[1], 2)
        words.append(Word(start, end, text, word.probability, one.window.channel, spaced=apart))
    return words


def _warnings(segments: Sequence[Segment], words: Sequence[Word], languages: Languages) -> list[str]:
    """Return what a reader should know of how the words came about."""
    warnings: list[str] = []
    removed = sum(REMOVED in segment.flags for segment in segments)
    if removed:
        warnings.append(f"Text in {removed} stretches of sound was left out: nobody says it there.")
    if len(words) >= MANY_WORDS and mean(word.probability for word in words) < DOUBTFUL:
        warnings.append("Hardly a word is certain: the sound is poor, or the language is another.")
    if languages.probability < UNSURE:
        warnings.append(f"The language is uncertain: taken as {languages.main}. Give it with --language.")
    if len(languages.spoken) > 1:
        warnings.append(f"Several languages are spoken: {', '.join(sorted(languages.spoken))}.")
    return warnings
