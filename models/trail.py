"""The audit trail: entries chained by hashes, so that none can be changed or left out unseen.

Each entry's hash covers the one before (Haber and Stornetta 1991, "How to time-stamp a digital document").
Whoever keeps a copy of the newest hash can prove that nothing before it was touched. What people wrote as
their reason is chained by its salted digest only: it can be erased with the call it is about, and the chain
still holds.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

BEGINNING = "0" * 64
"""What the first entry is chained to."""
REASON = "reason_sha256"
"""Key of the details under which the digest of a reason is kept."""


class Action(StrEnum):
    """What the trail tells of."""

    SEEN = "seen"
    NOTICE_CHANGED = "notice.changed"
    NOTICE_SEEN = "notice.seen"
    ORGANISATION_CHANGED = "organisation.changed"
    CALL_CHANGED = "call.changed"
    CALL_CORRECTED = "call.corrected"
    CORRECTIONS_EXPORTED = "corrections.exported"
    RESULTS_EXPORTED = "results.exported"
    CALL_DELETED = "call.deleted"
    CLIP_SHARED = "clip.shared"
    CLIP_WITHDRAWN = "clip.withdrawn"
    SCORE_PROPOSED = "score.proposed"
    SCORE_ANSWERED = "score.answered"
    SCORE_MOVED = "score.moved"
    SCORECARD_CHANGED = "scorecard.changed"
    TRACKER_CHANGED = "tracker.changed"
    FORMULA_CHANGED = "formula.changed"
    CALIBRATION_CHANGED = "calibration.changed"
    DEALS_CHANGED = "deals.changed"
    WEBHOOK_CHANGED = "webhook.changed"


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be written in the trail: by whom (None: Debrief itself), of what, and why.

    `subject` is a kind and a key, as `call:0198...`.
    """

    principal_id: UUID | None
    action: Action
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None


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
    """An entry with the hash of the one before and its own; its reason and salt while they are kept."""

    entry: Entry
    before: str
    hash: str
    reason: str | None = None
    salt: str | None = None


def entered(note: Note, number: int, at: datetime, before: str) -> Chained:
    """Return a note as the entry of that number, chained to the one before."""
    details, salt = dict(note.details), None
    if note.reason:
        salt = secrets.token_hex(16)
        details[REASON] = _digest(salt, note.reason)
    entry = Entry(number, at, note.principal_id, note.action, note.subject, details)
    return Chained(entry, before, _hash(entry, before), note.reason or None, salt)


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
        if one.reason is not None and _digest(one.salt or "", one.reason) != one.entry.details.get(REASON):
            return f"The reason in entry {number} was changed."
        before = one.hash
    return None


def _digest(salt: str, reason: str) -> str:
    return hashlib.sha256((salt + reason).encode()).hexdigest()


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
