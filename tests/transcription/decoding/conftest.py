"""The sound that the decoding tests encode."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from models.recording import SAMPLE_RATE
from tests.factories.encodings import Samples


@pytest.fixture(scope="session")
def speech(sample: Path) -> Samples:
    """Return ten seconds of the sample call, 16 kHz."""
    with av.open(str(sample)) as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    samples: Samples = np.concatenate(frames)[5 * SAMPLE_RATE : 15 * SAMPLE_RATE]
    return samples
