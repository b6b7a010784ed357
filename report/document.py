"""A review as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.review import JudgedUtterance, Review
from models.transcript import Utterance
from report.files import write_whole
from report.schema import SCHEMA, ReviewShape

UNDETERMINED = "und"


def document(review: Review) -> dict[str, Any]:
    """Return the review as plain JSON values after `report.schema`; times have three decimals.

    Raises pydantic's `ValidationError` for a value outside its range, NaN and infinity among them.
    """
    transcript = review.transcript
    shape = ReviewShape.model_validate(
        {
            "schema": SCHEMA,
            "recording": review.recording,
            "call_type": review.call_type,
            "language": transcript.language or UNDETERMINED,
            "speakers": transcript.speakers,
            "diarization": {
                "confidence": transcript.diarization_confidence,
                "overlap_detected": transcript.overlap_detected,
            },
            "words": transcript.words,
            "turns": transcript.turns,
            "utterances": _utterances(review),
            "segments": review.segments,
            "sentiment": review.sentiment,
            "metrics": review.metrics,
            "depth": review.depth,
            "timings": review.timings,
            "engines": review.engines,
            "warnings": review.warnings,
        }
    )
    return shape.model_dump(mode="json", by_alias=True)


def json_text(review: Review) -> str:
    """Return the document as text: one key a line, one list item a line, so that it diffs and greps."""
    lines = ",\n".join(f"{_compact(key)}: {_value(value)}" for key, value in document(review).items())
    return f"{{\n{lines}\n}}\n"


def write_json(review: Review, path: Path) -> Path:
    """Return `path` holding the document as UTF-8, written in one step."""
    return write_whole(path, json_text(review))


def _utterances(review: Review) -> list[dict[str, Any]]:
    """Return the utterances joined with their judgements."""
    judged = {one.index: one for one in review.judged}
    return [_utterance(u, judged.get(i)) for i, u in enumerate(review.transcript.utterances)]


def _utterance(utterance: Utterance, judged: JudgedUtterance | None) -> dict[str, Any]:
    """Return one utterance with its judgements, null where there are none."""
    return {
        "start": utterance.start,
        "end": utterance.end,
        "speaker": utterance.speaker,
        "text": utterance.text,
        "first_word": utterance.first_word,
        "last_word": utterance.last_word,
        "sentiment": judged.sentiment if judged else None,
        "act": judged.act if judged else None,
    }


def _value(value: object) -> str:
    """Return a list with one item a line, anything else on one line."""
    if not isinstance(value, list) or not value:
        return _compact(value)
    return "[\n" + ",\n".join(_compact(item) for item in value) + "\n]"


def _compact(value: object) -> str:
    """Return JSON on one line; non-ASCII kept, NaN refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
