"""Arithmetic of calibration and of figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import f1_score

from scripts.train.calibration import (
    Floats,
    calibration_error,
    fit_temperature,
    loss,
    macro_f1,
    per_label,
    reliability,
    softmax,
)

LOGITS = arrays(np.float64, st.tuples(st.integers(1, 30), st.just(3)), elements=st.floats(-20, 20))


@given(LOGITS, st.floats(0.2, 5))
def test_probabilities_sum_to_one_and_keep_their_order(logits: Floats, temperature: float) -> None:
    found = softmax(logits, temperature)
    assert np.allclose(found.sum(1), 1)
    assert (found[np.arange(len(found)), logits.argmax(1)] >= found.max(1) - 1e-9).all()


@given(LOGITS)
def test_the_temperature_is_never_worse_than_none(logits: Floats) -> None:
    truth = np.arange(len(logits)) % 3
    assert loss(logits, truth, fit_temperature(logits, truth)) <= loss(logits, truth, 1.0) + 1e-3


def test_the_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(5)
    logits = rng.normal(size=(4000, 3)) * 2
    truth = np.array([rng.choice(3, p=row) for row in softmax(logits)])
    assert fit_temperature(logits * 3, truth) == pytest.approx(3, rel=0.1)


@given(LOGITS)
def test_the_curve_counts_every_answer_once(logits: Floats) -> None:
    curve = reliability(softmax(logits), np.zeros(len(logits), dtype=np.int64))
    assert sum(part.count for part in curve) == len(logits)
    assert 0 <= calibration_error(curve) <= 1


def test_sure_and_right_is_no_error() -> None:
    curve = reliability(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1]))
    assert calibration_error(curve) == 0


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1))
def test_macro_f1_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    predicted, truth = (np.array(column) for column in zip(*pairs, strict=True))
    figures = per_label(predicted, truth, ("a", "b", "c"))
    theirs = f1_score(truth, predicted, labels=[0, 1, 2], average="macro", zero_division=0)
    assert macro_f1(figures) == pytest.approx(theirs)
