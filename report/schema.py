"""The shape of a review as JSON: these models are the one source of `docs/report.schema.json`.

A key here never changes its meaning under the same `SCHEMA`; one that must change gets a new number.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.review import Act, SentimentLabel, Side
from models.transcript import Role
from report.text import well_formed

SCHEMA = "debrief.review/1"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "urn:debrief:review:1"

TIME_DECIMALS = 3
VALUE_DECIMALS = 4


def _rounded(decimals: int) -> BeforeValidator:
    """Return a rule that rounds numbers; rounding is monotone, so order survives, and -0 becomes 0."""
    return BeforeValidator(lambda value: value if value is None else round(value, decimals) + 0.0)


Text = Annotated[str, BeforeValidator(lambda value: well_formed(value) if isinstance(value, str) else value)]
Seconds = Annotated[float, Field(ge=0), _rounded(TIME_DECIMALS)]
Number = Annotated[float, _rounded(VALUE_DECIMALS)]
Share = Annotated[float, Field(ge=0, le=1), _rounded(VALUE_DECIMALS)]
Mood = Annotated[float, Field(ge=-1, le=1), _rounded(VALUE_DECIMALS)]
Hundred = Annotated[float, Field(ge=0, le=100), _rounded(VALUE_DECIMALS)]
Count = Annotated[int, Field(ge=0)]


class Shape(BaseModel):
    """A frozen object whose keys are all present and all known; no number is NaN or infinite."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        from_attributes=True,
        allow_inf_nan=False,
        populate_by_name=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class RecordingShape(Shape):
    """The file that was handed in."""

    name: Text
    """Name for people."""
    duration_s: Seconds
    """Length a player shows."""
    sample_rate_hz: Count
    """Sample rate of the original."""
    channels: Count
    """Channels of the original."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Hash of the original's bytes."""
    container: Text
    """Container format."""
    codec: Text
    """Codec of the sound stream."""


class RoleEvidenceShape(Shape):
    """Words, or a setting, that speak for a role."""

    role: Role
    weight: Number
    """Log-odds towards the role."""
    quote: Text
    start: Seconds | None
    end: Seconds | None
    rule: Text
    """What was matched."""


class SpeakerShape(Shape):
    """A voice and the side it is on."""

    id: Text
    role: Role
    role_confidence: Share
    role_evidence: tuple[RoleEvidenceShape, ...]
    talk_s: Seconds
    """Seconds of speech."""
    channel: Count | None
    """Channel the voice was recorded on; null where channels do not separate the sides."""


class WordShape(Shape):
    """A spoken word."""

    start: Seconds
    end: Seconds
    text: Text
    speaker: Text | None
    """Id of a speaker; `unknown` where no turn explains the word."""
    probability: Share
    """The recogniser's probability."""
    speaker_confidence: Share | None
    overlap: bool
    """Two people speak during the word."""
    spaced: bool
    """The written language puts a space before it."""
    channel: Count


class TurnShape(Shape):
    """One speaker speaking; turns of different speakers may overlap."""

    start: Seconds
    end: Seconds
    speaker: Text


class ProbabilitiesShape(Shape):
    """Probability of each mood; they sum to 1 before rounding."""

    negative: Share
    neutral: Share
    positive: Share


class SentimentShape(Shape):
    """Mood of one utterance, read from its text."""

    label: SentimentLabel
    """`uncertain` where the classifier abstains."""
    score: Mood
    """P(positive) - P(negative)."""
    probabilities: ProbabilitiesShape


class ActShape(Shape):
    """What an utterance does in the conversation."""

    act: Act
    probability: Share


class UtteranceShape(Shape):
    """Consecutive words of one speaker: `words[first_word]` to `words[last_word]`."""

    start: Seconds
    end: Seconds
    speaker: Text
    text: Text
    first_word: Count
    last_word: Annotated[int, Field(ge=-1)]
    sentiment: SentimentShape | None
    """Null where not scorable: too short, or a language the classifier does not know."""
    act: ActShape | None


class EvidenceShape(Shape):
    """The seconds of sound that made a number."""

    start: Seconds
    end: Seconds
    note: Text


class MetricShape(Shape):
    """One measure of one side."""

    name: Text
    side: Side
    value: Number | None
    """Null where not measurable; `reason` says why."""
    unit: Text
    reason: Text | None
    version: Text
    evidence: tuple[EvidenceShape, ...]


class DepthPartShape(Shape):
    """One weighted part of the interaction depth."""

    name: Text
    weight: Share
    score: Share | None
    """Null where not measurable; `reason` says why and the other weights carry the whole."""
    reason: Text | None
    inputs: dict[str, Number | None]
    """The measures the score was made from."""
    evidence: tuple[EvidenceShape, ...]


class DepthShape(Shape):
    """Interaction depth."""

    value: Hundred | None
    reason: Text | None
    confidence: Share
    parts: tuple[DepthPartShape, ...]
    version: Text


class SentimentPeriodShape(Shape):
    """Mood of one side in a quarter of the call."""

    side: Side
    quarter: Annotated[int, Field(ge=1, le=4)]
    start: Seconds
    end: Seconds
    score: Mood | None
    utterances: Count
    """Scorable utterances in the quarter."""
    reason: Text | None


class SentimentSummaryShape(Shape):
    """Mood of one side over the call."""

    side: Side
    score: Mood | None
    trend: Number | None
    """Least-squares slope over the quarters, score a quarter."""
    change: Number | None
    """Last quarter less the first."""
    reason: Text | None
    periods: tuple[SentimentPeriodShape, ...]
    movers: tuple[Count, ...]
    """Indexes into `utterances` of the quotes that moved the mood most, strongest first."""


class DiarizationShape(Shape):
    """How far to trust who spoke when."""

    confidence: Share
    overlap_detected: bool
    """False where the method cannot hear two people at once."""


class SegmentShape(Shape):
    """One decoded window of the recogniser with its quality signs."""

    start: Seconds
    end: Seconds
    text: Text
    channel: Count
    language: Text
    avg_logprob: Number
    compression_ratio: Number
    no_speech_prob: Share
    flags: tuple[Text, ...]


class TimingShape(Shape):
    """Wall-clock seconds one stage took."""

    stage: Text
    seconds: Seconds


class EngineShape(Shape):
    """Which engine did what."""

    capability: Text
    fingerprint: Text


class ReviewShape(Shape):
    """Everything one pass over a recording found. Times are seconds from the start a player shows."""

    schema_: Annotated[Literal["debrief.review/1"], Field(alias="schema")]
    recording: RecordingShape
    call_type: Text
    language: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
    """BCP 47; `und` where nobody speaks."""
    speakers: tuple[SpeakerShape, ...]
    diarization: DiarizationShape
    words: tuple[WordShape, ...]
    turns: tuple[TurnShape, ...]
    utterances: tuple[UtteranceShape, ...]
    segments: tuple[SegmentShape, ...]
    sentiment: tuple[SentimentSummaryShape, ...]
    metrics: tuple[MetricShape, ...]
    depth: DepthShape
    timings: tuple[TimingShape, ...]
    engines: tuple[EngineShape, ...]
    warnings: tuple[Text, ...]


def json_schema() -> dict[str, Any]:
    """Return the published JSON Schema (2020-12)."""
    body = ReviewShape.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": _DIALECT, "$id": _ID, **body, "title": "Debrief review"}
