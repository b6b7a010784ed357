"""Reviews as a run would give them, made without one: short, long, silent, Chinese and hostile."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import importlib.util
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.depth import depth
from analysis.metrics.registry import measure
from analysis.sentiment import summarize
from analysis.turns import conversation
from models.call import CallType
from models.recording import Recording
from models.review import (
    Act,
    ActJudgement,
    EngineUse,
    JudgedUtterance,
    Review,
    Sentiment,
    SentimentLabel,
    StageTiming,
)
from models.transcript import (
    UNKNOWN_SPEAKER,
    Role,
    RoleEvidence,
    Segment,
    Speaker,
    Transcript,
    Turn,
    Utterance,
    Word,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance to make: who, when, what, and how it sounds (-1..1, None where not scorable)."""

    speaker: str
    start: float
    end: float
    text: str
    mood: float | None = 0.0


def review_of(
    lines: Sequence[Line],
    *,
    name: str = "call.wav",
    duration_s: float | None = None,
    language: str = "en",
    call_type: str = "discovery",
    warnings: tuple[str, ...] = (),
) -> Review:
    """Return a complete review of these lines with figures that follow from them."""
    length = duration_s if duration_s is not None else (lines[-1].end + 1 if lines else 5.0)
    transcript = transcript_of(lines, length, language)
    judged = tuple(JudgedUtterance(i, sentiment_of(x.mood), act_of(x.text)) for i, x in enumerate(lines))
    talk = conversation(transcript, judged)
    return Review(
        recording=Recording(name, length, 8000, 1, "ab" * 32, "wav", "pcm_s16le"),
        transcript=transcript,
        segments=segments_of(lines, language),
        judged=judged,
        sentiment=summarize(transcript, judged),
        metrics=measure(talk),
        depth=depth(talk, CallType(call_type)),
        timings=(StageTiming("decode", 0.31), StageTiming("recognise", 4.2), StageTiming("diarize", 2.75)),
        engines=(
            EngineUse("asr", "whisper-base@1f2e3d4c5b6a"),
            EngineUse("diarization", "pyannote@0a1b2c3d4e5f"),
        ),
        warnings=warnings,
        call_type=call_type,
    )


def transcript_of(lines: Sequence[Line], length: float, language: str) -> Transcript:
    """Return the transcript: words spread over each line by their letters, every ninth one doubtful."""
    words: list[Word] = []
    utterances: list[Utterance] = []
    for line in lines:
        first = len(words)
        words.extend(words_of(line, language, first, lines))
        utterances.append(Utterance(line.start, line.end, line.speaker, line.text, first, len(words) - 1))
    turns = tuple(
        Turn(line.start, line.end, line.speaker) for line in lines if line.speaker != UNKNOWN_SPEAKER
    )
    return Transcript(
        language=language,
        duration_s=length,
        speakers=speakers_of(lines),
        words=tuple(words),
        turns=turns,
        utterances=tuple(utterances),
        diarization_confidence=0.87,
        overlap_detected=True,
    )


def words_of(line: Line, language: str, first: int, lines: Sequence[Line]) -> list[Word]:
    """Return the words of one line; Chinese is cut into characters, as the recogniser does."""
    spaced = language not in {"zh", "ja"}
    parts = line.text.split() if spaced else list(line.text)
    letters = sum(map(len, parts)) or 1
    others = [x for x in lines if x.speaker != line.speaker and x.start < line.end and x.end > line.start]
    words, at = [], line.start
    for i, part in enumerate(parts):
        end = at + (line.end - line.start) * len(part) / letters
        words.append(
            Word(
                start=at,
                end=end,
                text=part,
                probability=0.41 if (first + i) % 9 == 4 else 0.96,
                spaced=spaced,
                speaker=line.speaker,
                speaker_confidence=0.6 if line.speaker == UNKNOWN_SPEAKER else 0.93,
                overlap=any(x.start < end and x.end > at for x in others),
            )
        )
        at = end
    return words


def speakers_of(lines: Sequence[Line]) -> tuple[Speaker, ...]:
    """Return the speakers in order of appearance: S1 is the rep, S2 the customer, others other."""
    found = dict.fromkeys(x.speaker for x in lines if x.speaker != UNKNOWN_SPEAKER)
    roles = {"S1": (Role.REP, 0.94), "S2": (Role.CUSTOMER, 0.91)}
    return tuple(_speaker(one, *roles.get(one, (Role.OTHER, 0.55)), lines) for one in found)


def _speaker(one: str, role: Role, confidence: float, lines: Sequence[Line]) -> Speaker:
    """Return a speaker whose role rests on the first line."""
    own = [x for x in lines if x.speaker == one]
    evidence = (RoleEvidence(role, 2.1, own[0].text, own[0].start, own[0].end, "opening"),)
    return Speaker(one, role, confidence, evidence, sum(x.end - x.start for x in own))


def sentiment_of(mood: float | None) -> Sentiment | None:
    """Return a sentiment with this score; small scores are neutral, doubtful ones uncertain."""
    if mood is None:
        return None
    positive, negative = max(mood, 0.0), max(-mood, 0.0)
    rest = 1 - positive - negative
    spread = {"negative": negative + rest * 0.1, "neutral": rest * 0.8, "positive": positive + rest * 0.1}
    label = (
        SentimentLabel.UNCERTAIN
        if 0.2 < abs(mood) < 0.3
        else SentimentLabel(max(spread, key=lambda k: spread[k]))
    )
    return Sentiment(label, spread["positive"] - spread["negative"], spread)


def act_of(text: str) -> ActJudgement:
    """Return question for what ends in a question mark, inform otherwise."""
    return ActJudgement(Act.QUESTION if text.endswith(("?", "？")) else Act.INFORM, 0.9)


def segments_of(lines: Sequence[Line], language: str) -> tuple[Segment, ...]:
    """Return one recogniser window over everything."""
    if not lines:
        return ()
    text = " ".join(x.text for x in lines)[:400]
    return (Segment(lines[0].start, lines[-1].end, text, 0, language, -0.31, 1.42, 0.02),)


def sample_call() -> Review:
    """Return a review of the call that pyannote.audio's wheel ships, from its reference text."""
    spec = importlib.util.find_spec("pyannote.audio")
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / "sample" / "sample.stm").read_text(encoding="utf-8")
    ids = {"Diane": "S1", "Sheila": "S2"}
    moods = (0.0, 0.0, 0.1, -0.1, 0.35, 0.1, 0.0, 0.05, 0.5, 0.0, -0.3, 0.25, 0.1)
    rows = [row.split(maxsplit=5) for row in text.splitlines()]
    lines = [
        Line(ids[row[2]], float(row[3]), float(row[4]), row[5], mood)
        for row, mood in zip(rows, moods, strict=True)
    ]
    return review_of(lines, name="sample.wav", duration_s=30.0, call_type="general")


def sales_call() -> Review:
    """Return a six-minute discovery call with overlaps, a silence and an unplaced line."""
    lines, at = [], 2.0
    for speaker, text, mood, gap in SALES:
        start = at + gap
        at = start + max(0.6, len(text.split()) / 2.6)
        lines.append(Line(speaker, round(start, 2), round(at, 2), text, mood))
    return review_of(
        lines,
        name="Acme renewal, third call.wav",
        warnings=(
            "Two people speak at once for 2 % of the call; words there may be given to the wrong one.",
            "The sound is a telephone band (8 kHz): expect more doubtful words than in a meeting.",
        ),
    )


SALES: tuple[tuple[str, str, float | None, float], ...] = (
    ("S1", "Good afternoon, this is Ana from Northwind, thanks for taking the call today.", 0.45, 0.0),
    ("S2", "Hi Ana. Sure, I have about twenty minutes.", 0.15, 0.3),
    (
        "S1",
        "Perfect. I'd like to understand how the rollout went, then look at the renewal together.",
        0.3,
        0.2,
    ),
    ("S1", "What happened after the first two sites went live?", 0.0, 0.4),
    (
        "S2",
        (
            "Well, the first site was fine. The second one was honestly a mess. The scanners dropped "
            "off the network every afternoon, the night shift went back to paper, and we had to count"
            " the whole warehouse again at the end of the month, which cost us a weekend and a lot of"
            " goodwill."
        ),
        -0.78,
        0.5,
    ),
    ("S1", "Mm-hm.", None, -1.2),
    ("S1", "I'm sorry, a lost weekend is not what you signed up for.", -0.1, 0.9),
    (
        "S1",
        ("When the scanners dropped, who noticed first, and how long did it take until somebody called us?"),
        0.0,
        0.2,
    ),
    (
        "S2",
        "The shift leads noticed within minutes. But nobody knew whom to call, so it took a day.",
        -0.52,
        0.7,
    ),
    ("S2", "And then your support line asked us to restart everything, twice.", -0.66, 0.2),
    ("S1", "That should not have happened, and I have written down the dates so that I can", -0.2, 0.3),
    ("S2", "Sorry, one more thing, the invoice for that month was full price as well.", -0.71, -1.6),
    ("S1", "Understood. Let me see what we can do about that invoice.", 0.1, 0.6),
    ("unknown", "Excuse me, the two o'clock is here.", 0.0, 3.6),
    ("S2", "Give me five minutes, please.", 0.05, 0.3),
    ("S2", "Okay, I'm back.", None, 5.2),
    (
        "S1",
        ("Thank you. If the dropouts were solved for good, what would the next year look like for you?"),
        0.2,
        0.4,
    ),
    (
        "S2",
        (
            "Then it is actually a good product. The people on the first site like it, picking errors"
            " went down by a third, and my boss would sign for the remaining four sites if I could "
            "show that the second one is stable."
        ),
        0.62,
        1.1,
    ),
    ("S1", "A third fewer errors is more than we hoped for. How do you measure that?", 0.4, 0.4),
    ("S2", "Returns per thousand orders. We went from nine to six.", 0.35, 0.5),
    (
        "S1",
        (
            "So here is what I suggest. We put an engineer on your second site for two days next "
            "week, we replace the four access points at our cost, I credit the invoice, and we agree "
            "on one phone number that the shift leads can call at night. Then we look at the numbers "
            "together at the end of the month, and only if they hold do we talk about the other four "
            "sites."
        ),
        0.36,
        0.6,
    ),
    ("S2", "That sounds fair.", 0.58, 0.4),
    ("S2", "What does the engineer need from us?", 0.05, 0.2),
    ("S1", "A floor plan and somebody who knows the shelves. Does Tuesday work?", 0.1, 0.3),
    (
        "S2",
        "Tuesday is good. I'll ask Milan to be there, he'll be glad somebody finally looks at it.",
        0.55,
        0.5,
    ),
    ("S1", "Great, I'll send the invite and a summary today.", 0.5, 0.2),
    ("S2", "Thanks Ana, that was a much better call than I expected.", 0.83, 0.4),
    ("S1", "Thank you, talk on Tuesday. Bye.", 0.5, 0.2),
    ("S2", "Bye.", None, 0.1),
)


def long_call(hours: float = 2.0, seed: int = 7) -> Review:
    """Return a synthetic call of this length with about 10,000 words an hour."""
    chance = random.Random(seed)  # noqa: S311 - made-up talk, no secret
    texts = [(speaker, text) for speaker, text, _, _ in SALES if speaker != UNKNOWN_SPEAKER]
    lines: list[Line] = []
    at = 1.0
    while at < hours * 3600 - 60:
        speaker, text = chance.choice(texts)
        start = at + chance.choice((-0.8, 0.1, 0.2, 0.4, 0.9, 4.0 if chance.random() < 0.2 else 0.3))
        at = start + max(0.6, len(text.split()) / 2.9)
        drift = (at / (hours * 3600) - 0.5) * 0.8
        mood = max(-0.95, min(0.95, chance.gauss(drift, 0.35))) if len(text) > 12 else None
        lines.append(Line(speaker, round(start, 2), round(at, 2), text, mood))
    return review_of(lines, name="Quarterly review with four sites.m4a", duration_s=hours * 3600)


def silent_call() -> Review:
    """Return the review of a recording in which nobody speaks."""
    empty = review_of((), name="silence.wav", warnings=("No speech was found in this recording.",))
    return replace(empty, transcript=replace(empty.transcript, language="", overlap_detected=False))


def chinese_call() -> Review:
    """Return a short call in Mandarin."""
    lines = [
        Line("S1", 0.5, 3.4, "您好，这里是北辰科技的李伟，请问您现在方便吗？", 0.3),
        Line("S2", 3.8, 5.6, "可以，请讲，我有十分钟。", 0.1),
        Line("S1", 6.0, 9.0, "上个月的系统升级之后，仓库那边用得怎么样？", 0.0),
        Line("S2", 9.4, 14.2, "说实话，第二个仓库不太稳定，扫描枪每天下午都会掉线。", -0.7),
        Line("S1", 14.6, 18.0, "非常抱歉，我们下周派工程师到现场处理。", -0.1),
        Line("S2", 18.3, 20.9, "那太好了，谢谢你们的支持！", 0.8),
    ]
    return review_of(lines, name="北辰科技 回访.wav", language="zh")


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '" onmouseover="alert(3)" x=\'',
    "line\u2028separator\u2029paragraph",
    "abc\u202egnp.exe\u202c \u200frtl",
    "{{ 7 * 7 }} {% raw %} ${x} `tick`",
    "<!-- <img src=x onerror=alert(4)> ]]> &amp; &#60;",
    "bell\x07 escape\x1b[31m red\x1b]0;title\x07 nul\x00",
)


def hostile_call() -> Review:
    """Return a review in which every text that a stranger controls tries to break out."""
    lines = [
        Line(("S1", "S2")[i % 2], 1.0 + 3 * i, 3.0 + 3 * i, text, 0.6 if i % 2 else -0.6)
        for i, text in enumerate(HOSTILE)
    ]
    made = review_of(lines, name=HOSTILE[0] + HOSTILE[1] + HOSTILE[2] + "\udcff.wav", warnings=HOSTILE)
    notes = tuple(
        replace(m, reason=HOSTILE[2], evidence=tuple(replace(e, note=HOSTILE[6]) for e in m.evidence))
        for m in made.metrics
    )
    return replace(made, metrics=notes, call_type=HOSTILE[1], engines=(EngineUse(HOSTILE[0], HOSTILE[2]),))
