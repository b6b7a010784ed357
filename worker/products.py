"""What the stages hand on, where no nobler part of the tree has a name for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.recording import Audio
from models.review import Depth, JudgedUtterance, MetricValue, SentimentSummary
from models.transcript import Diarization, Region, Transcript


@dataclass(frozen=True, slots=True)
class Heard:
    """Where somebody speaks: the sound the engines hear, and its speech.

    `separate`: one party a channel, so the channels tell who speaks. Otherwise `audio` has one.
    """

    audio: Audio
    separate: bool
    speech: tuple[Region, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voices:
    """Who spoke when, and which channel each speaker is on where channels are separate."""

    diarization: Diarization
    channel_of_speaker: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Attributed:
    """The call as attributed text."""

    transcript: Transcript
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement of every utterance."""

    utterances: tuple[JudgedUtterance, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of the call."""

    metrics: tuple[MetricValue, ...]
    sentiment: tuple[SentimentSummary, ...]
    depth: Depth
