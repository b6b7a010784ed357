"""pyannote.audio's own pipeline on the registry's weights, called as its documentation says.

`SpeakerDiarization(...)` over 10 s windows every second, agglomerative clustering with the
parameters measured for these weights (threshold 0.6, at least 12 embeddings a cluster). This is
the yardstick, not what a review uses.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from pyannote.audio.core.model import Model
from pyannote.audio.core.plda import PLDA
from pyannote.audio.models.blocks.pooling import StatsPool
from pyannote.audio.pipelines import SpeakerDiarization
from torch import Tensor
from torchaudio.compliance.kaldi import fbank
from typing_extensions import override

from core.weights import folder
from models.recording import SAMPLE_RATE
from transcription.engines.campplus import DIMENSION, MELS, load_campplus
from transcription.engines.segmentation import load_segmentation

BATCH = 32
"""Windows a batch, as in pyannote's published configurations; the constructor's own is 1."""

PARAMETERS = {
    "segmentation": {"min_duration_off": 0.0},
    "clustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.6},
}


class WholeWindowEmbedding(Model):  # type: ignore[misc]  # pyannote ships no types
    """CAM++ as a pyannote embedding model: each call embeds its whole window, pooled under the mask."""

    def __init__(self, path: Path) -> None:
        super().__init__(sample_rate=SAMPLE_RATE, num_channels=1)
        self.network = load_campplus(path)
        self.pool = StatsPool()

    @property
    def dimension(self) -> int:
        """Return the length of an embedding."""
        return DIMENSION

    @override
    def forward(self, waveforms: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return embeddings (batch, dimension) of sound (batch, 1, samples) under masks (batch, frames)."""
        features = torch.stack([_features(waveform) for waveform in waveforms])
        return self.network.project(self.pool(self.network.frames(features), weights=weights))


def _features(waveform: Tensor) -> Tensor:
    """Return log filterbanks (frames, MELS) of sound (1, samples) less their mean, as CAM++ was trained."""
    energies: Tensor = fbank(waveform, num_mel_bins=MELS, sample_frequency=float(SAMPLE_RATE), dither=0.0)
    return energies - energies.mean(dim=0, keepdim=True)


def load_reference_diarizer(weights: Path) -> Any:
    """Return the pipeline; raises `NotReady` where the weights are absent."""
    pipeline = SpeakerDiarization(
        segmentation=load_segmentation(folder(weights, "segmentation-3.0") / "pytorch_model.bin"),
        embedding=WholeWindowEmbedding(folder(weights, "campplus-zh-en") / "campplus_cn_en_common.pt"),
        # The constructor demands a PLDA, which agglomerative clustering never uses.
        plda=object.__new__(PLDA),
        clustering="AgglomerativeClustering",
        embedding_exclude_overlap=True,
        segmentation_batch_size=BATCH,
        embedding_batch_size=BATCH,
    )
    return pipeline.instantiate(PARAMETERS)
