"""The canonical WAV file: 16 kHz int16, one fixed 80-byte header, written in place and in pieces.

The header leaves room for the 64-bit sizes of RF64 (EBU Tech 3306) in a `JUNK` chunk, since
six hours of eight channels pass the 4 GiB that RIFF can count. Standard library only: the
decoding child starts in a tenth of a second because nothing here imports numpy.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

RATE = 16_000
"""Samples a second; the same as `models.recording.SAMPLE_RATE`, kept here without numpy."""
WIDTH = 2
HEADER = struct.Struct("<4sI4s 4sIQQQI 4sIHHIIHH 4sI")
PCM = 1
FORMAT_BYTES = 16
DS64_BYTES = 28
UNKNOWN = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Shape:
    """What a canonical file holds: `frames` samples of each of `channels` channels."""

    frames: int
    channels: int


def header(shape: Shape) -> bytes:
    """Return the 80-byte header; RF64 where the sizes pass 32 bits."""
    data = shape.frames * shape.channels * WIDTH
    riff = HEADER.size - 8 + data
    large = riff >= UNKNOWN
    stride = shape.channels * WIDTH
    return HEADER.pack(
        *(b"RF64" if large else b"RIFF", UNKNOWN if large else riff, b"WAVE"),
        *(b"ds64" if large else b"JUNK", DS64_BYTES),
        *((riff, data, shape.frames) if large else (0, 0, 0)),
        0,
        *(b"fmt ", FORMAT_BYTES, PCM, shape.channels, RATE, RATE * stride, stride, 8 * WIDTH),
        *(b"data", UNKNOWN if large else data),
    )


def read_header(head: bytes, file_bytes: int) -> Shape | None:
    """Return what the file holds, or None where it is not a whole file written by `header`."""
    if len(head) < HEADER.size:
        return None
    channels: int = HEADER.unpack_from(head)[12]
    frames, rest = divmod(file_bytes - HEADER.size, max(channels, 1) * WIDTH)
    shape = Shape(frames, channels)
    return shape if channels and not rest and head[: HEADER.size] == header(shape) else None


class CanonicalWriter:
    """Writes sound at given places: an unwritten place is silence, a place already written is kept."""

    def __init__(self, file: BinaryIO, channels: int) -> None:
        self._file = file
        self._channels = channels
        self._frames = 0
        self._file.seek(HEADER.size)

    @property
    def frames(self) -> int:
        """Return how far the sound reaches, in frames."""
        return self._frames

    def put(self, position: int, data: bytes) -> int:
        """Write interleaved int16 `data` at frame `position`; return the frame after it.

        What lies before frame 0 or before the end of the sound so far is dropped; a hole
        between that end and `position` becomes silence (a sparse hole on disk).
        """
        stride = self._channels * WIDTH
        end = position + len(data) // stride
        fresh = min(max(self._frames - position, 0), len(data) // stride)
        if end > self._frames:
            self._file.seek(HEADER.size + max(position, self._frames) * stride)
            self._file.write(memoryview(data)[fresh * stride :])
            self._frames = end
        return end

    def finish(self) -> Shape:
        """Write the header, bring everything to the disk and return what was written."""
        shape = Shape(self._frames, self._channels)
        self._file.flush()
        self._file.truncate(HEADER.size + shape.frames * shape.channels * WIDTH)
        self._file.seek(0)
        self._file.write(header(shape))
        self._file.flush()
        os.fsync(self._file.fileno())
        return shape
