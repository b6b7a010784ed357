"""Questions of a call, each with its seconds, its asker, and whether it takes up what the other said."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis import questions
from analysis import tokens as text_tokens
from analysis.pieces import SideTurn, spoken
from analysis.wordlists import english, mandarin
from models.review import JudgedUtterance
from models.transcript import Transcript, Word

CONTEXT_TURNS = 2
"""How many turns of the other side a question may take up."""
CONTEXT_S = 60.0
"""How long ago those may have ended."""
CONTEXT_WORDS = 3
"""A context shorter than this says nothing that could be taken up."""
PAUSE_S = 1.5
"""A pause this long ends a sentence that nobody punctuated."""
BREATH_S = 0.3
"""A shorter pause is no pause, whoever speaks in it."""
_ENDS = (".", "?", "!", "。", "\N{FULLWIDTH QUESTION MARK}", "\N{FULLWIDTH EXCLAMATION MARK}", "…")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in the call; `follow_up`: it builds on what the other side has just said."""

    start: float
    end: float
    party: str
    text: str
    kind: questions.QuestionKind
    follow_up: bool


def asked(
    transcript: Transcript,
    judged: Sequence[JudgedUtterance],
    side: Mapping[str, str],
    turns: Sequence[SideTurn],
) -> tuple[Asked, ...]:
    """Return every question in time order; none for a language whose questions are not known."""
    if transcript.language not in questions.LANGUAGES:
        return ()
    acts = {j.index: j.act for j in judged}
    found: list[Asked] = []
    for index, sentences in _by_utterance(transcript, side, turns).items():
        texts = tuple(s.text for s in sentences)
        for question in questions.find(texts, transcript.language, acts.get(index)):
            said = sentences[question.sentence]
            who = side[said.speaker]
            follows = follows_up(said.text, context(turns, said.start, who), transcript.language)
            found.append(Asked(said.start, said.end, who, said.text, question.kind, follows))
    return tuple(sorted(found, key=lambda q: q.start))


def context(turns: Sequence[SideTurn], moment: float, who: str) -> str:
    """Return what other parties said in their last turns before a moment."""
    at = bisect_right(turns, moment, key=lambda t: t.start)
    others = [t for t in reversed(turns[max(at - 3 * CONTEXT_TURNS, 0) : at]) if t.party != who]
    recent = [t.text for t in others[:CONTEXT_TURNS] if moment - t.end < CONTEXT_S and t.text]
    return " ".join(reversed(recent))


def follows_up(question: str, before: str, language: str) -> bool:
    """Return whether a question shares a content word with what came before, or opens by leaning on it."""
    if len(text_tokens.tokens(before)) < CONTEXT_WORDS:
        return False
    if text_tokens.content(question) & text_tokens.content(before):
        return True
    if language == text_tokens.CHINESE:
        return mandarin.FOLLOW_UP.search(question) is not None
    opening = " ".join(_without_hesitation(text_tokens.tokens(question))) + " "
    return opening.startswith(tuple(f"{start} " for start in english.FOLLOW_UP_STARTS))


def _without_hesitation(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words after leading hesitation; `so` stays, for it leans on what was said."""
    i = 0
    while i < len(words) and words[i] in english.HESITATION and words[i] not in {"so", "and"}:
        i += 1
    return words[i:]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What one speaker says up to sentence-ending punctuation or a pause, others' words left out."""

    start: float
    end: float
    speaker: str
    text: str


def _by_utterance(
    transcript: Transcript, side: Mapping[str, str], turns: Sequence[SideTurn]
) -> dict[int, list[_Sentence]]:
    """Return the sentences of every speaker, keyed by the utterance in which each ends.

    Utterances are cut wherever another speaker's word falls between; sentences only by a turn.
    """
    home = {i: n for n, u in enumerate(transcript.utterances) for i in range(u.first_word, u.last_word + 1)}
    streams: dict[str, list[tuple[int, Word]]] = {}
    for i, word in enumerate(transcript.words):
        if word.speaker is not None:
            streams.setdefault(word.speaker, []).append((home.get(i, -1), word))
    found: dict[int, list[_Sentence]] = {}
    for speaker, stream in streams.items():
        begin = 0
        for i in range(len(stream)):
            word, after = stream[i][1], stream[i + 1][1] if i + 1 < len(stream) else None
            if after is None or _ends(word, after) or _replied(word, after, side[speaker], turns):
                words = [w for _, w in stream[begin : i + 1]]
                sentence = _Sentence(words[0].start, max(w.end for w in words), speaker, spoken(words))
                found.setdefault(stream[i][0], []).append(sentence)
                begin = i + 1
    return found


def _ends(word: Word, following: Word) -> bool:
    """Return whether a sentence ends between two words of one speaker.

    A full stop before a small letter ends nothing: "8 a.m. or 10 a.m."
    """
    if following.start - word.end > PAUSE_S:
        return True
    text = word.text.rstrip()
    return text.endswith(_ENDS) and not (text.endswith(".") and following.text.strip()[:1].islower())


def _replied(word: Word, following: Word, who: str, turns: Sequence[SideTurn]) -> bool:
    """Return whether another party takes a turn in the pause between two words of one speaker."""
    if following.start - word.end < BREATH_S:
        return False
    first = bisect_left(turns, word.end - BREATH_S, key=lambda t: t.start)
    last = bisect_right(turns, following.start, key=lambda t: t.start)
    return any(t.party != who for t in turns[first:last])
