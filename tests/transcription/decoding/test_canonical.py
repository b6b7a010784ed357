"""The canonical file: any order of writing gives the sound where it belongs."""

from __future__ import annotations

import io
import tempfile

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transcription.decoding.canonical import HEADER, CanonicalWriter, Shape, header, read_header

Pieces = st.lists(st.tuples(st.integers(-50, 300), st.integers(0, 80)), max_size=12)


@given(Pieces, st.integers(1, 3))
def test_each_place_holds_what_was_first_written_there(pieces: list[tuple[int, int]], channels: int) -> None:
    wanted = np.zeros((0, channels), np.int16)
    with tempfile.TemporaryFile() as file:
        writer = CanonicalWriter(file, channels)
        for number, (position, length) in enumerate(pieces, start=1):
            block = np.full((length, channels), number, np.int16)
            assert writer.put(position, block.tobytes()) == position + length
            end = position + length
            if end > len(wanted):
                hole = np.zeros((max(position - len(wanted), 0), channels), np.int16)
                fresh = block[max(len(wanted) - position, 0) :]
                wanted = np.concatenate([wanted, hole, fresh])
        shape = writer.finish()
        file.seek(0)
        data = file.read()
    assert shape == Shape(len(wanted), channels)
    assert read_header(data, len(data)) == shape
    assert np.array_equal(np.frombuffer(data[HEADER.size :], "<i2").reshape(-1, channels), wanted)


@given(st.integers(0, 6 * 3600 * 16_000), st.integers(1, 8))
def test_a_header_is_read_back_and_only_with_its_own_size(frames: int, channels: int) -> None:
    shape = Shape(frames, channels)
    size = HEADER.size + frames * channels * 2
    assert read_header(header(shape), size) == shape
    assert read_header(header(shape), size + 2 * channels) is None
    assert len(header(shape)) == 80


def test_a_file_that_is_not_ours_is_not_read() -> None:
    assert read_header(io.BytesIO(b"RIFF" + bytes(100)).read(), 104) is None
    assert read_header(b"", 0) is None
