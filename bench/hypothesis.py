"""What a stack found in a recording, in the form in which both stacks are scored."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.transcript import Role, Turn, Word


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Words with speakers, who spoke when, and who is on which side.

    `roles` is None for a stack that names no sides. `talk_ratio` is the rep's share of the talk
    as the stack itself reports it, 0..1, None where it reports none. `stages` are wall-clock
    seconds by the stack's own names. `engines` are capabilities with the fingerprint of what served.
    """

    duration_s: float
    language: str
    words: tuple[Word, ...]
    turns: tuple[Turn, ...]
    roles: Mapping[str, Role] | None
    talk_ratio: float | None
    stages: tuple[tuple[str, float], ...]
    warnings: tuple[str, ...] = ()
    engines: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values that `from_json` takes back."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Hypothesis:
        """Return the hypothesis that `to_json` wrote."""
        roles = plain["roles"]
        return Hypothesis(
            duration_s=plain["duration_s"],
            language=plain["language"],
            words=tuple(Word(**word) for word in plain["words"]),
            turns=tuple(Turn(**turn) for turn in plain["turns"]),
            roles=None if roles is None else {speaker: Role(role) for speaker, role in roles.items()},
            talk_ratio=plain["talk_ratio"],
            stages=tuple((name, seconds) for name, seconds in plain["stages"]),
            warnings=tuple(plain["warnings"]),
            engines=tuple((capability, name) for capability, name in plain["engines"]),
        )
