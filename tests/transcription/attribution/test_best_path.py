"""Best path: the same as trying every path."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from transcription.attribution.best_path import best_path, posterior

Floats = NDArray[np.float64]
CHANCES = st.floats(0.05, 0.45)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Floats, Floats]:
    steps, states = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    likelihood = draw(
        st.lists(
            st.lists(st.floats(0.01, 1.0), min_size=states, max_size=states), min_size=steps, max_size=steps
        )
    )
    change = draw(st.lists(CHANCES, min_size=steps, max_size=steps))
    return np.array(likelihood), np.array(change)


def _weights(likelihood: Floats, change: Floats) -> dict[tuple[int, ...], float]:
    steps, states = likelihood.shape
    weights = {}
    for path in product(range(states), repeat=steps):
        weight = float(likelihood[0, path[0]])
        for step in range(1, steps):
            same = path[step] == path[step - 1]
            weight *= float(1 - change[step] if same else change[step] / (states - 1))
            weight *= float(likelihood[step, path[step]])
        weights[path] = weight
    return weights


@given(chains())
def test_the_path_is_the_most_likely_of_all(chain: tuple[Floats, Floats]) -> None:
    weights = _weights(*chain)
    found = tuple(int(state) for state in best_path(*chain))
    assert weights[found] >= max(weights.values()) * (1 - 1e-9)


@given(chains())
def test_the_posterior_sums_over_all_paths(chain: tuple[Floats, Floats]) -> None:
    likelihood, change = chain
    weights = _weights(likelihood, change)
    one_state = likelihood.shape[1] == 1
    expected = np.zeros_like(likelihood)
    for path, weight in weights.items():
        for step, state in enumerate(path):
            expected[step, state] += weight
    expected /= expected.sum(axis=1, keepdims=True)
    found = posterior(likelihood, change)
    assert np.allclose(found, np.ones_like(found) if one_state else expected)
