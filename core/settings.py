"""Every setting, one frozen object: made in `main()`, passed down.

Environment variables are `DEBRIEF_` plus the path with two underscores between levels, for
example `DEBRIEF_RECOGNIZER__BEAM_SIZE=1`. `docs/configuration.md` is generated from here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DEBRIEF_"
LEVELS = "__"


class Section(BaseModel):
    """A frozen group of settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class DecodeSettings(Section):
    """Bounds on what a recording may be."""

    max_duration_s: float = Field(6 * 3600.0, gt=0)
    """Longest recording accepted, seconds of decoded sound."""
    max_channels: int = Field(8, ge=1)
    """Most channels accepted in one sound stream."""
    max_streams: int = Field(16, ge=1)
    """Most streams (sound, video, subtitles) accepted in one file."""
    timeout_s: float = Field(900.0, gt=0)
    """Wall-clock seconds after which decoding is stopped."""


class SpeechSettings(Section):
    """Voice activity."""

    threshold: float = Field(0.5, gt=0, lt=1)
    """Probability that a stretch of speech must reach somewhere."""
    release: float = Field(0.2, gt=0, lt=1)
    """Probability under which a stretch of speech ends."""
    second_threshold: float = Field(0.35, gt=0, lt=1)
    """Probability that a loud stretch which was dropped must reach when heard again by itself."""
    pause_s: float = Field(0.25, gt=0)
    """Silence that parts two stretches of speech, seconds."""
    shortest_s: float = Field(0.1, gt=0)
    """Shortest stretch of speech kept, seconds."""
    lost_s: float = Field(0.2, gt=0)
    """Loud sound outside speech that is heard again, seconds."""


class RecognizerSettings(Section):
    """Speech to words."""

    weights: str = "whisper-base"
    """Name in the weights manifest, or a path to a CTranslate2 Whisper folder."""
    compute_type: str = "auto"
    """CTranslate2 compute type; `auto` takes the fastest the device supports."""
    beam_size: int = Field(5, ge=1)
    """Beams of the decoder."""
    batch_size: int = Field(8, ge=1)
    """Windows decoded together; on processors each core has a batch of its own."""
    window_s: float = Field(28.0, gt=1, le=29)
    """Longest window, seconds; the recogniser reads 30 s at a time."""
    pad_s: float = Field(0.3, ge=0, le=1)
    """Sound kept around speech in a window, seconds."""


class DiarizerSettings(Section):
    """Who spoke when."""

    profile: Literal["registry", "community-1"] = "registry"
    """`registry`: segmentation-3.0 + CAM++; `community-1`: a local copy of pyannote's pipeline."""
    community_path: Path | None = None
    """Folder of a local clone of pyannote/speaker-diarization-community-1."""


class JudgeSettings(Section):
    """Text classifiers."""

    sentiment: str = "builtin"
    """`builtin`, or a path to any Hugging Face text-classification folder."""
    sentiment_labels: dict[str, Literal["negative", "neutral", "positive"]] = Field(default_factory=dict)
    """For a foreign folder: its label names to ours, where they are not already ours."""
    sentiment_languages: tuple[str, ...] = ()
    """For a foreign folder: languages (ISO 639-1) it knows; empty means all."""
    abstain_below: float = Field(0.5, ge=0, le=1)
    """Probability under which the answer is `uncertain`."""


class Settings(BaseSettings):
    """All settings; nothing needs to be set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=LEVELS,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    weights: Path = Field(default_factory=lambda: _cache_home() / "debrief" / "weights")
    """Folder of fetched weights; by default under the user's cache folder."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where inference runs; `auto` takes a GPU when there is one."""
    threads: int = Field(0, ge=0)
    """Threads of one inference; 0 takes every core."""
    decode: DecodeSettings = DecodeSettings()
    speech: SpeechSettings = SpeechSettings()
    recognizer: RecognizerSettings = RecognizerSettings()
    diarizer: DiarizerSettings = DiarizerSettings()
    judge: JudgeSettings = JudgeSettings()


def _cache_home() -> Path:
    """Return the user's cache folder after the XDG base directory specification."""
    named = os.environ.get("XDG_CACHE_HOME")
    return Path(named) if named else Path.home() / ".cache"


def misspelt(names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return variables with our prefix that are no setting; pydantic ignores those in silence.

    Looks at the process environment where no names are given.
    """
    seen = os.environ if names is None else names
    return tuple(sorted(n for n in seen if n.upper().startswith(PREFIX) and not _known(n)))


def _known(name: str) -> bool:
    """Return whether an environment variable names a setting, or a field inside a section."""
    path = name[len(PREFIX) :].lower().split(LEVELS)
    model: type[BaseModel] | None = Settings
    for part in path:
        if model is None or part not in model.model_fields:
            return False
        kind = model.model_fields[part].annotation
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return True
