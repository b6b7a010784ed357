from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from transcription.engines.campplus import CAMPPlus, load_campplus
from transcription.engines.voiceprint import projection


@pytest.fixture(scope="module")
def state(weights: Path) -> Path:
    return weights / "campplus-zh-en" / "campplus_cn_en_common.pt"


@pytest.fixture(scope="module")
def network(state: Path) -> CAMPPlus:
    return load_campplus(state)


def test_folding_and_pieces_change_nothing(state: Path, network: CAMPPlus) -> None:
    """The published network: strict names, whole input at once."""
    plain = CAMPPlus()
    plain.load_state_dict(torch.load(state, weights_only=True), strict=True)
    plain.eval()
    features = torch.randn(1, 1300, 80, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole = plain.head._piece(features.transpose(1, 2))
        assert torch.allclose(network.head(features.transpose(1, 2)), whole, atol=1e-3)
        assert torch.allclose(network(features), plain(features), atol=1e-2)


def test_pooled_statistics_give_the_published_embedding(network: CAMPPlus) -> None:
    from transcription.diarization.clustering import Pooled

    features = torch.randn(1, 400, 80, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        frames = network.frames(features)[0].double().numpy()
        published = network(features)[0].numpy()
    pooled = Pooled(
        np.array([frames.shape[1]], dtype=float), frames.sum(axis=1)[None], (frames**2).sum(axis=1)[None]
    )
    ours = projection(network)(pooled)[0]
    assert ours @ published / np.linalg.norm(published) == pytest.approx(1.0, abs=1e-5)


def test_a_frame_of_features_is_two_of_the_filterbank(network: CAMPPlus) -> None:
    with torch.inference_mode():
        assert network.frames(torch.zeros(1, 301, 80)).shape == (1, 512, 151)
