"""What is in a review, on the wire by the page; the whole of it is `docs/report.schema.json`."""

from __future__ import annotations

from typing import Any

from api.schemas.shape import Given
from models.queries import reading
from models.review import Act, SentimentLabel, Side
from models.tables import UtteranceRow


class WordShape(Given):
    """A spoken word."""

    start: float
    end: float
    text: str
    probability: float
    spaced: bool
    """The written language puts a space before it."""
    speaker: str
    utterance: int
    """Index of the utterance it is in."""


class WordPage(Given):
    """Words of whole utterances, and the cursor of those after them."""

    items: list[WordShape]
    next: str | None


class UtteranceShape(Given):
    """What one speaker says in one go."""

    index: int
    start: float
    end: float
    speaker: str
    text: str
    sentiment: SentimentLabel | None
    sentiment_score: float | None
    probabilities: dict[str, float] | None
    act: Act | None
    act_probability: float | None


class UtterancePage(Given):
    """Utterances, and the cursor of those after them."""

    items: list[UtteranceShape]
    next: str | None


class MetricShape(Given):
    """A measure of one side; null has a reason."""

    name: str
    side: Side
    value: float | None
    unit: str
    reason: str | None
    version: str
    evidence: list[dict[str, Any]]
    """The seconds of sound that made the number: start, end, note."""


def words_of(row: UtteranceRow) -> list[WordShape]:
    """Return the words of an utterance as they go out."""
    return [
        WordShape(
            start=start,
            end=end,
            text=text,
            probability=probability,
            spaced=spaced,
            speaker=row.speaker,
            utterance=row.index,
        )
        for start, end, text, probability, spaced in reading.words(row)
    ]
