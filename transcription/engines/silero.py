"""Voice activity by the Silero v6 network that faster-whisper ships."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import faster_whisper
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.fingerprint import fingerprint
from transcription.listening.speech import FRAME

CONTEXT = 64
"""Samples of the frame before that the network is shown with each frame."""
STATE = (1, 1, 128)


class Silero:
    """Silero v6 on onnxruntime, fed block by block with its state carried; one thread is enough."""

    def __init__(self, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = threads
        options.enable_cpu_mem_arena = False
        path = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
        self._session = onnxruntime.InferenceSession(
            str(path), providers=["CPUExecutionProvider"], sess_options=options
        )

    @property
    def fingerprint(self) -> str:
        """Return what produces the probabilities."""
        return fingerprint("silero", version="v6", package=faster_whisper.__version__)

    def probabilities(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
        """Yield for each block the probability of speech in each of its frames."""
        hidden, cell = np.zeros(STATE, np.float32), np.zeros(STATE, np.float32)
        tail = np.zeros(CONTEXT, np.float32)
        for block in blocks:
            padded = np.pad(block, (0, -len(block) % FRAME))
            if not len(padded):
                continue
            framed = _framed(padded, tail)
            out, hidden, cell = self._session.run(None, {"input": framed, "h": hidden, "c": cell})
            tail = padded[-CONTEXT:]
            yield np.asarray(out, np.float32).reshape(-1)


def _framed(sound: NDArray[np.float32], tail: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (frames, CONTEXT + FRAME): each frame behind the last samples of the one before."""
    frames = sound.reshape(-1, FRAME)
    before = np.concatenate([tail[None], frames[:-1, -CONTEXT:]])
    return np.concatenate([before, frames], axis=1)
