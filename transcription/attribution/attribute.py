"""Who said which word: words and turns in, words with speakers out. Pure.

Recognisers and diarizers disagree by 0.1 to 0.5 s about where a word lies, most of all beside
pauses and speaker changes, so no word is judged alone: each word's nearness to each speaker's
turns is weighed, and the most likely sequence of speakers through all words is taken, in which
a change of speaker is likely at pauses and sentence ends and unlikely inside a phrase.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.transcript import UNKNOWN_SPEAKER, Diarization, Turn, Word
from transcription.attribution.best_path import best_path, posterior
from transcription.attribution.coverage import Coverage, coverage
from transcription.attribution.sentences import ends_sentence, punctuated
from transcription.attribution.word_repair import repair

Floats = NDArray[np.float64]

NEAR_S = 0.5
"""A word further than this from every turn has no known speaker, seconds."""
LAGS_S = (-0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15)
"""Shifts of word times against turns that are averaged over, seconds."""
HEARD_S = 0.35
"""Only the last part of a word counts: starts are stretched back over the pause before."""
SHARED_WEIGHT = 0.5
"""Share of a word's support that comes from turns that may overlap; the rest from exclusive ones."""
AROUND_WEIGHT = 0.1
"""What speech in the `NEAR_S` around a word counts, where turns explain less than half of it."""
DOUBT = 0.004
"""Likelihood that every speaker has everywhere ..."""
CLEAR_S = 0.3
"""... but for a word inside another's turn with this much room, seconds, and nobody else near:"""
CLEAR_DOUBT = 1e-6
"""then none but the other, whatever phrase it stands in."""
PAUSE_S = 0.25
"""A silence from which on a change of speaker is likely, seconds."""
CHANGE_INSIDE, CHANGE_COMMA, CHANGE_PAUSE, CHANGE_SENTENCE, CHANGE_BOTH = 0.005, 0.1, 0.1, 0.3, 0.3
"""Probability that another speaker goes on: inside a phrase, after a comma, after a pause, after
the end of a sentence, after both of these. Tuned together with the above by word-speaker error on
Whisper's words of 13 recordings and mixtures against true, shifted, jittered (0.15 and 0.3 s),
thinned and merged turns: 2.4 %, against 4.3 % for the speaker at each word's middle."""
OVERLAPPED = 0.5
"""Two people talk over a word when both cover at least this share of it."""
PHRASE_GAP_S = 0.6
"""Words of one channel closer than this stay together when channels are merged, seconds."""


def attribute(words: tuple[Word, ...], diarization: Diarization) -> tuple[Word, ...]:
    """Return the words with possible times, speaker, confidence and overlap; order and text kept.

    `speaker_confidence` is the posterior of the speaker less that of the next likely one, 0..1.
    A word near no turn is left `UNKNOWN_SPEAKER` with confidence 0, unless the recording has
    one speaker only.
    """
    speakers = _speakers(diarization)
    if not words or not speakers:
        return tuple(replace(w, speaker=UNKNOWN_SPEAKER, speaker_confidence=0.0) for w in repair(words))
    repaired = repair(words)
    voices = tuple(_voice(diarization, speaker) for speaker in speakers)
    spans = _spans(repaired)
    likelihood = _likelihood(spans, voices)
    change = _change(repaired)
    path, belief = best_path(likelihood, change), posterior(likelihood, change)
    known = _near(spans, voices) if len(speakers) > 1 else np.ones(len(words), dtype=np.bool_)
    overlap = _overlap(spans, voices)
    return tuple(
        replace(
            word,
            speaker=speakers[state] if is_known else UNKNOWN_SPEAKER,
            speaker_confidence=margin if is_known else 0.0,
            overlap=is_overlap,
        )
        for word, state, margin, is_known, is_overlap in zip(
            repaired, path.tolist(), _margins(belief, path), known.tolist(), overlap.tolist(), strict=True
        )
    )


def attribute_channels(words: tuple[Word, ...], speaker_of_channel: Mapping[int, str]) -> tuple[Word, ...]:
    """Return the words of isolated channels, each with its channel's speaker, phrase after phrase.

    Words of one channel keep their order and phrases stay whole; phrases are ordered by start,
    so that two people talking at once do not shred each other's sentences. A channel without a
    speaker gives `UNKNOWN_SPEAKER`. `overlap` is set where another channel's words cover half.
    """
    repaired = repair(words)
    channels = sorted({word.channel for word in repaired})
    by_channel = {c: tuple(word for word in repaired if word.channel == c) for c in channels}
    spoken = {c: _spoken(by_channel[c]) for c in channels}
    phrases: list[tuple[Word, ...]] = []
    for channel, own in by_channel.items():
        others = tuple(spoken[c] for c in channels if c != channel)
        phrases.extend(_phrases(_placed(own, speaker_of_channel.get(channel), others)))
    phrases.sort(key=lambda phrase: phrase[0].start)
    return tuple(word for phrase in phrases for word in phrase)


@dataclass(frozen=True, slots=True)
class _Voice:
    """When one speaker speaks: alone by the diarizer's choice, and at all."""

    exclusive: Coverage
    shared: Coverage


@dataclass(frozen=True, slots=True)
class _Spans:
    """Times of words, shape (words,) each; `ends` are later than `starts`."""

    starts: Floats
    ends: Floats

    @property
    def heard_from(self) -> Floats:
        """Return where the part of each word begins that its times are trusted for."""
        return np.asarray(np.maximum(self.starts, self.ends - HEARD_S))


def _speakers(diarization: Diarization) -> tuple[str, ...]:
    """Return every speaker in order of first appearance: an order that names do not influence."""
    turns = sorted((*diarization.turns, *diarization.exclusive), key=lambda turn: (turn.start, turn.end))
    return tuple(dict.fromkeys(turn.speaker for turn in turns))


def _voice(diarization: Diarization, speaker: str) -> _Voice:
    return _Voice(
        coverage(turn for turn in diarization.exclusive if turn.speaker == speaker),
        coverage(turn for turn in diarization.turns if turn.speaker == speaker),
    )


def _spans(words: tuple[Word, ...]) -> _Spans:
    starts = np.array([word.start for word in words])
    ends = np.array([word.end for word in words])
    return _Spans(starts, np.maximum(ends, starts + 0.02))


def _inside(spans: _Spans, voice: _Voice) -> Floats:
    """Return the share of each word, 0..1, during which the speaker speaks, times being uncertain."""
    first = spans.heard_from
    total = np.zeros_like(first)
    for lag in LAGS_S:
        alone = voice.exclusive.within(first + lag, spans.ends + lag)
        shared = voice.shared.within(first + lag, spans.ends + lag)
        total += (1 - SHARED_WEIGHT) * alone + SHARED_WEIGHT * shared
    return np.asarray(total / len(LAGS_S) / (spans.ends - first))


def _around(spans: _Spans, voice: _Voice) -> Floats:
    """Return the share, 0..1, of each word and the `NEAR_S` on both sides that the speaker speaks."""
    seconds = voice.shared.within(spans.starts - NEAR_S, spans.ends + NEAR_S)
    return np.asarray(seconds / (spans.ends - spans.starts + 2 * NEAR_S))


def _likelihood(spans: _Spans, voices: tuple[_Voice, ...]) -> Floats:
    """Return how well each speaker explains each word's time, shape (words, speakers), positive."""
    inside = np.column_stack([_inside(spans, voice) for voice in voices])
    around = np.column_stack([_around(spans, voice) for voice in voices])
    unexplained = np.maximum(1.0 - 2.0 * inside.sum(axis=1, keepdims=True), 0.0)
    support = inside + AROUND_WEIGHT * unexplained * around
    first, last = spans.starts - CLEAR_S, spans.ends + CLEAR_S
    alone = np.column_stack([voice.exclusive.within(first, last) for voice in voices])
    anybody = np.column_stack([voice.shared.within(first, last) for voice in voices])
    filled = alone.max(axis=1) >= last - first - 1e-6
    clear = filled & (np.sum(anybody > 0, axis=1) <= 1)
    doubt = np.where(clear[:, None] & (alone < alone.max(axis=1, keepdims=True)), CLEAR_DOUBT, DOUBT)
    return np.asarray(doubt + support * np.where(doubt == DOUBT, 1.0, 0.0))


def _change(words: tuple[Word, ...]) -> Floats:
    """Return the probability that each word's speaker is not the one of the word before."""
    return np.array([CHANGE_BOTH, *(_change_between(before, word) for before, word in pairwise(words))])


def _change_between(before: Word, word: Word) -> float:
    pause = max(word.start, word.end - HEARD_S) - before.end > PAUSE_S
    if ends_sentence(before, word):
        return CHANGE_BOTH if pause else CHANGE_SENTENCE
    if pause:
        return CHANGE_PAUSE
    return CHANGE_COMMA if punctuated(before) else CHANGE_INSIDE


def _near(spans: _Spans, voices: tuple[_Voice, ...]) -> NDArray[np.bool_]:
    """Return which words lie within `NEAR_S` of any turn."""
    first, last = spans.starts - NEAR_S, spans.ends + NEAR_S
    reach = [v.shared.within(first, last) + v.exclusive.within(first, last) for v in voices]
    return np.asarray(np.sum(reach, axis=0) > 0)


def _overlap(spans: _Spans, voices: tuple[_Voice, ...]) -> NDArray[np.bool_]:
    """Return during which words two or more people speak."""
    share = [v.shared.within(spans.starts, spans.ends) / (spans.ends - spans.starts) for v in voices]
    return np.asarray(np.sum(np.array(share) >= OVERLAPPED, axis=0) > 1)


def _margins(belief: Floats, path: NDArray[np.intp]) -> list[float]:
    """Return by how much each word's speaker is likelier than the likeliest other, never below 0."""
    steps = np.arange(len(path))
    own = belief[steps, path]
    rest = belief.copy()
    rest[steps, path] = 0.0
    margins: list[float] = np.maximum(own - rest.max(axis=1), 0.0).tolist()
    return margins


def _spoken(words: tuple[Word, ...]) -> Coverage:
    return coverage(Turn(word.start, word.end, "") for word in words)


def _placed(words: tuple[Word, ...], speaker: str | None, others: tuple[Coverage, ...]) -> tuple[Word, ...]:
    """Return one channel's words with their speaker, sure, and whether others talk over them."""
    spans = _spans(words)
    share = [other.within(spans.starts, spans.ends) / (spans.ends - spans.starts) for other in others]
    overlap = np.sum(np.array(share).reshape(len(others), len(words)) >= OVERLAPPED, axis=0) > 0
    name, sure = (UNKNOWN_SPEAKER, 0.0) if speaker is None else (speaker, 1.0)
    return tuple(
        replace(word, speaker=name, speaker_confidence=sure, overlap=shared)
        for word, shared in zip(words, overlap.tolist(), strict=True)
    )


def _phrases(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """Yield runs of words without a pause or a sentence end inside."""
    first = 0
    for index, (before, word) in enumerate(pairwise(words), start=1):
        if word.start - before.end >= PHRASE_GAP_S or ends_sentence(before, word):
            yield words[first:index]
            first = index
    yield words[first:]
