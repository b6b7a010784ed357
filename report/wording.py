"""Figures and names as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from models.review import SentimentLabel, Side
from models.transcript import UNKNOWN_SPEAKER, Role, Transcript

NONE = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_THIN = "\N{NARROW NO-BREAK SPACE}"

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


def clock(seconds: float) -> str:
    """Return m:ss, or h:mm:ss from an hour on; cut, not rounded, as players do."""
    whole = int(max(seconds, 0.0))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def iso_duration(seconds: float) -> str:
    """Return the length for a `datetime` attribute, after ISO 8601."""
    return f"PT{timedelta(seconds=round(seconds)).total_seconds():.0f}S"


def signed(value: float) -> str:
    """Return two decimals with a sign; zero has none."""
    text = f"{value:+.2f}".replace("-", _MINUS)
    return "0.00" if float(f"{value:.2f}") == 0 else text


def percent(value: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100 * value:.0f}{_THIN}%".replace("-", _MINUS)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return the count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


_MINUTE = 60
_HOUR = 3600
_TEN = 10
_HUNDRED = 100


def _length(value: float) -> str:
    """Return seconds: with one decimal below ten, as m:ss from a minute on, as h:mm:ss from an hour on."""
    size = abs(value)
    if size >= _MINUTE:
        return f"{_MINUS if value < 0 else ''}{clock(size)}{_THIN}{'h' if size >= _HOUR else 'min'}"
    return f"{value:.{1 if size < _TEN else 0}f}{_THIN}s".replace("-", _MINUS)


def _plain(value: float) -> str:
    """Return up to one decimal, whole numbers without one."""
    whole = abs(value) >= _HUNDRED or value == int(value)
    return f"{value:.{0 if whole else 1}f}".replace("-", _MINUS)


_BY_UNIT: Mapping[str, Callable[[float], str]] = {
    "ratio": percent,
    "share": percent,
    "s": _length,
    "count": _plain,
    "": _plain,
    "score": signed,
}


_SHORT_UNITS: Mapping[str, str] = {
    "per minute": "/min",
    "per 10 min": "/10 min",
    "per 15 min": "/15 min",
    "per hour": "/h",
    "words per minute": "wpm",
    "characters per minute": "char/min",
}


def quantity(value: float | None, unit: str) -> str:
    """Return the value with its unit, a dash where there is none."""
    if value is None:
        return NONE
    known = _BY_UNIT.get(unit)
    return known(value) if known else f"{_plain(value)}{_THIN}{_SHORT_UNITS.get(unit, unit)}"


def names(transcript: Transcript) -> dict[str, str]:
    """Return what to call each speaker id: the role, with the id where it does not tell who it is."""
    roles = [speaker.role for speaker in transcript.speakers]
    sole = {role for role in (Role.REP, Role.CUSTOMER) if roles.count(role) == 1}
    named = {
        one.id: ROLE_NAMES[one.role] if one.role in sole else f"{ROLE_NAMES[one.role]} {one.id}"
        for one in transcript.speakers
    }
    return {**named, UNKNOWN_SPEAKER: "Unclear who"}
