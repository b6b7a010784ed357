"""The audit trail: entries chained by hashes, so that none can be changed or left out unseen.

Each entry's hash covers the one before (Haber and Stornetta 1991, "How to time-stamp a digital document").
Whoever keeps a copy of the newest hash can prove that nothing before it was touched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

BEGINNING = "0" * 64
"""What the first entry is chained to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done, when, by whom (None: Debrief itself), and to what."""

    number: int
    at: datetime
    principal_id: UUID | None
    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chained:
    """An entry with the hash of the one before and its own."""

    entry: Entry
    before: str
    hash: str


def chained(entry: Entry, before: str) -> Chained:
    """Return an entry chained to the one before."""
    return Chained(entry, before, _hash(entry, before))


def broken(entries: Iterable[Chained], before: str = BEGINNING, number: int = 0) -> str | None:
    """Return what is wrong with a chain that goes on from a number and hash; None where nothing is."""
    for one in entries:
        number += 1
        if one.entry.number != number:
            return f"Entry {number} is missing."
        if one.before != before:
            return f"Entry {number} does not follow the one before it."
        if one.hash != _hash(one.entry, before):
            return f"Entry {number} was changed."
        before = one.hash
    return None


def _hash(entry: Entry, before: str) -> str:
    """Return SHA-256 over the entry as canonical JSON, and the hash before."""
    plain = {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "principal_id": None if entry.principal_id is None else str(entry.principal_id),
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "before": before,
    }
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
