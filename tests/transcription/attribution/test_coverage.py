"""Coverage: seconds of speech inside a stretch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.transcript import Turn
from transcription.attribution.coverage import coverage, union

TENTHS = st.integers(0, 300)
TURNS = st.lists(st.tuples(TENTHS, TENTHS), max_size=8).map(
    lambda pairs: tuple(Turn(min(p) / 10, max(p) / 10, "S1") for p in pairs)
)


@given(TURNS, TENTHS, TENTHS)
def test_it_counts_every_covered_moment_once(turns: tuple[Turn, ...], one: int, other: int) -> None:
    first, last = min(one, other), max(one, other)
    inside = [
        t for t in range(first, last) if any(turn.start * 10 <= t + 0.5 <= turn.end * 10 for turn in turns)
    ]
    found = coverage(turns).within(np.array([first / 10]), np.array([last / 10]))
    assert found[0] == pytest.approx(len(inside) / 10, abs=1e-6)


def test_touching_stretches_are_one() -> None:
    assert union((Turn(1.0, 2.0, "S1"), Turn(2.0, 3.0, "S2"), Turn(5.0, 5.0, "S1"))) == ((1.0, 3.0),)
