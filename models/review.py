"""A review: the judgements and measures of one call, each traceable to its seconds of sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.recording import Recording
from models.transcript import Segment, Transcript


class Side(StrEnum):
    """Whose measure it is."""

    REP = "rep"
    CUSTOMER = "customer"
    CALL = "call"


class SentimentLabel(StrEnum):
    """The mood a text shows; UNCERTAIN where the classifier abstains."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Mood of one utterance: `score` = P(positive) - P(negative), -1..1; probabilities sum to 1."""

    label: SentimentLabel
    score: float
    probabilities: Mapping[str, float]


class Act(StrEnum):
    """What an utterance does in the conversation."""

    QUESTION = "question"
    BACKCHANNEL = "backchannel"
    INFORM = "inform"
    SUGGEST = "suggest"
    OFFER = "offer"
    ASSESS = "assess"
    SOCIAL = "social"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ActJudgement:
    """The act of one utterance and the classifier's probability for it."""

    act: Act
    probability: float


@dataclass(frozen=True, slots=True)
class JudgedUtterance:
    """Judgements of `transcript.utterances[index]`; None where not scorable."""

    index: int
    sentiment: Sentiment | None
    act: ActJudgement | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The seconds of sound that made a number, and a few words on them."""

    start: float
    end: float
    note: str


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One measure of one side. `value` None means not measurable, and `reason` says why."""

    name: str
    side: Side
    value: float | None
    unit: str
    reason: str | None
    version: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class DepthPart:
    """One weighted part of the interaction depth: `score` 0..1 or None with a reason."""

    name: str
    weight: float
    score: float | None
    reason: str | None
    inputs: Mapping[str, float | None]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Depth:
    """Interaction depth 0..100 over the measurable parts, or None with a reason."""

    value: float | None
    reason: str | None
    confidence: float
    parts: tuple[DepthPart, ...]
    version: str


@dataclass(frozen=True, slots=True)
class SentimentPeriod:
    """Mood of one side in a quarter of the call: `score` -1..1, over `utterances` scorable ones."""

    side: Side
    quarter: int
    start: float
    end: float
    score: float | None
    utterances: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class SentimentSummary:
    """Mood of one side over the call, its trend, and the quotes that moved it most.

    `trend` is the least-squares slope over quarters, in score a quarter; `change` is the last
    quarter less the first. `movers` are indexes of utterances, strongest first.
    """

    side: Side
    score: float | None
    trend: float | None
    change: float | None
    reason: str | None
    periods: tuple[SentimentPeriod, ...]
    movers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StageTiming:
    """Wall-clock seconds one stage took."""

    stage: str
    seconds: float


@dataclass(frozen=True, slots=True)
class EngineUse:
    """Which engine did what: capability (asr, vad, diarization, sentiment ...) and its fingerprint."""

    capability: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Review:
    """Everything one pass over a recording found."""

    recording: Recording
    transcript: Transcript
    segments: tuple[Segment, ...]
    judged: tuple[JudgedUtterance, ...]
    sentiment: tuple[SentimentSummary, ...]
    metrics: tuple[MetricValue, ...]
    depth: Depth
    timings: tuple[StageTiming, ...]
    engines: tuple[EngineUse, ...]
    warnings: tuple[str, ...]
    call_type: str
