"""The community-1 profile: pyannote.audio's own pipeline, from a local folder and called in memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import torch
from pyannote.core import Annotation
from typing_extensions import override

from core import weights
from core.errors import NotReady
from core.fingerprint import fingerprint
from core.progress import Progress, share
from core.settings import Settings
from models.recording import SAMPLE_RATE, Audio
from models.transcript import Diarization, Region, Turn
from transcription.diarization import stitching
from transcription.diarizer import Diarizer, SpeakerBounds
from transcription.engines.devices import choose_device

with warnings.catch_warnings():
    # It warns that torchcodec cannot open files; sound is handed over in memory here.
    warnings.filterwarnings("ignore", message=r"\s*torchcodec is not installed correctly")
    from pyannote.audio import Pipeline

CONFIG = "config.yaml"
_STEPS = {"segmentation": (0.0, 0.4), "embeddings": (0.4, 0.9)}
"""Share of the work of the steps that report how far they are."""
_NO_CONFIDENCE = 0.5
"""pyannote's pipeline says nothing of its certainty."""

Hook = Callable[..., None]


class Output(Protocol):
    """What a pyannote.audio 4 diarization pipeline returns, as far as it is used."""

    @property
    def speaker_diarization(self) -> Annotation:
        """Return turns that may overlap."""

    @property
    def exclusive_speaker_diarization(self) -> Annotation:
        """Return turns that do not."""


class CommunityDiarizer(Diarizer):
    """Who spoke when, by a pyannote.audio 4 pipeline."""

    def __init__(self, pipeline: Callable[..., Output], name: str) -> None:
        self._pipeline = pipeline
        self._name = name

    @classmethod
    def load(cls, settings: Settings) -> CommunityDiarizer:
        """Return the pipeline of `diarizer.community_path`, else of the weights folder.

        Raises `NotReady` where it is absent.
        """
        path = settings.diarizer.community_path or weights.folder(settings.weights, "community-1")
        if not (path / CONFIG).is_file():
            raise NotReady(
                f"The profile community-1 needs a local copy of the pipeline; {path} has no {CONFIG}.",
                "DEBRIEF_DIARIZER__COMMUNITY_PATH=<folder of the copy> ./debrief doctor",
            )
        if settings.threads > 0:
            torch.set_num_threads(settings.threads)
        pipeline = Pipeline.from_pretrained(path)
        pipeline.to(choose_device(settings.device))
        return cls(pipeline, _identity(path))

    @property
    @override
    def fingerprint(self) -> str:
        """Return the name of the pipeline: its configuration and the sizes of its files."""
        return fingerprint("pyannote-community", pipeline=self._name)

    @override
    def diarize(
        self,
        audio: Audio,
        speech: tuple[Region, ...],
        bounds: SpeakerBounds,
        progress: Progress,
        channel: int | None = None,
    ) -> Diarization:
        """Return who spoke when, as the protocol says."""
        regions = tuple(r for r in speech if channel is None or r.channel == channel)
        if not regions:
            return Diarization((), (), 0.0)
        sound = torch.from_numpy(audio.window(0.0, audio.duration_s, channel)[None])
        found = self._pipeline(
            {"waveform": sound, "sample_rate": SAMPLE_RATE, "uri": "recording"},
            min_speakers=bounds.least,
            max_speakers=bounds.most,
            hook=progress_hook(progress),
        )
        turns, exclusive = (
            stitching.near_speech(_turns(annotation), regions)
            for annotation in (found.speaker_diarization, found.exclusive_speaker_diarization)
        )
        turns, exclusive = stitching.renamed(turns, exclusive)
        progress(1.0)
        return Diarization(turns, exclusive, _NO_CONFIDENCE if turns else 0.0)


def progress_hook(progress: Progress) -> Hook:
    """Return a pyannote hook that reports to `progress`; what that raises stops the pipeline.

    pyannote counts in numpy integers and past its own total (32 of 21): cast and clamped.
    """

    def hook(step: str, _artifact: Any, *, total: Any = None, completed: Any = None, **_rest: Any) -> None:
        if step in _STEPS and total is not None and completed is not None:
            share(progress, *_STEPS[step])(float(completed) / max(float(total), 1.0))

    return hook


def _turns(annotation: Annotation) -> tuple[Turn, ...]:
    """Return pyannote's segments as turns in time order."""
    turns = (
        Turn(float(segment.start), float(segment.end), str(label))
        for segment, _, label in annotation.itertracks(yield_label=True)
    )
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.end, turn.speaker)))


def _identity(path: Path) -> str:
    """Return the configuration's text and the names and sizes of the files beside it."""
    files = sorted(file for file in path.rglob("*") if file.is_file() and ".git" not in file.parts)
    sizes = [f"{file.relative_to(path)}:{file.stat().st_size}" for file in files]
    return "\n".join(((path / CONFIG).read_text(encoding="utf-8"), *sizes))
