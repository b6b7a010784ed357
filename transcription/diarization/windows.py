"""The frame grid of segmentation-3.0 and the windows laid over a recording on that grid.

The network turns 10 s of sound into 589 frames, one each 270 samples. Windows start on whole
frames (and not each 2.5 s, say), so frame i of the window that starts at frame f is frame f + i
of the recording and overlapping windows add up without resampling.
"""

from __future__ import annotations

from models.recording import SAMPLE_RATE

WINDOW_S = 10.0
"""Length of sound the network was trained on, seconds."""
WINDOW_SAMPLES = int(WINDOW_S * SAMPLE_RATE)
FRAME_SAMPLES = 270
"""Samples from one frame to the next (16.9 ms): strides 10 x 3 x 3 x 3."""
FIRST_CENTRE = 495
"""Sample at the centre of the receptive field (991 samples) of frame 0."""
RECEPTIVE_SAMPLES = 991


def frames_of(samples: int) -> int:
    """Return how many frames the network makes of so many samples."""
    length = (samples - 251) // 10 + 1
    for kernel, stride in ((3, 3), (5, 1), (3, 3), (5, 1), (3, 3)):
        length = (length - kernel) // stride + 1
    return max(length, 0)


def starts(samples: int, hop: int) -> tuple[int, ...]:
    """Return the first frame of each window over so many samples, one each `hop` frames.

    The last window is moved back to end within the recording: padded with silence it would be
    normalised over sound that is not there. A recording shorter than a window has one.
    """
    last = max(samples - WINDOW_SAMPLES, 0) // FRAME_SAMPLES
    return (*range(0, last, hop), last)


def choose_hop(samples: int) -> int:
    """Return the frames from one window to the next: each 1 s on a short recording, 5 s on a long one.

    About 60 windows where that lies between: what is short is done with care, and what is long
    has enough speech of each voice. Each window more costs 0.06 s of CPU.
    """
    return min(max(samples // FRAME_SAMPLES // 60, 59), 296)


def second_of(frame: float) -> float:
    """Return where a frame begins, seconds; frame `n` ends where frame `n + 1` begins."""
    return (FIRST_CENTRE - FRAME_SAMPLES / 2 + frame * FRAME_SAMPLES) / SAMPLE_RATE


def frame_of(second: float) -> float:
    """Return the (fractional) frame at a time, the inverse of `second_of`."""
    return (second * SAMPLE_RATE - FIRST_CENTRE + FRAME_SAMPLES / 2) / FRAME_SAMPLES
