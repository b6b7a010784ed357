"""Made-up calls with what real code measures in them: how a rep talks shows in the figures."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.depth import depth
from analysis.metrics.registry import measure
from analysis.sentiment import summarize
from analysis.turns import conversation
from models.call import CallType
from models.recording import Recording
from models.review import Act, ActJudgement, JudgedUtterance, Review, Sentiment, SentimentLabel
from models.transcript import Role, Segment, Speaker, Transcript, Turn, Utterance, Word

REP, CUSTOMER = "S1", "S2"
EXCHANGES = (9, 16)
"""Exchanges of a call, from and to."""
WORD_S = 0.33
OPEN_QUESTIONS = (
    "What happened after the first two sites went live?",
    "How do you measure that today?",
    "Why does that matter for your team this year?",
    "What would have to be true for you to decide?",
)
CLOSED_QUESTIONS = ("Is that right?", "Do you use it already?", "Shall I send it?", "Can you see it?")
PITCH = (
    "so what we do is take all of your documents and put them in one place where everybody finds them",
    "our price depends on how many people use it and on the support that you choose for them",
    "many customers of your size begin with one site and then go on with the others after a month",
)
ANSWERS = (
    "Well the second site was not easy because the scanners dropped off the network every afternoon.",
    "We count returns for a thousand orders and that went down by a third since the spring.",
    "My boss wants to see that it is stable before we talk about a contract for the other sites.",
    "It takes the night shift two hours and nobody is happy about it.",
)
SHORT = ("Mm-hm.", "Right.", "I see.", "Okay.")
STEPS = ("I will send the invite and a summary today, shall we say Tuesday at ten?",)


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody talks: `listens` 0 (never) to 1; the customer's `mood`, -1..1, and how it turns."""

    listens: float
    mood: float
    turn: float


@dataclass(frozen=True, slots=True)
class _Line:
    speaker: str
    start: float
    end: float
    text: str
    mood: float


def talk(chance: random.Random, manner: Manner, call_type: CallType) -> Review:
    """Return the review of a made-up call in that manner, everything in it measured by the real code."""
    lines = list(_lines(chance, manner))
    transcript = _transcript(lines)
    judged = tuple(JudgedUtterance(n, _mood(line.mood), _act(line.text)) for n, line in enumerate(lines))
    spoken = conversation(transcript, judged)
    return Review(
        recording=Recording("call.wav", transcript.duration_s, 8000, 2, "0" * 64, "wav", "pcm_s16le"),
        transcript=transcript,
        segments=(Segment(0.0, lines[-1].end, "", 0, "en", -0.3, 1.4, 0.02),),
        judged=judged,
        sentiment=summarize(transcript, judged),
        metrics=measure(spoken),
        depth=depth(spoken, call_type),
        timings=(),
        engines=(),
        warnings=(),
        call_type=call_type,
    )


def _lines(chance: random.Random, manner: Manner) -> Iterator[_Line]:
    """Yield what is said, one after the other."""
    at, count = 1.0, chance.randint(*EXCHANGES)
    for number in range(count):
        mood = max(-0.95, min(0.95, manner.mood + manner.turn * (number / count - 0.5)))
        for speaker, text in _exchange(chance, manner, last=number == count - 1):
            gap = chance.uniform(0.1, 0.3 + manner.listens)
            if chance.random() > 0.85 + 0.15 * manner.listens:
                gap = -0.6
            start = max(0.2, at + gap)
            at = start + max(0.5, len(text.split()) * WORD_S)
            felt = chance.gauss(mood, 0.25) if speaker == CUSTOMER else 0.1
            yield _Line(speaker, round(start, 2), round(at, 2), text, max(-0.95, min(0.95, felt)))


def _exchange(chance: random.Random, manner: Manner, *, last: bool) -> Iterator[tuple[str, str]]:
    """Yield who says what in one exchange."""
    pitches = 1 + (chance.random() > manner.listens) + (chance.random() > manner.listens)
    for _ in range(pitches):
        yield REP, chance.choice(PITCH).capitalize() + "."
    asks = chance.random() < 0.25 + 0.6 * manner.listens
    yield REP, chance.choice(OPEN_QUESTIONS if asks else CLOSED_QUESTIONS)
    for _ in range(1 + (asks and chance.random() < manner.listens)):
        yield CUSTOMER, chance.choice(ANSWERS if asks else SHORT)
    if chance.random() < manner.listens:
        yield REP, chance.choice(SHORT)
    if last:
        yield REP, chance.choice(STEPS)


def _transcript(lines: list[_Line]) -> Transcript:
    words, utterances = list[Word](), list[Utterance]()
    for line in lines:
        first, parts = len(words), line.text.split()
        step = (line.end - line.start) / len(parts)
        words += [
            Word(
                line.start + n * step,
                line.start + (n + 1) * step,
                part,
                0.95,
                speaker=line.speaker,
                speaker_confidence=0.9,
            )
            for n, part in enumerate(parts)
        ]
        utterances.append(Utterance(line.start, line.end, line.speaker, line.text, first, len(words) - 1))
    return Transcript(
        language="en",
        duration_s=lines[-1].end + 1.0,
        speakers=tuple(
            _speaker(lines, name, role) for name, role in ((REP, Role.REP), (CUSTOMER, Role.CUSTOMER))
        ),
        words=tuple(words),
        turns=tuple(Turn(line.start, line.end, line.speaker) for line in lines),
        utterances=tuple(utterances),
        diarization_confidence=0.9,
        overlap_detected=True,
    )


def _speaker(lines: list[_Line], name: str, role: Role) -> Speaker:
    return Speaker(name, role, 0.95, (), sum(one.end - one.start for one in lines if one.speaker == name))


def _mood(score: float) -> Sentiment:
    positive, negative = max(score, 0.0), max(-score, 0.0)
    spread = {"negative": negative, "neutral": 1 - positive - negative, "positive": positive}
    return Sentiment(SentimentLabel(max(spread, key=lambda name: spread[name])), score, spread)


def _act(text: str) -> ActJudgement:
    if text in SHORT:
        return ActJudgement(Act.BACKCHANNEL, 0.9)
    return ActJudgement(Act.QUESTION if text.endswith("?") else Act.INFORM, 0.9)
