"""New corrections of a call, worked out on what its transcript is with those in force. No database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.schemas.corrections import CorrectionGiven, SwapGiven
from core.errors import Rejected
from models.correction import PutRight
from models.transcript import Role, Turn, Word
from transcription.attribution.correct import Spoken, correct
from transcription.attribution.editing import edited, next_label, swapped

MOST_OF_CALL = 1000
"""Edits of a call in one version: each version holds all of them."""


@dataclass(frozen=True, slots=True)
class Base:
    """What new corrections start from: those in force, and a review that has the first `held` edits in it.

    `roles` are the sides that the review has.
    """

    version: int
    put_right: PutRight
    document: bytes
    held: int
    roles: Mapping[str, Role]


def put_right(base: Base, given: Sequence[CorrectionGiven]) -> PutRight:
    """Return what is put right once more corrections are; raises `Rejected` for one that cannot be made."""
    published = json.loads(base.document)
    found = base.put_right
    spoken = correct(_spoken(published), found.edits[base.held :]).spoken
    length_s = _length_s(published, spoken)
    for one in given:
        if isinstance(one, SwapGiven):
            found = found.telling(swapped(spoken, {**base.roles, **found.roles}), {})
            continue
        labels = spoken.speakers | found.labels
        new = next_label(labels)
        edit, spoken = edited(spoken, one.edit(new), labels | {new}, length_s)
        found = found.editing((edit,))
    if len(found.edits) > MOST_OF_CALL:
        raise Rejected(
            "too_many_edits",
            f"The call would have {len(found.edits)} edits.",
            f"It may have {MOST_OF_CALL}: change longer stretches at once.",
        )
    return found


def _spoken(published: Mapping[str, Any]) -> Spoken:
    """Return the words and turns of a published review."""
    words = tuple(Word(**word) for word in published["words"])
    return Spoken(words, tuple(Turn(**turn) for turn in published["turns"]))


def _length_s(published: Mapping[str, Any], spoken: Spoken) -> float:
    """Return how long the call is; what is said last may end a little after the recording does."""
    ends = (one.end for part in (spoken.words, spoken.turns) for one in part)
    return max((float(published["recording"]["duration_s"]), *ends))
