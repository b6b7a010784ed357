"""A recording of any length, made as it is read: the same bytes for the same size and seed."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

BLOCK = 1 << 20
RATE_HZ, CHANNELS, BYTES_A_SAMPLE = 48_000, 2, 2
FRAME = CHANNELS * BYTES_A_SAMPLE
HEADER = 44
SHIFTS = 8192
"""Places at which a block of the noise can begin: so many blocks differ from each other."""


@dataclass(frozen=True)
class LongWav:
    """A PCM WAV of `size` bytes, header and all: stereo noise of 192 kB a second."""

    size: int
    seed: int
    _noise: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Draw the noise that every block is a piece of."""
        chance = random.Random(self.seed)  # noqa: S311 - no secret
        object.__setattr__(self, "_noise", chance.randbytes(BLOCK + SHIFTS * FRAME))

    @property
    def name(self) -> str:
        """Return a file name."""
        return f"long-{self.seed}.wav"

    def pieces(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` to the end, a block at a time."""
        for number in range(start // BLOCK, -(-self.size // BLOCK)):
            begin = number * BLOCK
            yield self._block(number)[max(start - begin, 0) : self.size - begin]

    def sha256(self) -> str:
        """Return the SHA-256 of all of it, in hex."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    def _block(self, number: int) -> bytes:
        place = number % SHIFTS * FRAME
        block = self._noise[place : place + BLOCK]
        return self._header() + block[HEADER:] if number == 0 else block

    def _header(self) -> bytes:
        """Return the 44 bytes before the samples (RIFF, one `fmt ` and one `data` chunk)."""
        told = struct.pack("<HHIIHH", 1, CHANNELS, RATE_HZ, RATE_HZ * FRAME, FRAME, BYTES_A_SAMPLE * 8)
        parts = (b"RIFF", self.size - 8, b"WAVE", b"fmt ", len(told), told, b"data", self.size - HEADER)
        return struct.pack("<4sI4s4sI16s4sI", *parts)
