"""Word repair: times a person could have spoken."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.transcript import Word
from transcription.attribution.word_repair import LONGEST_S, repair

TIMES = st.floats(0, 1000, allow_nan=False)
WORDS = st.lists(st.tuples(TIMES, TIMES, st.integers(0, 1)), max_size=20).map(
    lambda rows: tuple(Word(a, b, f"w{i}", 0.9, channel=c) for i, (a, b, c) in enumerate(rows))
)


def _timed(*times: tuple[float, float]) -> tuple[Word, ...]:
    return tuple(Word(start, end, "word", 0.9) for start, end in times)


@given(WORDS)
def test_no_word_is_lost_and_starts_rise_on_each_channel(words: tuple[Word, ...]) -> None:
    repaired = repair(words)
    assert [word.text for word in repaired] == [word.text for word in words]
    assert all(word.end >= word.start for word in repaired)
    for channel in (0, 1):
        own = [word for word in repaired if word.channel == channel]
        assert all(before.start <= word.start for before, word in pairwise(own))


def test_a_word_stretched_into_silence_is_cut_at_its_end() -> None:
    words = _timed((0.0, 0.2), (0.2, 0.4), (0.5, 4.3), (9.0, 9.2))
    assert repair(words)[2] == Word(0.5, 0.5 + LONGEST_S, "word", 0.9)


def test_a_word_stretched_back_over_a_pause_keeps_its_end() -> None:
    words = _timed((0.0, 0.2), (0.2, 0.4), (0.5, 4.3), (4.4, 4.6))
    repaired = repair(words)[2]
    assert repaired.start == pytest.approx(3.3)
    assert repaired.end == 4.3


def test_sound_times_are_left_alone() -> None:
    words = _timed((0.0, 0.2), (0.25, 0.6), (0.6, 1.5))
    assert repair(words) == words


def test_no_words_need_no_repair() -> None:
    assert repair(()) == ()
