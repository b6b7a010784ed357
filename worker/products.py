"""What the stages hand on, where no nobler part of the tree has a name for it. Plain values, no sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.recording import Recording
from models.review import Depth, JudgedUtterance, MetricValue, SentimentSummary
from models.scorecard import Proposal
from models.tracker import Tracked
from models.transcript import Diarization, Region, Transcript


@dataclass(frozen=True, slots=True)
class Opened:
    """A recording, and what a user should know about how it was read."""

    recording: Recording
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Files in the case's folder for people to play: sound that a browser seeks in, and its outline."""

    playback: str
    peaks: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Where somebody speaks, on which channels of the recording.

    `separate`: one party a channel, so the channels tell who speaks. Otherwise the engines hear one
    channel: the only one of `channels`, or the mix of them.
    """

    channels: tuple[int, ...]
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


@dataclass(frozen=True, slots=True)
class Scored:
    """The call's scores by the scorecards that apply to it, and where trackers found what they look for."""

    proposals: tuple[Proposal, ...]
    tracked: tuple[Tracked, ...]
