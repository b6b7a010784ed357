"""A review read back from its JSON."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from models.review import Review
from report.document import UNDETERMINED
from report.schema import ReviewShape

_DIARIZATION = {"confidence": "diarization_confidence", "overlap_detected": "overlap_detected"}
_OF_TRANSCRIPT = ("speakers", "words", "turns")
_AS_IT_IS = (
    "recording",
    "call_type",
    "segments",
    "sentiment",
    "metrics",
    "depth",
    "timings",
    "engines",
    "warnings",
)


def read(document: dict[str, Any]) -> Review:
    """Return the review of a document that `report.document` made, numbers rounded as they stand there.

    Raises pydantic's `ValidationError` for anything else.
    """
    whole = ReviewShape.model_validate(document).model_dump()
    language = "" if whole["language"] == UNDETERMINED else whole["language"]
    transcript = {
        **{key: whole[key] for key in _OF_TRANSCRIPT},
        **{ours: whole["diarization"][key] for key, ours in _DIARIZATION.items()},
        "language": language,
        "duration_s": whole["recording"]["duration_s"],
        "utterances": whole["utterances"],
    }
    judged = [
        {"index": index, "sentiment": one["sentiment"], "act": one["act"]}
        for index, one in enumerate(whole["utterances"])
    ]
    parts = {key: whole[key] for key in _AS_IT_IS}
    return _adapter().validate_python({**parts, "transcript": transcript, "judged": judged})


def read_json(document: bytes) -> Review:
    """Return the review of a document as JSON; raises as `read` does."""
    return read(json.loads(document))


@cache
def _adapter() -> TypeAdapter[Review]:
    return TypeAdapter(Review)
