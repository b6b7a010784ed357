"""Sound encoded as files of every kind, decoded and compared again."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import Rejected
from core.progress import ignore
from core.settings import DecodeSettings
from models.recording import SAMPLE_RATE
from transcription.decoding.decode import Decoded, decode

Samples = NDArray[np.int16]
LIMITS = DecodeSettings()


def encode(
    path: Path,
    samples: Samples,
    container: str,
    codec: str,
    rate: int,
    *,
    start_s: float = 0.0,
    hole: tuple[float, float] | None = None,
    video: bool = False,
    **options: str,
) -> Path:
    """Write samples (frames,) or (frames, channels) at 16 kHz as a file of another kind.

    `hole` leaves the packets of a stretch of time out, so the time stamps jump.
    """
    columns = samples.reshape(len(samples), -1)
    layout = "mono" if columns.shape[1] == 1 else "stereo"
    with av.open(str(path), "w", format=container, options=options) as output:
        picture = video_stream(output) if video else None
        stream = output.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 64_000
        if picture is not None:
            show(output, picture, 100)
        pts = round(start_s * rate)
        for frame in frames(columns, stream, rate, layout):
            frame.pts, frame.time_base = pts, Fraction(1, rate)
            left_out = hole is not None and hole[0] <= pts / rate < hole[1]
            pts += frame.samples
            if not left_out:
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def frames(columns: Samples, stream: Any, rate: int, layout: str) -> list[Any]:
    """Return the sound as frames that the encoder takes."""
    source = av.AudioFrame.from_ndarray(np.ascontiguousarray(columns.reshape(1, -1)), "s16", layout)
    source.sample_rate = SAMPLE_RATE
    resampler = av.AudioResampler(stream.codec_context.format, layout, rate)
    fifo = av.AudioFifo()
    for frame in (*resampler.resample(source), *resampler.resample(None)):
        frame.pts = None
        fifo.write(frame)
    return list(iter(lambda: fifo.read(stream.codec_context.frame_size or 1024, partial=True), None))


def video_stream(output: Any) -> Any:
    """Return a small video stream of ten pictures a second."""
    stream = output.add_stream("mpeg4", rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    return stream


def show(output: Any, stream: Any, pictures: int) -> None:
    """Write black pictures."""
    for number in range(pictures):
        frame = av.VideoFrame(64, 64, "yuv420p")
        frame.pts = number
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def read(path: Path, into: Path, **limits: float) -> Decoded:
    return decode(path, into, LIMITS.model_copy(update=limits), ignore)


def refused(path: Path, into: Path, **limits: float) -> str:
    """Return the code with which a file is refused, after checking that its words are for people."""
    with pytest.raises(Rejected) as caught:
        read(path, into, **limits)
    assert caught.value.reason.endswith(".")
    assert caught.value.remedy.endswith(".")
    assert "Error" not in str(caught.value)
    assert not list(into.glob(".canonical*"))
    return caught.value.code


def lag_s(found: NDArray[np.int16], wanted: Samples) -> float:
    """Return by how much `found` is later than `wanted`."""
    size = 1 << 19
    spectrum = np.fft.rfft(found.astype(float), size) * np.conj(np.fft.rfft(wanted.astype(float), size))
    peak = int(np.abs(np.fft.irfft(spectrum, size)).argmax())
    return (peak if peak < size // 2 else peak - size) / SAMPLE_RATE


def decibel(samples: NDArray[np.int16]) -> float:
    return 10 * float(np.log10(np.mean(samples.astype(float) ** 2) + 1e-9))
