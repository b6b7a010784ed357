"""The most likely sequence of speakers, and how sure each step is.

A hidden Markov chain over words whose states are speakers. All speakers are alike in it: a step
either stays or changes to any other speaker with the same probability, which makes a step
linear in the number of speakers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def best_path(likelihood: Floats, change: Floats) -> NDArray[np.intp]:
    """Return the state of each step, shape (steps,), by the Viterbi algorithm.

    `likelihood` (steps, states) is positive; `change` (steps,) is the probability, strictly
    between 0 and 1, that a step's speaker is not the one of the step before (step 0 ignored).
    Between equals, staying and then the lower state win.
    """
    steps, states = likelihood.shape
    emission = np.log(likelihood)
    stay, leave = np.log1p(-change), np.log(change / max(states - 1, 1))
    came_from = np.zeros((steps, states), dtype=np.intp)
    score = emission[0]
    own = np.arange(states)
    for step in range(1, steps):
        best = int(score.argmax())
        moved = score[best] + leave[step]
        kept = score + stay[step]
        came_from[step] = np.where(moved > kept, best, own)
        score = np.maximum(moved, kept) + emission[step]
    path = np.empty(steps, dtype=np.intp)
    path[-1] = int(score.argmax())
    for step in range(steps - 1, 0, -1):
        path[step - 1] = came_from[step, path[step]]
    return path


def posterior(likelihood: Floats, change: Floats) -> Floats:
    """Return P(state | everything), shape (steps, states), by the forward-backward algorithm."""
    forward = _sweep(likelihood, change)
    backward = _sweep(likelihood[::-1], np.concatenate([change[:1], change[:0:-1]]))[::-1]
    joint = forward * backward / likelihood
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def _sweep(likelihood: Floats, change: Floats) -> Floats:
    """Return P(state | this step and all before it), each row summing to 1.

    Run backwards it serves as the backward pass, because leaving and entering cost the same.
    """
    states = likelihood.shape[1]
    leave = change / max(states - 1, 1)
    stay = 1.0 - change - leave if states > 1 else np.ones_like(change)
    belief = np.empty_like(likelihood)
    row = likelihood[0] / likelihood[0].sum()
    belief[0] = row
    for step in range(1, len(likelihood)):
        row = (stay[step] * row + leave[step]) * likelihood[step]
        row /= row.sum()
        belief[step] = row
    return belief
