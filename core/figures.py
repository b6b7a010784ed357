"""Figures as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

NONE = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_THIN = "\N{NARROW NO-BREAK SPACE}"


def clock(seconds: float) -> str:
    """Return m:ss, or h:mm:ss from an hour on; cut, not rounded, as players do."""
    whole = int(max(seconds, 0.0))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def signed(value: float) -> str:
    """Return two decimals with a sign; zero has none."""
    text = f"{value:+.2f}".replace("-", _MINUS)
    return "0.00" if float(f"{value:.2f}") == 0 else text


def percent(value: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100 * value:.0f}{_THIN}%".replace("-", _MINUS)


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
