"""Names and numbers of things as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from models.review import SentimentLabel, Side
from models.transcript import UNKNOWN_SPEAKER, Role, Transcript

SIDE_NAMES: Mapping[Side, str] = {Side.REP: "Rep", Side.CUSTOMER: "Customer", Side.CALL: "Call"}
ROLE_NAMES: Mapping[Role, str] = {
    Role.REP: "Rep",
    Role.CUSTOMER: "Customer",
    Role.OTHER: "Other",
    Role.UNKNOWN: "Speaker",
}
MOOD_GLYPHS: Mapping[SentimentLabel, str] = {
    SentimentLabel.POSITIVE: "\N{BLACK UP-POINTING TRIANGLE}",
    SentimentLabel.NEUTRAL: "\N{EN DASH}",
    SentimentLabel.NEGATIVE: "\N{BLACK DOWN-POINTING TRIANGLE}",
    SentimentLabel.UNCERTAIN: "?",
}


def iso_duration(seconds: float) -> str:
    """Return the length for a `datetime` attribute, after ISO 8601."""
    return f"PT{timedelta(seconds=round(seconds)).total_seconds():.0f}S"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return the count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def names(transcript: Transcript) -> dict[str, str]:
    """Return what to call each speaker id: the role, with the id where it does not tell who it is."""
    roles = [speaker.role for speaker in transcript.speakers]
    sole = {role for role in (Role.REP, Role.CUSTOMER) if roles.count(role) == 1}
    named = {
        one.id: ROLE_NAMES[one.role] if one.role in sole else f"{ROLE_NAMES[one.role]} {one.id}"
        for one in transcript.speakers
    }
    return {**named, UNKNOWN_SPEAKER: "Unclear who"}
