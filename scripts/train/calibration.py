"""How far probabilities can be believed: temperature, expected calibration error, reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Return probabilities (rows, labels) of logits divided by the temperature."""
    scaled = logits / temperature
    scaled = np.exp(scaled - scaled.max(1, keepdims=True))
    return np.asarray(scaled / scaled.sum(1, keepdims=True))


def loss(logits: Floats, truth: Ints, temperature: float) -> float:
    """Return the mean negative log likelihood, nats."""
    chosen = softmax(logits, temperature)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def fit_temperature(logits: Floats, truth: Ints) -> float:
    """Return the temperature of least loss (Guo et al. 2017, arXiv:1706.04599), to 1 %.

    The loss has one minimum in the logarithm of the temperature: a grid over 0.2 to 5 finds it.
    """
    grid = np.exp(np.linspace(np.log(0.2), np.log(5.0), 324))
    return float(min(grid, key=lambda temperature: loss(logits, truth, float(temperature))))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: how many, how sure on average, how often right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(probabilities: Floats, truth: Ints, bins: int = 10) -> tuple[Bin, ...]:
    """Return the filled bins of equal width over the probability of the answer given."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return tuple(
        Bin(
            low=index / bins,
            high=(index + 1) / bins,
            count=int((place == index).sum()),
            confidence=float(confidence[place == index].mean()),
            accuracy=float(right[place == index].mean()),
        )
        for index in range(bins)
        if (place == index).any()
    )


def calibration_error(curve: tuple[Bin, ...]) -> float:
    """Return the expected calibration error, 0..1: bins' gaps weighted by their counts."""
    total = sum(part.count for part in curve)
    return sum(part.count * abs(part.accuracy - part.confidence) for part in curve) / max(total, 1)


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """Precision, recall and F1 of one label, and how many rows have it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


def per_label(predicted: Ints, truth: Ints, labels: tuple[str, ...]) -> tuple[LabelFigures, ...]:
    """Return the figures of each label in order."""
    return tuple(_label(predicted == index, truth == index, label) for index, label in enumerate(labels))


def _label(predicted: NDArray[np.bool_], truth: NDArray[np.bool_], label: str) -> LabelFigures:
    """Return one label's figures from its two masks; 0 where nothing can be divided."""
    hits = int((predicted & truth).sum())
    precision = hits / max(int(predicted.sum()), 1)
    recall = hits / max(int(truth.sum()), 1)
    f1 = 2 * hits / max(int(predicted.sum()) + int(truth.sum()), 1)
    return LabelFigures(label, precision, recall, f1, int(truth.sum()))


def macro_f1(figures: tuple[LabelFigures, ...]) -> float:
    """Return the mean F1 over labels."""
    return sum(figure.f1 for figure in figures) / len(figures)
