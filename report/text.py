"""Text from outside made safe to show: strangers name recordings, machines guess words."""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def well_formed(text: str) -> str:
    """Return the text as valid Unicode.

    A file name that is not UTF-8 reaches Python as lone surrogates (PEP 383), which no encoder
    accepts; each becomes U+FFFD.
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def shown(text: str) -> str:
    """Return the text for a page: valid Unicode without the control characters HTML forbids."""
    return _CONTROL.sub(REPLACEMENT, well_formed(text))


def plain(text: str) -> str:
    """Return the text for a terminal: nothing in it moves the cursor, colours or turns the line round.

    Escape sequences in a file name could rewrite the screen, bidirectional controls could make
    one name look like another.
    """
    return _STEERING.sub(REPLACEMENT, well_formed(text))
