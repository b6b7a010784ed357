from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transcription.diarization import powerset


def test_the_classes_are_ordered_by_size() -> None:
    sets = [tuple(np.flatnonzero(row).tolist()) for row in powerset.mapping(3, 2)]
    assert sets == [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]


@given(st.integers(1, 5), st.integers(0, 3))
def test_there_is_a_class_for_each_set(speakers: int, at_once: int) -> None:
    number = sum(len(list(combinations(range(speakers), size))) for size in range(at_once + 1))
    table = powerset.mapping(speakers, at_once)
    assert table.shape == (number, speakers)
    assert len({tuple(row) for row in table.tolist()}) == number


def test_hard_decoding_of_two_at_once() -> None:
    probabilities = np.zeros((1, 7), dtype=np.float32)
    probabilities[0, 5] = 1.0
    assert powerset.hard(probabilities, powerset.mapping(3, 2)).tolist() == [[True, False, True]]


def test_a_speaker_is_as_likely_as_the_classes_it_is_in() -> None:
    probabilities = np.array([[0.1, 0.2, 0.0, 0.0, 0.3, 0.4, 0.0]], dtype=np.float32)
    assert np.allclose(powerset.soft(probabilities, powerset.mapping(3, 2)), [[0.9, 0.3, 0.4]])
