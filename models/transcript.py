"""Who said what and when. All times are seconds from the start a player shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Which side of the call a speaker is on."""

    REP = "rep"
    CUSTOMER = "customer"
    OTHER = "other"
    UNKNOWN = "unknown"


UNKNOWN_SPEAKER = "unknown"
"""Speaker id of words that no turn explains."""


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of sound in which somebody speaks, on one channel."""

    start: float
    end: float
    channel: int = 0

    @property
    def duration(self) -> float:
        """Return the length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Segment:
    """One decoded window of the recogniser with its quality signs, kept raw."""

    start: float
    end: float
    text: str
    channel: int
    language: str
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word. `spaced`: the written language puts a space before it.

    `speaker` is None until attribution; `speaker_confidence` is 0..1; `overlap` says that
    two people speak during it.
    """

    start: float
    end: float
    text: str
    probability: float
    channel: int = 0
    spaced: bool = True
    speaker: str | None = None
    speaker_confidence: float | None = None
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was said: words in time order, not yet attributed, and the windows they came from."""

    language: str
    language_probability: float
    words: tuple[Word, ...]
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker speaking; turns of different speakers may overlap."""

    start: float
    end: float
    speaker: str

    @property
    def duration(self) -> float:
        """Return the length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Diarization:
    """Who spoke when: `turns` may overlap, `exclusive` turns never do.

    Speakers are named S1, S2, ... in order of first appearance. `overlap_detected` is False
    where the method cannot hear two people at once. `confidence` is 0..1.
    """

    turns: tuple[Turn, ...]
    exclusive: tuple[Turn, ...]
    confidence: float
    overlap_detected: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def speakers(self) -> tuple[str, ...]:
        """Return the speaker ids in order of first appearance."""
        return tuple(dict.fromkeys(turn.speaker for turn in sorted(self.turns, key=lambda t: t.start)))


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice and the side it is on, with the words that say so."""

    id: str
    role: Role
    role_confidence: float
    role_evidence: tuple[RoleEvidence, ...]
    talk_s: float
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class RoleEvidence:
    """Words (or a flag) that speak for a role; `weight` is in log-odds towards that role."""

    role: Role
    weight: float
    quote: str
    start: float | None
    end: float | None
    rule: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """Consecutive words of one speaker: `words[first_word:last_word + 1]` of the transcript."""

    start: float
    end: float
    speaker: str
    text: str
    first_word: int
    last_word: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """The call as attributed text."""

    language: str
    duration_s: float
    speakers: tuple[Speaker, ...]
    words: tuple[Word, ...]
    turns: tuple[Turn, ...]
    utterances: tuple[Utterance, ...]
    diarization_confidence: float
    overlap_detected: bool

    def role(self, speaker: str) -> Role:
        """Return the side a speaker id is on, unknown for an id that is not a speaker."""
        return next((s.role for s in self.speakers if s.id == speaker), Role.UNKNOWN)
