from __future__ import annotations

import hashlib
import io
import math
import os
import wave

import pytest

from bench.load.figures import Figure, grid, percentile
from bench.load.long_wav import BLOCK, LongWav
from bench.load.polls import Asked
from bench.load.streams import REVIEWED, Listener
from bench.load.uploads import Counted, Cut
from bench.load.watched import Watched
from core.clock import now

SIZE = 2 * BLOCK + 4000


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([float(n) for n in range(1, 101)], 0.95, 95.0),
        ([1.0], 0.95, 1.0),
        ([1.0, 2.0], 1.0, 2.0),
        ([1.0, 2.0], 0.0, 1.0),
    ],
)
def test_percentiles_are_values_that_were_measured(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_nothing_has_no_percentile() -> None:
    assert math.isnan(percentile([], 0.95))


def test_a_figure_says_whether_its_target_is_met() -> None:
    table = grid(
        "t",
        [
            Figure("grown", 12.345, "MB", 50.0, 1),
            Figure("errors", 1, limit=0),
            Figure("speed", 200.4, "MB/s"),
        ],
        "",
    )
    assert table.rows == (
        ("grown", "12.3 MB", "at most 50.0 MB", "met"),
        ("errors", "1", "at most 0", "missed"),
        ("speed", "200 MB/s", "-", "-"),
    )


def test_a_long_recording_is_a_wav_of_its_size() -> None:
    data = b"".join(LongWav(SIZE, 1).pieces())
    assert len(data) == SIZE
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, 48_000)
        assert sound.getnframes() * 4 == SIZE - 44
        assert len(sound.readframes(sound.getnframes())) == SIZE - 44


def test_a_long_recording_is_the_same_whenever_it_is_read() -> None:
    data = b"".join(LongWav(SIZE, 1).pieces())
    assert LongWav(SIZE, 1).sha256() == hashlib.sha256(data).hexdigest() != LongWav(SIZE, 2).sha256()
    assert data[BLOCK : 2 * BLOCK] != data[:BLOCK]


@pytest.mark.parametrize("start", [0, 1, 43, 44, BLOCK - 1, BLOCK, BLOCK + 7, SIZE - 1, SIZE])
def test_a_long_recording_can_be_read_from_anywhere(start: int) -> None:
    wav = LongWav(SIZE, 1)
    assert b"".join(wav.pieces(start)) == b"".join(wav.pieces())[start:]


def test_a_cut_comes_where_it_is_asked_for() -> None:
    pieces = Counted([b"ab", b"cd", b"ef"], cut_at=4)
    with pytest.raises(Cut):
        list(pieces)
    assert pieces.sent == 4


def test_an_upload_that_is_not_cut_is_counted_whole() -> None:
    pieces = Counted([b"ab", b"cd"])
    assert (b"".join(pieces), pieces.sent) == (b"abcd", 4)


def test_answers_that_are_no_success_are_errors() -> None:
    asked = Asked()
    asked.answers.update(["200", "200", "304", "429", "ReadError"])
    assert asked.errors == 3


def test_a_stream_counts_reviews_alone() -> None:
    listener = Listener()
    listener.hear("call.progress", {"call_id": "a"})
    assert listener.delays == {}
    listener.hear(REVIEWED, {"call_id": "a", "at": now().isoformat()})
    assert 0 <= listener.delays["a"] < 1


def test_a_watched_process_shows_memory_it_gave_back() -> None:
    with Watched(os.getpid()) as watched:
        held = bytes(64 * 2**20).replace(b"\0", b"\1")
        del held
    assert watched.rss_mb - watched.rss_before_mb > 60
    assert watched.cpu_s >= 0
