"""What a role phrase is. The phrases themselves are tables, one module a language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.transcript import Role


@dataclass(frozen=True, slots=True)
class RolePhrase:
    """Words that one side of a call says: `weight` is in log-odds towards `role`.

    `pattern` is matched on normalised text (see `spoken_text.normalise`): lower case, no marks,
    contractions written out, "thanks" as "thank you". `example` is how somebody says it.
    """

    rule: str
    role: Role
    weight: float
    pattern: re.Pattern[str]
    example: str


def english(rule: str, role: Role, weight: float, pattern: str, example: str) -> RolePhrase:
    """Return a phrase that begins and ends at word boundaries."""
    return RolePhrase(rule, role, weight, re.compile(rf"\b(?:{pattern})\b"), example)


def mandarin(rule: str, role: Role, weight: float, pattern: str, example: str) -> RolePhrase:
    """Return a phrase matched anywhere: written Mandarin has no word boundaries."""
    return RolePhrase(rule, role, weight, re.compile(pattern), example)
