"""GoEmotions (Demszky et al. 2020, arXiv:2005.00547): short written comments to three moods.

The paper's own grouping of its 27 emotions. Its fourth group, ambiguous (confusion, curiosity,
realization, surprise), says that something is felt but not which way: for a mood that is neutral,
and questions, which abound in calls, fall there.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

EMOTIONS = (
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
)
"""Emotions by id, in the order of the published label file."""
POSITIVE = frozenset(
    {
        "admiration",
        "amusement",
        "approval",
        "caring",
        "desire",
        "excitement",
        "gratitude",
        "joy",
        "love",
        "optimism",
        "pride",
        "relief",
    }
)
NEGATIVE = frozenset(
    {
        "anger",
        "annoyance",
        "disappointment",
        "disapproval",
        "disgust",
        "embarrassment",
        "fear",
        "grief",
        "nervousness",
        "remorse",
        "sadness",
    }
)
AMBIGUOUS = frozenset({"confusion", "curiosity", "realization", "surprise"})
ATTRIBUTION = ("GoEmotions, Google Research, Apache-2.0",)
LABELS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with the emotions at least two raters saw in it."""

    text: str
    emotions: tuple[int, ...]

    @property
    def names(self) -> frozenset[str]:
        """Return the emotions' names."""
        return frozenset(EMOTIONS[emotion] for emotion in self.emotions)

    @property
    def mood(self) -> str | None:
        """Return one of `LABELS`; None for a comment that is both positive and negative.

        A polar emotion beside neutral or an ambiguous one decides.
        """
        positive, negative = bool(self.names & POSITIVE), bool(self.names & NEGATIVE)
        if positive and negative:
            return None
        return "positive" if positive else "negative" if negative else "neutral"

    @property
    def only_ambiguous(self) -> bool:
        """Return whether no emotion of the paper's other three groups was seen."""
        return self.names <= AMBIGUOUS


def read(folder: Path, split: str) -> tuple[Comment, ...]:
    """Return the comments of a split: `train`, `dev` or `test`."""
    with (folder / f"{split}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Comment(row[0], tuple(int(i) for i in row[1].split(","))) for row in rows)
