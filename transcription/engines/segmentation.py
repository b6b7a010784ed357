"""pyannote segmentation-3.0: who of at most three local speakers is heard, frame by frame."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.torch_version import TorchVersion

from transcription.diarization.windows import WINDOW_S

with warnings.catch_warnings():
    # It warns that torchcodec cannot open files; sound is handed over in memory here.
    warnings.filterwarnings("ignore", message=r"\s*torchcodec is not installed correctly")
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

__all__ = ["PyanNet", "load_segmentation", "posteriors"]


def load_segmentation(path: Path) -> PyanNet:
    """Return segmentation-3.0 from its Lightning checkpoint, in evaluation mode.

    The checkpoint is unpickled with `weights_only`: nothing in it but the named harmless
    classes can be made.
    """
    with torch.serialization.safe_globals([TorchVersion, Specifications, Problem, Resolution]):
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    options = checkpoint["hyper_parameters"]
    network = PyanNet(sincnet=options["sincnet"], lstm=options["lstm"], linear=options["linear"])
    network.specifications = _specifications()
    network.build()
    network.load_state_dict(checkpoint["state_dict"], strict=True)
    return network.eval()


def _specifications() -> Specifications:
    """Return what segmentation-3.0 was trained for: 10 s, three speakers, two at once."""
    return Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=WINDOW_S,
        classes=["speaker#1", "speaker#2", "speaker#3"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )


@torch.inference_mode()
def posteriors(network: PyanNet, windows: NDArray[np.float32], device: torch.device) -> NDArray[np.float32]:
    """Return powerset probabilities (windows, frames, 7) of sound (windows, samples)."""
    waveforms = torch.from_numpy(windows).unsqueeze(1).to(device)
    probabilities: NDArray[np.float32] = network(waveforms).exp().float().cpu().numpy()
    return probabilities
