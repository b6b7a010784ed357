"""The decoded sound for people: AAC that every browser plays and seeks in, and the outline of its waveform.

The upload itself is neither: A-law does not play in browsers, and MP3 of variable rate seeks to the wrong
second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from core.progress import Progress
from models.recording import SAMPLE_RATE, Audio

BLOCK = 1 << 18
"""Frames encoded at once: 16 s."""
BIT_RATE = 48_000
"""Bits a second and channel: transparent for speech at 16 kHz."""
MOST_CHANNELS = 2
"""Channels that a browser plays as they are; of more, all are mixed into one."""
SAMPLES_PER_PEAK = 800
"""Frames that one peak stands for: 20 peaks a second."""


def playback(audio: Audio, path: Path, progress: Progress) -> Path:
    """Return `path`, now the sound as AAC in MP4 with its index in front, so that it plays while it loads."""
    layout = "stereo" if audio.channels == MOST_CHANNELS else "mono"
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE, layout=layout)
        stream.bit_rate = BIT_RATE * len(stream.layout.channels)
        for first, block in _blocks(audio):
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate, frame.pts = SAMPLE_RATE, first
            container.mux(stream.encode(frame))
            progress(min((first + BLOCK) / max(len(audio.samples), 1), 1.0))
        container.mux(stream.encode(None))
    part.replace(path)
    return path


def peaks(audio: Audio, path: Path) -> Path:
    """Return `path`, now the lowest and highest value of every 50 ms and channel.

    In the JSON of BBC's audiowaveform, version 2, 8 bits: `data` has min and max of the first channel,
    of the second, and so on, for each peak in turn.
    """
    found = [_peaks(block) for _, block in _raw_blocks(audio, SAMPLES_PER_PEAK * 512)]
    data = np.concatenate(found) if found else np.zeros((0, audio.channels * 2), np.int8)
    outline = {
        "version": 2,
        "channels": audio.channels,
        "sample_rate": SAMPLE_RATE,
        "samples_per_pixel": SAMPLES_PER_PEAK,
        "bits": 8,
        "length": len(data),
        "data": data.reshape(-1).tolist(),
    }
    path.write_text(json.dumps(outline, separators=(",", ":")))
    return path


def _peaks(block: NDArray[np.int16]) -> NDArray[np.int8]:
    """Return (peaks, channels * 2) of a block of whole peaks, the last one filled up with silence."""
    missing = -len(block) % SAMPLES_PER_PEAK
    whole = np.pad(block, ((0, missing), (0, 0))).reshape(-1, SAMPLES_PER_PEAK, block.shape[1])
    pairs = np.stack((whole.min(axis=1), whole.max(axis=1)), axis=2)
    return np.asarray((pairs >> 8).reshape(len(whole), -1), dtype=np.int8)


def _blocks(audio: Audio) -> Iterator[tuple[int, NDArray[np.int16]]]:
    """Yield position and interleaved samples (1, frames * channels) of what a browser plays."""
    for first, block in _raw_blocks(audio, BLOCK):
        played = block
        if block.shape[1] > MOST_CHANNELS:
            played = block.mean(axis=1, keepdims=True).round().astype(np.int16)
        yield first, np.ascontiguousarray(played).reshape(1, -1)


def _raw_blocks(audio: Audio, size: int) -> Iterator[tuple[int, NDArray[np.int16]]]:
    for first in range(0, len(audio.samples), size):
        yield first, np.asarray(audio.samples[first : first + size])
