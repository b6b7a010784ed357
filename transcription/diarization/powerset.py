"""Powerset classes: each is a set of local speakers heard at once.

Plaquet and Bredin, "Powerset multi-class cross entropy loss for neural speaker diarization"
(Interspeech 2023). Classes are ordered by size, then lexicographically: {}, {0}, {1}, {2},
{0,1}, {0,2}, {1,2} for three speakers of whom two may speak at once.
"""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray


def mapping(speakers: int, at_once: int) -> NDArray[np.float32]:
    """Return (classes, speakers), 1 where the speaker is in the class."""
    sets = list(chain.from_iterable(combinations(range(speakers), size) for size in range(at_once + 1)))
    table = np.zeros((len(sets), speakers), dtype=np.float32)
    for row, members in enumerate(sets):
        table[row, list(members)] = 1.0
    return table


def soft(probabilities: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probability of each speaker (..., speakers) from those of classes (..., classes)."""
    return probabilities @ table


def hard(probabilities: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return who is heard (..., speakers) in the likeliest class of (..., classes)."""
    return np.asarray(table[probabilities.argmax(axis=-1)] > 0)
