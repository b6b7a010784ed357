"""Figures of a shipped adapter, taken through the engine that runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.engines.classifier import Classifier
from core.progress import ignore
from scripts.train.calibration import (
    Bin,
    Floats,
    Ints,
    LabelFigures,
    calibration_error,
    macro_f1,
    per_label,
    reliability,
    softmax,
)


@dataclass(frozen=True, slots=True)
class Part:
    """Texts with true labels, by name: a split, or a view of one."""

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What was found on a part. `before` is the calibration error at temperature 1."""

    name: str
    count: int
    accuracy: float
    macro_f1: float
    figures: tuple[LabelFigures, ...]
    before: float
    after: float
    curve: tuple[Bin, ...]


def logits(classifier: Classifier, parts: Sequence[Part]) -> list[Floats]:
    """Return each part's log probabilities (texts, labels) at temperature 1, in one run over all."""
    plain = replace(classifier, temperature=1.0)
    chances = plain.probabilities([text for part in parts for text in part.texts], ignore)
    ends = np.cumsum([len(part.texts) for part in parts])[:-1]
    return np.split(np.log(np.maximum(chances, 1e-12)), ends)


def truth(part: Part, labels: tuple[str, ...]) -> Ints:
    """Return the index of each text's true label."""
    return np.array([labels.index(label) for label in part.labels], dtype=np.int64)


def measure(part: Part, scores: Floats, labels: tuple[str, ...], temperature: float) -> Result:
    """Return the figures of a part from its logits; labels that do not occur in it are left out."""
    true = truth(part, labels)
    chances = softmax(scores, temperature)
    figures = tuple(f for f in per_label(chances.argmax(1), true, labels) if f.support)
    curve = reliability(chances, true)
    return Result(
        name=part.name,
        count=len(true),
        accuracy=float((chances.argmax(1) == true).mean()),
        macro_f1=macro_f1(figures),
        figures=figures,
        before=calibration_error(reliability(softmax(scores), true)),
        after=calibration_error(curve),
        curve=curve,
    )
