"""The registry profile: segmentation-3.0 and CAM++, each second embedded once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from typing_extensions import override

from core.fingerprint import fingerprint
from core.progress import Progress, share
from core.settings import Settings
from core.weights import folder
from models.recording import Audio
from models.transcript import Diarization, Region
from transcription.diarization import powerset, stitching
from transcription.diarization.clustering import Pooled, Projection, Voices, find_voices
from transcription.diarization.runs import Runs, find_runs
from transcription.diarization.windows import (
    FIRST_CENTRE,
    FRAME_SAMPLES,
    WINDOW_SAMPLES,
    choose_hop,
    starts,
)
from transcription.diarization.witness import Witness
from transcription.diarizer import Diarizer, SpeakerBounds
from transcription.engines.campplus import SUBSAMPLING, CAMPPlus, load_campplus
from transcription.engines.community import CommunityDiarizer
from transcription.engines.devices import choose_device
from transcription.engines.segmentation import PyanNet, load_segmentation, posteriors
from transcription.engines.voiceprint import (
    HOP_SAMPLES,
    LENGTH_SAMPLES,
    filterbank_frames,
    filterbanks,
    pool,
    projection,
)

SEGMENTATION = "segmentation-3.0"
EMBEDDING = "campplus-zh-en"
METHOD_VERSION = 3
"""Part of the fingerprint: raised whenever the arithmetic between the two networks changes."""
_CPU_BATCH = 4
_GPU_BATCH = 64
_MARGIN_FRAMES = 10
"""Filterbank frames (0.1 s) around speech that the embedder sees too."""
_CLEAN_S = 0.8
"""Runs from this length count voices: shorter ones are too noisy to found a cluster on."""
_SHORT_CLEAN_S = 0.3
_ENOUGH_S = 3.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What segmentation found: windows on the frame grid with their powerset probabilities."""

    starts: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    runs: Runs


def load_diarizer(settings: Settings) -> Diarizer:
    """Return the diarizer of the profile that the settings name; raises `NotReady` where it is absent."""
    if settings.diarizer.profile == "community-1":
        return CommunityDiarizer.load(settings)
    return RegistryDiarizer.load(settings)


class RegistryDiarizer(Diarizer):
    """Who spoke when, from weights that a package registry carries."""

    def __init__(self, segmentation: PyanNet, embedder: CAMPPlus, device: torch.device) -> None:
        self._segmentation = segmentation.to(device)
        self._embedder = embedder.to(device)
        self._device = device
        self._project: Projection = projection(embedder)
        self._table = powerset.mapping(3, 2)

    @classmethod
    def load(cls, settings: Settings) -> RegistryDiarizer:
        """Return a diarizer with its weights loaded; raises `NotReady` where they are absent."""
        if settings.threads > 0:
            torch.set_num_threads(settings.threads)
        segmentation = folder(settings.weights, SEGMENTATION) / "pytorch_model.bin"
        embedding = folder(settings.weights, EMBEDDING) / "campplus_cn_en_common.pt"
        device = choose_device(settings.device)
        return cls(load_segmentation(segmentation), load_campplus(embedding), device)

    @property
    @override
    def fingerprint(self) -> str:
        """Return the name of weights and method; where it runs does not matter."""
        return fingerprint(
            "pyannote-registry", segmentation=SEGMENTATION, embedding=EMBEDDING, method=METHOD_VERSION
        )

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
        if not regions or filterbank_frames(audio) == 0:
            return _nobody()
        heard = self._listen(audio, channel, share(progress, 0.0, 0.4))
        if len(heard.runs) == 0:
            return _nobody()
        pooled = self._embed(audio, channel, heard, share(progress, 0.4, 0.95))
        judge = Witness.of(heard.runs, pooled, self._project)
        voices = find_voices(_clean(heard.runs, pooled), self._project, bounds.least, bounds.most, judge)
        if len(voices.centroids) == 0:
            return _nobody()
        diarization = self._turns(audio, heard, pooled, voices, regions)
        progress(1.0)
        return diarization

    def _listen(self, audio: Audio, channel: int | None, progress: Progress) -> Heard:
        """Return the segmentation of the recording in windows of 10 s."""
        samples = int(audio.samples.shape[0])
        first = starts(samples, choose_hop(samples))
        batch = _CPU_BATCH if self._device.type == "cpu" else _GPU_BATCH
        parts = []
        for index in range(0, len(first), batch):
            sound = np.stack([_window(audio, frame, channel) for frame in first[index : index + batch]])
            parts.append(np.nan_to_num(posteriors(self._segmentation, sound, self._device)))
            progress(min(index + batch, len(first)) / len(first))
        probabilities = np.concatenate(parts)
        frames = np.array(first, dtype=np.int64)
        return Heard(frames, probabilities, find_runs(powerset.hard(probabilities, self._table), frames))

    def _embed(self, audio: Audio, channel: int | None, heard: Heard, progress: Progress) -> Pooled:
        """Return the statistics of every run, the embedder having seen speech only."""
        runs = heard.runs
        begin = _filterbank_frame(heard.starts[runs.window] + runs.begin)
        end = _filterbank_frame(heard.starts[runs.window] + runs.end)
        wanted = _covered(begin - _MARGIN_FRAMES, end + _MARGIN_FRAMES, filterbank_frames(audio))
        position = np.concatenate(([0], np.cumsum(wanted)))
        ends = np.stack((begin, end), axis=1).clip(0, len(wanted))
        stretches = -(-position[ends] // SUBSAMPLING)
        return pool(self._embedder, filterbanks(audio, channel, wanted), stretches, self._device, progress)

    def _turns(
        self, audio: Audio, heard: Heard, pooled: Pooled, voices: Voices, regions: tuple[Region, ...]
    ) -> Diarization:
        """Return the turns of the voices found."""
        number = len(voices.centroids)
        windows, frames, _ = heard.probabilities.shape
        shape = (windows, frames, self._table.shape[1])
        assignment = stitching.assign(heard.runs, pooled, voices.centroids, self._project, shape)
        activity = stitching.overlay(heard.probabilities, self._table, assignment, heard.starts, number)
        turns, exclusive = (
            stitching.near_speech(stitching.to_turns(active, audio.duration_s), regions)
            for active in (activity.turns, activity.exclusive)
        )
        turns, exclusive = stitching.renamed(turns, exclusive)
        confidence = (voices.separation + assignment.certainty) / 2 if turns else 0.0
        return Diarization(turns, exclusive, confidence)


def _nobody() -> Diarization:
    """Return the diarization of a recording in which nobody speaks."""
    return Diarization((), (), 0.0)


def _window(audio: Audio, frame: int, channel: int | None) -> NDArray[np.float32]:
    """Return the 10 s of sound that begin at a frame, padded with silence where the recording ends."""
    begin = frame * FRAME_SAMPLES
    sound = audio.samples[begin : begin + WINDOW_SAMPLES].astype(np.float32) / np.float32(32768)
    mono = sound.mean(axis=1, dtype=np.float32) if channel is None else sound[:, channel]
    return np.pad(mono, (0, WINDOW_SAMPLES - len(mono)))


def _filterbank_frame(frame: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the filterbank frame whose middle is nearest to the beginning of a frame."""
    sample = FIRST_CENTRE - FRAME_SAMPLES / 2 + frame * FRAME_SAMPLES
    return np.rint((sample - LENGTH_SAMPLES / 2) / HOP_SAMPLES).astype(np.int64)


def _covered(begin: NDArray[np.int64], end: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    """Return which of `length` frames lie in any stretch."""
    change = np.zeros(length + 1, dtype=np.int64)
    np.add.at(change, begin.clip(0, length), 1)
    np.add.at(change, end.clip(0, length), -1)
    return change.cumsum()[:-1] > 0


def _clean(runs: Runs, pooled: Pooled) -> Pooled:
    """Return the runs to count voices by: tiled and long, or short ones where there is little speech."""
    long = runs.tiled & (pooled.seconds >= _CLEAN_S)
    if pooled.seconds[long].sum() >= _ENOUGH_S:
        return pooled.take(long)
    return pooled.take(runs.tiled & (pooled.seconds >= _SHORT_CLEAN_S))
